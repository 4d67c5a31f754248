import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DatasetCache } from '../../../ts/cluster/datasets/cache.js';
import { type FetchOptions, fetchDataset } from '../../../ts/cluster/datasets/fetch.js';
import type { ChunkHost } from '../../../ts/cluster/datasets/host.js';
import { LIST_INDEX } from '../../../ts/cluster/datasets/host.js';
import { CHUNK_BYTES } from '../../../ts/cluster/datasets/list.js';
import { monotonicClock } from '../../../ts/miner/clock.js';
import { until } from '../../until.js';
import { bytesOf, fileOf, freshCache, listFor, MemoryHost } from './folder.js';

const bytes = bytesOf(12 * CHUNK_BYTES + 100);
const { root } = listFor(bytes);

test('a dataset comes from several hosts at once, and is the same', async () => {
  const [a, b] = [new MemoryHost('a', bytes), new MemoryHost('b', bytes)];
  const { options, cache } = setUp(a, b);
  const file = await fetchDataset(root, options);
  assert.ok(readFileSync(file.path).equals(bytes));
  assert.ok(a.asked.length > 1 && b.asked.length > 1);
  assert.is(a.asked.length + b.asked.length, 14, 'the list, and each chunk once');
  assert.ok(a.mostRunning <= 4 && b.mostRunning <= 4);
  assert.equal(readdirSync(cache.folder).sort(), [root, `${root}.list`]);
});

test('what is in the cache is asked of nobody', async () => {
  const host = new MemoryHost('a', bytes);
  const { options, cache } = setUp(host);
  await cache.add(fileOf(bytes));
  await fetchDataset(root, options);
  assert.equal(host.asked, []);
});

test('a host that gives wrong bytes is told of, and the chunk comes from another', async () => {
  const [bad, good] = [new MemoryHost('bad', bytes), new MemoryHost('good', bytes)];
  bad.instead = async (index) => (index === LIST_INDEX ? undefined : new Uint8Array(CHUNK_BYTES));
  const told: string[] = [];
  const { options } = setUp(bad, good);
  const corrupt = (host: ChunkHost) => void told.push(host.name);
  const file = await fetchDataset(root, { ...options, corrupt });
  assert.ok(readFileSync(file.path).equals(bytes));
  assert.ok(told.length > 0 && told.every((name) => name === 'bad'));
});

test('a list that is not of that root is not believed', async () => {
  const [bad, good] = [new MemoryHost('bad', bytes), new MemoryHost('good', bytes)];
  const other = listFor(bytesOf(CHUNK_BYTES, 'other')).encoded;
  bad.instead = async () => other;
  const { options } = setUp(bad, good);
  assert.ok(readFileSync((await fetchDataset(root, options)).path).equals(bytes));
});

test('hosts that fail, lack chunks or never answer hinder no one', async () => {
  const hosts = ['fails', 'lacks', 'silent', 'good'].map((name) => new MemoryHost(name, bytes));
  const [fails, lacks, silent] = hosts as [MemoryHost, MemoryHost, MemoryHost];
  fails.instead = () => Promise.reject(new Error('gone'));
  lacks.instead = async () => null;
  silent.instead = () => new Promise(() => {});
  const { options } = setUp(...hosts);
  assert.ok(readFileSync((await fetchDataset(root, options)).path).equals(bytes));
  assert.ok(silent.asked.length > 0);
});

test('a fetch that was given up goes on where it was', async () => {
  const host = new MemoryHost('a', bytes);
  const { options, cache, stop } = setUp(host);
  let given = 0;
  host.instead = async (index) => {
    if (index === LIST_INDEX || given++ < 5) return undefined;
    return new Promise(() => {});
  };
  let done = 0;
  const progress = (now: number) => {
    done = now;
  };
  const fetching = fetchDataset(root, { ...options, progress });
  await until('five chunks', () => done === 5);
  const reason = new Error('enough');
  stop.abort(reason);
  assert.is(await fetching.catch((why: unknown) => why), reason);

  const fresh = new MemoryHost('b', bytes);
  const again = { ...options, hosts: () => [fresh], signal: new AbortController().signal };
  const next = new DatasetCache({ folder: cache.folder });
  const file = await fetchDataset(root, { ...again, cache: next });
  assert.ok(readFileSync(file.path).equals(bytes));
  assert.is(fresh.asked.length, 8, 'thirteen chunks less five');
  assert.not(fresh.asked.includes(LIST_INDEX));
});

test('hosts may come while it waits', async () => {
  const hosts: ChunkHost[] = [];
  const { options } = setUp();
  const fetching = fetchDataset(root, { ...options, hosts: () => hosts });
  await new Promise((resolve) => setTimeout(resolve, 100));
  hosts.push(new MemoryHost('late', bytes));
  assert.ok(readFileSync((await fetching).path).equals(bytes));
});

test('two fetches of one cache do not write over each other', async () => {
  const host = new MemoryHost('a', bytes);
  const { options, cache } = setUp(host);
  const other = { ...options, cache: new DatasetCache({ folder: cache.folder }) };
  const files = await Promise.all([fetchDataset(root, options), fetchDataset(root, other)]);
  for (const { path } of files) assert.ok(readFileSync(path).equals(bytes));
  assert.ok(host.asked.filter((index) => index !== LIST_INDEX).length === 13);
});

function setUp(...hosts: readonly ChunkHost[]) {
  const cache = freshCache();
  const stop = new AbortController();
  const options: FetchOptions = {
    cache,
    hosts: () => hosts,
    clock: monotonicClock,
    random: Math.random,
    signal: stop.signal,
  };
  return { cache, stop, options };
}

test.run();
