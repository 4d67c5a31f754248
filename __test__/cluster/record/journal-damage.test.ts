import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { until } from '../../until.js';
import { done, FIRST_LINE, journalSuite, read, write } from './journal-file.js';

const WRITER = fileURLToPath(new URL('./writer-process.ts', import.meta.url));

const test = journalSuite('damage to a journal');

test('a tail that is cut anywhere costs its own group alone, and the next one goes there', async ({
  file,
}) => {
  const ends = await write(file, [[done(1)], [done(2), done(3)]]);
  const whole = readFileSync(file);
  for (let length = (ends[0] as number) + 1; length < whole.length; length++) {
    writeFileSync(file, whole.subarray(0, length));
    const notices: string[] = [];
    assert.equal(await read(file, { notice: (text) => notices.push(text) }), [done(1)]);
    assert.match(notices.join(), /not written to its end/);
    assert.is(statSync(file).size, ends[0]);
  }
  await write(file, [[done(9)]]);
  assert.equal(await read(file), [done(1), done(9)]);
});

test('a file that was cut in its first line is a new one', async ({ file }) => {
  writeFileSync(file, FIRST_LINE.slice(0, 7));
  await write(file, [[done(1)]]);
  assert.equal(await read(file), [done(1)]);
});

test('a flipped bit anywhere is found: nothing wrong is read, and what lies behind is named', async ({
  file,
}) => {
  const groups = [[done(1)], [done(2), done(3)], [done(4)]];
  const ends = await write(file, groups);
  const whole = readFileSync(file);
  const entries = groups.flat();
  let named = 0;
  for (let bit = FIRST_LINE.length * 8; bit < whole.length * 8; bit++) {
    const bytes = Buffer.from(whole);
    bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
    writeFileSync(file, bytes);
    const notices: string[] = [];
    const found = await read(file, { notice: (text) => notices.push(text) });
    const before = ends.filter((end) => end * 8 <= bit).length;
    assert.equal(found, entries.slice(0, groups.slice(0, before).flat().length), `bit ${bit}`);
    assert.is(notices.length, 1);
    if (notices[0]?.includes('damaged')) named++;
  }
  assert.ok(named > (ends[1] as number) * 4, 'damage before the last group is called damage');
});

test('a file of zeroes behind the last group, as after a power loss, is cut off', async ({
  file,
}) => {
  const [end = 0] = await write(file, [[done(1)]]);
  truncateSync(file, end + 4_096);
  assert.equal(await read(file), [done(1)]);
  assert.is(statSync(file).size, end);
});

test('kill -9 in the middle of writing loses nothing that was acknowledged', async ({ file }) => {
  let told = 0;
  for (const snapshotBytes of [0, 4_000, 0, 4_000]) {
    const acknowledged = await writeAndKill(file, snapshotBytes, told);
    assert.ok(acknowledged > told);
    const entries = await read(file);
    const epochs = entries.flatMap((entry) => (entry.kind === 'epoch' ? [entry.epoch] : []));
    const last = Math.max(...epochs);
    assert.ok(last >= acknowledged, `${acknowledged} was acknowledged, ${last} is there`);
    const halves = entries.filter(({ kind }) => kind === 'end').length;
    assert.ok(halves === epochs.length || halves === epochs.length - 1, 'groups are whole');
    const gap = epochs.findIndex((epoch, i) => i > 0 && epoch !== (epochs[i - 1] as number) + 1);
    assert.is(gap, -1, 'no gap');
    told = last;
  }
});

test('a full disk refuses, and what was acknowledged before is there', async ({ file }) => {
  // A file may not grow beyond 64 blocks: the same error path as a disk without room.
  const script = `trap '' XFSZ; ulimit -f 64; exec "$0" --import tsx "$@"`;
  const run = spawnSync('bash', ['-c', script, process.execPath, WRITER, file], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  assert.match(run.stdout, /refused: .*POW|refused: .*worker failed/i, run.stderr);
  const numbers = run.stdout.split('\n').filter((line) => /^\d+$/.test(line));
  const last = Math.max(...numbers.map(Number));
  const epochs = (await read(file)).flatMap((entry) =>
    entry.kind === 'epoch' ? [entry.epoch] : [],
  );
  assert.ok(last > 10 && Math.max(...epochs) >= last);
});

/** @returns the last number that the writer was told is stored */
async function writeAndKill(file: string, snapshotBytes: number, above: number): Promise<number> {
  const args = ['--import', 'tsx', WRITER, file, String(snapshotBytes)];
  const writer = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  writer.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const closed = new Promise((resolve) => writer.once('close', resolve));
  const numbers = () =>
    text
      .slice(0, text.lastIndexOf('\n') + 1)
      .split('\n')
      .filter(Boolean)
      .map(Number);
  await until('some entries', () => numbers().length > 300);
  writer.kill('SIGKILL');
  await closed;
  return Math.max(above, ...numbers());
}

test.run();
