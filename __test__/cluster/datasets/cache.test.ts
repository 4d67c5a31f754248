import {
  chmodSync,
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DatasetCache } from '../../../ts/cluster/datasets/cache.js';
import { LIST_INDEX } from '../../../ts/cluster/datasets/host.js';
import { CHUNK_BYTES } from '../../../ts/cluster/datasets/list.js';
import { bytesOf, chunkOf, fileOf, freshCache, freshFolder, listFor } from './folder.js';

const bytes = bytesOf(3 * CHUNK_BYTES + 17);
const { root } = listFor(bytes);

test('a file that was added is whole, in this process and in the next', async () => {
  const cache = freshCache();
  const added = await cache.add(fileOf(bytes));
  assert.is(added.list.root, root);
  assert.equal(cache.roots(), [root]);
  const next = new DatasetCache({ folder: cache.folder });
  assert.equal(next.roots(), []);
  const opened = await next.open(root);
  assert.ok(opened !== null && readFileSync(opened.path).equals(bytes));
  assert.equal(next.roots(), [root]);
});

test('a file that is added twice is there once', async () => {
  const cache = freshCache();
  await cache.add(fileOf(bytes));
  await cache.add(fileOf(bytes));
  assert.equal(readdirSync(cache.folder).sort(), [root, `${root}.list`]);
});

test('an empty file and a missing one are refused, and leave nothing behind', async () => {
  const cache = freshCache();
  for (const file of [fileOf(new Uint8Array(0)), join(freshFolder(), 'none')]) {
    const error = await cache.add(file).catch((why: unknown) => why);
    assert.match(String(error), /bad argument/);
  }
  assert.equal(readdirSync(cache.folder), []);
});

test('chunks and the list are given out; what is not there is not', async () => {
  const cache = freshCache();
  const { list } = await cache.add(fileOf(bytes));
  for (let index = 0; index < 4; index++) {
    assert.equal(await cache.get(root, index), Uint8Array.from(chunkOf(bytes, index)));
  }
  assert.ok(
    Buffer.from(list.encoded).equals((await cache.get(root, LIST_INDEX)) ?? Buffer.alloc(0)),
  );
  for (const index of [4, -1, 0.5, LIST_INDEX - 1]) assert.is(await cache.get(root, index), null);
  assert.is(await cache.get('0'.repeat(64), 0), null);
  assert.is(await cache.get('../../etc/passwd', LIST_INDEX), null);
});

for (const [what, damage] of [
  ['truncated', (path: string) => truncateSync(path, 2 * CHUNK_BYTES + 3)],
  ['longer', (path: string) => writeFileSync(path, Buffer.concat([bytes, Buffer.from('x')]))],
  ['changed in one byte', (path: string) => change(path, CHUNK_BYTES + 9)],
] as const) {
  test(`a dataset that is ${what} is not whole, and what is right of it is kept`, async () => {
    const cache = freshCache();
    const { list, path } = await cache.add(fileOf(bytes));
    chmodSync(path, 0o644);
    damage(path);
    const next = new DatasetCache({ folder: cache.folder });
    assert.is(await next.open(root), null);
    assert.not(existsSync(path));
    const part = await next.begin(list);
    assert.ok(part !== null && part.done >= 2);
    for (const index of part.missing()) await part.write(index, chunkOf(bytes, index));
    await next.end(part);
    assert.ok(readFileSync((await next.open(root))?.path ?? '').equals(bytes));
  });
}

test('a chunk that changed on the disk after it was looked at is not given out', async () => {
  const cache = freshCache();
  const { path } = await cache.add(fileOf(bytes));
  chmodSync(path, 0o644);
  change(path, CHUNK_BYTES + 9);
  assert.is(await cache.get(root, 1), null);
  assert.equal(cache.roots(), []);
  assert.is(await cache.open(root), null);
});

test('a list that is damaged on the disk is no list', async () => {
  const cache = freshCache();
  await cache.add(fileOf(bytes));
  change(join(cache.folder, `${root}.list`), 30);
  const next = new DatasetCache({ folder: cache.folder });
  assert.is(await next.list(root), null);
  assert.is(await next.open(root), null);
});

test('a part goes on where it was; chunks of it are given out meanwhile', async () => {
  const cache = freshCache();
  const list = listFor(bytes);
  await cache.keepList(list);
  const part = await cache.begin(list);
  assert.ok(part);
  await part.write(2, chunkOf(bytes, 2));
  assert.equal(await cache.get(root, 2), Uint8Array.from(chunkOf(bytes, 2)));
  assert.is(await cache.get(root, 1), null);
  assert.is(await cache.begin(list), null, 'one at a time');
  await cache.end(part);
  assert.is(await cache.open(root), null, 'it has holes');
  const again = await new DatasetCache({ folder: cache.folder }).begin(list);
  assert.equal(again?.missing(), [0, 1, 3]);
  await again?.close();
});

test('the dataset that was used the longest ago goes when room is wanted', async () => {
  const folder = freshFolder();
  const cache = new DatasetCache({ folder, mostBytes: 9 * CHUNK_BYTES });
  const roots: string[] = [];
  for (const seed of ['a', 'b']) {
    const { list, path } = await cache.add(fileOf(bytesOf(4 * CHUNK_BYTES, seed)));
    utimesSync(path, 1000, roots.length === 0 ? 1000 : 2000);
    utimesSync(`${path}.list`, 1000, 1000);
    roots.push(list.root);
  }
  await cache.open(roots[0] as string); // used: the other one is older now
  const third = await cache.add(fileOf(bytesOf(4 * CHUNK_BYTES, 'c')));
  assert.equal([...cache.roots()].sort(), [roots[0], third.list.root].sort());
  assert.is(await cache.open(roots[1] as string), null);
});

test('a dataset that is larger than the cache is refused, and nothing goes for it', async () => {
  const folder = freshFolder();
  const cache = new DatasetCache({ folder, mostBytes: 4 * CHUNK_BYTES });
  const { list } = await cache.add(fileOf(bytesOf(CHUNK_BYTES)));
  const error = await cache.add(fileOf(bytesOf(5 * CHUNK_BYTES))).catch((why: unknown) => why);
  assert.match(String(error), /the cache may have/);
  assert.ok(await cache.open(list.root));
});

test('drafts of processes that are no more are removed, those of others stay', () => {
  const folder = freshFolder();
  for (const pid of [2 ** 22 + 1, process.ppid]) writeFileSync(join(folder, `draft-${pid}-1`), '');
  new DatasetCache({ folder });
  assert.equal(readdirSync(folder), [`draft-${process.ppid}-1`]);
});

function change(path: string, at: number): void {
  const byte = readFileSync(path)[at] ?? 0;
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.from([byte ^ 0xff]), 0, 1, at);
  closeSync(file);
}

test.run();
