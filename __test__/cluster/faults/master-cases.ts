/** Masters and servers that are killed, and masters that are too many. */

import * as assert from 'uvu/assert';
import { until } from '../../until.js';
import type { Cluster } from './adapters.js';
import type { Child } from './child.js';

const UNITS = 300;
const UNIT_NONCES = 1 << 20;
/** What a worker with one thread has in hand at most. */
const HANDED_IN = 2;
const LIMITS = { leaseMs: 5_000, deadMs: 5_000, suspectMs: 3_000, leaderMs: 3_000 };

export async function killedMaster(cluster: Cluster): Promise<void> {
  let master = await start(cluster);
  await Promise.all([1, 2].map(() => cluster.startWorker()));
  const asked = { number: 2, units: UNITS, unitNonces: UNIT_NONCES };
  await master.ask('publish', asked);
  await until('a third is done', () => cluster.history.accepted.size >= UNITS / 3);
  await master.kill();
  const before = new Set(cluster.history.accepted.keys());
  assert.ok(before.size < UNITS, 'it was killed in the middle');
  if (cluster.adapter === 'nats') {
    await cluster.server.kill('SIGKILL');
    await cluster.startServer();
  }
  master = await start(cluster);
  await master.ask('publish', asked);
  await cluster.done(UNITS);
  assert.equal(cluster.history.faults(UNITS), []);
  const { lines } = cluster.history;
  const epochs = new Set(lines.map(({ epoch }) => epoch));
  assert.is(epochs.size, 2, 'the second start is a new epoch');
}

export async function killedPublisher(cluster: Cluster): Promise<void> {
  const asked = { number: 3, units: UNITS, unitNonces: UNIT_NONCES };
  const first = await start(cluster);
  await cluster.startWorker();
  const publishing = first.ask('publish', asked).catch(() => 'killed');
  await first.kill();
  await publishing;
  const second = await start(cluster);
  await second.ask('publish', asked);
  await second.ask('publish', asked); // the same work once more is no other
  await cluster.done(UNITS);
  await until('the work is exhausted', () => cluster.history.isExhausted);
  assert.equal(cluster.history.faults(UNITS), []);
}

export async function twoMasters(cluster: Cluster): Promise<void> {
  const asked = { number: 7, units: UNITS, unitNonces: UNIT_NONCES };
  // One that was elected: no other steps down because a worker says so.
  const first = await start(cluster, { epochAbove: 0 });
  const worker = await cluster.startWorker();
  await first.ask('publish', asked);
  await until('units are done', () => cluster.history.accepted.size > 5);
  const { epoch } = await first.ask<{ epoch: number }>('status');
  first.signal('SIGSTOP');
  const second = await cluster.startRival(epoch, {
    fixedNonces: BigInt(UNIT_NONCES),
    limits: LIMITS,
  });
  await second.ask('publish', { ...asked, number: 71 });
  await until('the worker serves the second', () => {
    return cluster.rivalHistory.accepted.size > 5;
  });
  const then = cluster.history.accepted.size;
  first.signal('SIGCONT');
  await until('the second is done', () => cluster.rivalHistory.accepted.size >= UNITS);
  assert.equal(cluster.rivalHistory.faults(UNITS), []);
  // The worker has nobody else now, and will not go back to an older epoch.
  await second.kill();
  await until('the first knows that it is deposed', () => {
    return cluster.history.count(({ kind }) => kind === 'deposed') > 0;
  });
  // What was on its way to the disk when it was stopped is on record, and told afterwards.
  const late = cluster.history.accepted.size - then;
  assert.ok(late <= HANDED_IN, `the first accepts nothing any more, not ${late}`);
  assert.ok(worker.isAlive);
}

function start(cluster: Cluster, more: object = {}): Promise<Child> {
  return cluster.startMaster({ fixedNonces: BigInt(UNIT_NONCES), limits: LIMITS, ...more });
}
