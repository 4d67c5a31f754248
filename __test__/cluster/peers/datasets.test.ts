import { chmodSync, readdirSync, readFileSync, truncateSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DatasetCache } from '../../../ts/cluster/datasets/cache.js';
import { type FetchOptions, fetchDataset } from '../../../ts/cluster/datasets/fetch.js';
import type { ChunkHost } from '../../../ts/cluster/datasets/host.js';
import { CHUNK_BYTES } from '../../../ts/cluster/datasets/list.js';
import { Peer } from '../../../ts/cluster/peers/peer.js';
import { PeerPort } from '../../../ts/cluster/peers/port.js';
import type { MutualTls } from '../../../ts/cluster/tcp/options.js';
import { monotonicClock } from '../../../ts/miner/clock.js';
import { until } from '../../until.js';
import { authorityOf } from '../authority.js';
import { bytesOf, fileOf, freshFolder, listFor } from '../datasets/folder.js';
import { Child, killChildren } from '../faults/child.js';
import type { HostHow } from './host-process.js';

const CHUNKS = 40;
const bytes = bytesOf(CHUNKS * CHUNK_BYTES - 77);
const { root } = listFor(bytes);
const file = fileOf(bytes);
const nodes = authorityOf('one', 'two', 'reader');
const peers: Peer[] = [];

test.after.each(() => {
  for (const peer of peers.splice(0)) peer.close();
  killChildren();
});

test('a dataset comes from processes that have it, over mTLS', async () => {
  const [one, two] = await Promise.all([host({ tls: nodes.one }), host({ tls: nodes.two })]);
  const { path } = await fetchDataset(root, options(one.peer, two.peer));
  assert.ok(readFileSync(path).equals(bytes));
  const served = await Promise.all([one.child.ask<number>('served'), two.child.ask('served')]);
  assert.ok(
    served.every((count) => (count as number) > 4),
    `${served}`,
  );
});

test('a host that is killed in the middle: the rest comes from another, and is right', async () => {
  const [one, two] = await Promise.all([
    host({ tls: nodes.one, delayMs: 20 }),
    host({ tls: nodes.two, delayMs: 20 }),
  ]);
  let done = 0;
  const how = options(one.peer, two.peer);
  const fetching = fetchDataset(root, { ...how, progress: (now) => void count(now) });
  const count = (now: number) => {
    done = now;
  };
  await until('a quarter is there', () => done >= CHUNKS / 4);
  await one.child.kill();
  assert.ok(done < CHUNKS);
  assert.ok(readFileSync((await fetching).path).equals(bytes));
});

test('the only host is killed, and comes back: the fetch goes on where it was', async () => {
  const first = await host({ tls: nodes.one, delayMs: 20 });
  const hosts: ChunkHost[] = [first.peer];
  let done = 0;
  const progress = (now: number) => {
    done = now;
  };
  const fetching = fetchDataset(root, { ...options(), hosts: () => hosts, progress });
  await until('a quarter is there', () => done >= CHUNKS / 4);
  await first.child.kill();
  const second = await host({ tls: nodes.one });
  hosts.splice(0, 1, second.peer);
  assert.ok(readFileSync((await fetching).path).equals(bytes));
  assert.ok((await second.child.ask<number>('served')) < CHUNKS);
});

test('a host whose chunks are spoilt is found out, and nothing of it is used', async () => {
  const [bad, good] = await Promise.all([
    host({ tls: nodes.one, lies: true }),
    host({ tls: nodes.two, delayMs: 5 }),
  ]);
  const told: string[] = [];
  const corrupt = (from: ChunkHost) => void told.push(from.name);
  const { path } = await fetchDataset(root, { ...options(bad.peer, good.peer), corrupt });
  assert.ok(readFileSync(path).equals(bytes));
  assert.ok(told.length > 0 && told.every((name) => name === bad.peer.name));
});

test('a file of the cache that was cut short is repaired from a host, and only what is missing', async () => {
  const { peer, child } = await host({ tls: nodes.one });
  const how = options(peer);
  const { path } = await fetchDataset(root, how);
  const before = await child.ask<number>('served');
  chmodSync(path, 0o644);
  truncateSync(path, 30 * CHUNK_BYTES + 5);
  const cache = new DatasetCache({ folder: how.folder });
  const again = await fetchDataset(root, { ...how, cache });
  assert.ok(readFileSync(again.path).equals(bytes));
  assert.is((await child.ask<number>('served')) - before, CHUNKS - 30);
  assert.equal(readdirSync(how.folder).sort(), [root, `${root}.list`]);
});

test('who fetches is killed in the middle, and its successor goes on', async () => {
  const { peer, child } = await host({ tls: nodes.one, delayMs: 20 });
  const folder = freshFolder();
  const reader = new Child('../peers/fetch-process.ts');
  const asked = { folder, root, address: peer.name, tls: nodes.reader };
  reader.ask('fetch', asked).catch(() => {}); // it is killed
  await until('a quarter is there', async () => (await reader.ask<number>('done')) >= CHUNKS / 4);
  await reader.kill();
  const before = await child.ask<number>('served');
  const { path } = await fetchDataset(root, {
    ...options(peer),
    cache: new DatasetCache({ folder }),
  });
  assert.ok(readFileSync(path).equals(bytes));
  const after = await child.ask<number>('served');
  // Some were on their way when it was killed.
  assert.ok(after - before <= CHUNKS - CHUNKS / 4 + 8, `${after} less ${before}`);
  assert.equal(
    readdirSync(folder).filter((name) => name.includes('lock')),
    [],
  );
});

test('nobody of another authority is served, nor served by', async () => {
  const { stranger } = authorityOf('stranger');
  const { child, peer } = await host({ tls: nodes.one });
  const port = Number(peer.name.split(':')[1]);
  const foreign = peerOf(port, stranger);
  const never = new AbortController().signal;
  assert.instance(await foreign.get(root, 0, never).catch((why: unknown) => why), Error);
  assert.is(await child.ask('served'), 0);
  const { port: strange } = await host({ tls: stranger });
  const error = await peerOf(strange, nodes.reader)
    .get(root, 0, never)
    .catch((why: unknown) => why);
  assert.instance(error, Error);
});

test('a port of peers hangs up on who wants anything but datasets', async () => {
  const silent: ChunkHost = { name: 'silent', get: () => new Promise(() => {}) };
  const address = { host: '127.0.0.1', port: 0 };
  const how = { address, tls: nodes.one, clock: monotonicClock, chunks: silent };
  const port = await PeerPort.open(how);
  const peer = peerOf(port.port, nodes.reader);
  const waits = peer.get(root, 1, new AbortController().signal);
  await peer.say({
    kind: 'statement',
    statement: { id: 'x', stands: false, epoch: 0, candidate: null, leader: null },
    ...{ port: 0, known: [] },
  });
  assert.instance(await waits.catch((why: unknown) => why), Error);
  port.close();
});

async function host(how: Omit<HostHow, 'folder' | 'file'>) {
  const child = new Child('../peers/host-process.ts');
  const asked = { ...how, folder: freshFolder(), file };
  const { port } = await child.ask<{ port: number }>('open', asked);
  return { child, port, peer: peerOf(port, nodes.reader) };
}

function peerOf(port: number, tls: MutualTls): Peer {
  const peer = new Peer({ address: { host: '127.0.0.1', port }, tls, clock: monotonicClock });
  peers.push(peer);
  return peer;
}

function options(...hosts: readonly ChunkHost[]): FetchOptions & { readonly folder: string } {
  const folder = freshFolder();
  return {
    ...{ folder, cache: new DatasetCache({ folder }), clock: monotonicClock },
    ...{ hosts: () => hosts, random: Math.random, signal: new AbortController().signal },
  };
}

test.run();
