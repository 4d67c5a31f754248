import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { Journal } from '../../../ts/cluster/record/journal.js';
import { realDisk } from '../../../ts/cluster/record/journal-disk.js';
import { done, FIRST_LINE, journalSuite, read, write } from './journal-file.js';

const test = journalSuite('journal');

test('what was appended comes back in its order', async ({ file }) => {
  await write(file, [[done(1), done(2)], [done(3)]]);
  await write(file, [[done(4)]]);
  assert.equal(await read(file), [1, 2, 3, 4].map(done));
  assert.is(readFileSync(file).subarray(0, FIRST_LINE.length).toString(), FIRST_LINE);
  assert.is(statSync(file).mode & 0o77, 0, 'nobody else may read it');
});

test('a file that is no journal is left alone', ({ file }) => {
  writeFileSync(file, 'a letter to my mother\n');
  assert.throws(() => new Journal({ file }), /is not the journal of a cluster/);
  assert.is(readFileSync(file, 'utf8'), 'a letter to my mother\n');
});

test('a journal has one process', async ({ file }) => {
  const journal = new Journal({ file });
  assert.throws(() => new Journal({ file }), /in use/);
  await journal.close();
  await read(file);
});

test('groups that come together share a sync', async ({ file }) => {
  let syncs = 0;
  const disk = {
    ...realDisk,
    sync(fd: number) {
      syncs++;
      return realDisk.sync(fd);
    },
  };
  const journal = new Journal({ file, disk });
  await Promise.all(Array.from({ length: 500 }, (_, i) => journal.append([done(i)])));
  await journal.close();
  assert.ok(syncs <= 2, `${syncs} syncs`);
  assert.is((await read(file)).length, 500);
});

test('nothing resolves before it is synced, nor what comes after it without entries', async ({
  file,
}) => {
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const journal = new Journal({ file, disk: { ...realDisk, sync: () => held } });
  const stored: string[] = [];
  const all = [
    journal.append([done(1)]).then(() => stored.push('entry')),
    journal.append([]).then(() => stored.push('what came after')),
  ];
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(stored, []);
  letGo();
  await Promise.all(all);
  assert.equal(stored, ['entry', 'what came after']);
  await journal.close();
});

test('a sync that fails once refuses everything from then on', async ({ file }) => {
  let fails = true;
  const disk = {
    ...realDisk,
    async sync(fd: number) {
      if (fails) throw new Error('EIO');
      await realDisk.sync(fd);
    },
  };
  const journal = new Journal({ file, disk });
  const codes = await Promise.all(
    [journal.append([done(1)]), journal.append([done(2)])].map((stored) =>
      stored.then(
        () => 'stored',
        ({ code }) => code,
      ),
    ),
  );
  fails = false;
  const later = await journal.append([done(3)]).catch((error: unknown) => String(error));
  assert.equal(codes, ['POW_WORKER', 'POW_WORKER']);
  assert.match(String(later), /keeps nothing any more .*EIO/);
  await journal.close();
});

test('the file is written anew when it has grown, and waits for nobody', async ({ file }) => {
  const journal = new Journal({ file, snapshotBytes: 2_000 });
  let last = 0;
  journal.snapshotWith(() => [done(last)]);
  let largest = 0;
  for (let i = 1; i <= 1_000; i++) {
    last = i;
    await journal.append([done(i)]);
    largest = Math.max(largest, statSync(file).size);
  }
  await journal.close();
  assert.ok(largest < 3_000, `${largest} bytes`);
  const entries = await read(file);
  assert.equal(entries.at(-1), done(1_000));
  const indices = entries.map((entry) => (entry.kind === 'done' ? entry.index : -1));
  assert.equal(
    indices,
    indices.map((_, i) => 1_000 - (indices.length - 1) + i),
    'no gap',
  );
});

test('a file that cannot be written anew goes on as it is', async ({ file }) => {
  const notices: string[] = [];
  const journal = new Journal({ file, snapshotBytes: 100, notice: (text) => notices.push(text) });
  journal.snapshotWith(() => [done(0)]);
  mkdirSync(`${file}.new`); // in the way
  const real = journal.size;
  for (let i = 1; i <= 50; i++) await journal.append([done(i)]);
  await journal.close();
  assert.ok(notices.length > 0 && journal.size > real);
  assert.equal(
    await read(file),
    Array.from({ length: 50 }, (_, i) => done(i + 1)),
  );
});

test.run();
