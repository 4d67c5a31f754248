import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstream } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type FetchOptions, fetchDataset } from '../../../ts/cluster/datasets/fetch.js';
import { type ChunkHost, LIST_INDEX } from '../../../ts/cluster/datasets/host.js';
import { CHUNK_BYTES } from '../../../ts/cluster/datasets/list.js';
import { keepDataset, ObjectHost, openObjects } from '../../../ts/cluster/datasets/objects.js';
import { monotonicClock } from '../../../ts/miner/clock.js';
import { until } from '../../until.js';
import { onNats, Place } from '../nats/fixture.js';
import { bytesOf, freshCache, listFor, MemoryHost } from './folder.js';

const bytes = bytesOf(20 * CHUNK_BYTES + 9);
const list = listFor(bytes);
const { root } = list;
const BUCKET = 'test_datasets';
const never = new AbortController().signal;

let place: Place;
const connections: NatsConnection[] = [];

test.before.each(async () => {
  place = await Place.open();
});
test.after.each(async () => {
  await Promise.all(connections.splice(0).map((connection) => connection.close()));
  await place.close();
});

onNats('a dataset that is put into the store comes out of it, the same', async () => {
  const master = await store(1);
  await keepDataset(master, new MemoryHost('own', bytes), list, never);
  const reader = new ObjectHost(() => store(null));
  const { path } = await fetchDataset(root, options(reader));
  assert.ok(readFileSync(path).equals(bytes));
  assert.is(await reader.get(root, 21, never), null);
  assert.is(await reader.get('0'.repeat(64), LIST_INDEX, never), null);
});

onNats('where there is no bucket nothing is had, and nothing breaks', async () => {
  const reader = new ObjectHost(() => store(null));
  assert.is(await reader.get(root, LIST_INDEX, never), null);
});

onNats('what is there is not put again, and other datasets go', async () => {
  const master = await store(1);
  const other = bytesOf(2 * CHUNK_BYTES, 'other');
  await keepDataset(master, new MemoryHost('other', other), listFor(other), never);
  const own = new MemoryHost('own', bytes);
  await keepDataset(master, own, list, never);
  assert.is(own.asked.length, 22);
  await keepDataset(master, own, list, never);
  assert.is(own.asked.length, 22);
  const names = (await master.list()).map(({ name }) => name);
  assert.is(names.length, 22);
  assert.ok(names.every((name) => name.startsWith(root)));
});

onNats('a forged object is found out, and the chunk comes from elsewhere', async () => {
  const master = await store(1);
  await keepDataset(master, new MemoryHost('own', bytes), list, never);
  await master.putBlob({ name: `${root}.3` }, new Uint8Array(CHUNK_BYTES));
  await master.putBlob({ name: `${root}.4` }, new Uint8Array(3 * CHUNK_BYTES));
  const told: number[] = [];
  const slow = new MemoryHost('slow', bytes);
  slow.instead = async () => void (await sleep(50));
  const how = options(new ObjectHost(() => store(null)), slow);
  const corrupt = (host: ChunkHost, index: number) => {
    assert.is(host.name, 'objects');
    told.push(index);
  };
  const { path } = await fetchDataset(root, { ...how, corrupt });
  assert.ok(readFileSync(path).equals(bytes));
  assert.ok(told.every((index) => index === 3));
});

onNats('the server is killed in the middle and comes back: the fetch goes on', async () => {
  const master = await store(1);
  await keepDataset(master, new MemoryHost('own', bytes), list, never);
  const objects = new ObjectHost(() => store(null));
  const slowly: ChunkHost = {
    name: 'slowly',
    async get(...asked) {
      await sleep(20);
      return objects.get(...asked);
    },
  };
  let done = 0;
  const progress = (now: number) => {
    done = now;
  };
  const fetching = fetchDataset(root, { ...options(slowly), progress });
  await until('some are there', () => done >= 5);
  await place.server.kill('SIGKILL');
  assert.ok(done < 21);
  await place.startServer();
  assert.ok(readFileSync((await fetching).path).equals(bytes));
});

async function store<Replicas extends number | null>(replicas: Replicas) {
  const known = connections[0];
  const connection = known?.isClosed() === false ? known : await connected();
  const opened = await openObjects(jetstream(connection, { timeout: 5000 }), BUCKET, replicas);
  return opened as Replicas extends number ? NonNullable<typeof opened> : typeof opened;
}

async function connected(): Promise<NatsConnection> {
  const how = { servers: place.server.url, maxReconnectAttempts: -1, reconnectTimeWait: 50 };
  const connection = await connect(how);
  connections.unshift(connection);
  return connection;
}

function options(...hosts: readonly ChunkHost[]): FetchOptions {
  return {
    ...{ cache: freshCache(), hosts: () => hosts, clock: monotonicClock },
    ...{ random: Math.random, signal: never },
  };
}

test.run();
