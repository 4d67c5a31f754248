/** Workers that are killed, stopped, blocked or cut off. */

import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import type { ClusterStatus } from '../../../ts/cluster/queue.js';
import { until } from '../../until.js';
import type { Cluster } from './adapters.js';
import type { Child } from './child.js';
import { CuttableWire } from './wire-cut.js';
import { ENDLESS_NONCES } from './work-cases.js';

/** Enough for what is killed to be in the middle of something. */
const UNITS = 300;
const UNIT_NONCES = 1 << 20;
/** Short ones, so that a test need not wait for long. */
const LEASE_LIMITS = { leaseMs: 5_000, suspectMs: 3_000, deadMs: 5_000 };
/** Longer than a lease lasts, and than whoever says nothing is thought to live. */
const BLOCKED_MS = 7_000;

interface Stats {
  readonly connection: string;
  readonly units: { readonly completed: number };
  readonly hashes: number;
  readonly leases: number;
}

export async function killedWorkers(cluster: Cluster): Promise<void> {
  const master = await start(cluster);
  const workers = await Promise.all([1, 2, 3, 4].map(() => cluster.startWorker()));
  await master.ask('publish', { number: 1, units: UNITS, unitNonces: UNIT_NONCES });
  await until('a quarter is done', () => cluster.history.accepted.size >= UNITS / 4);
  await Promise.all(workers.slice(0, 2).map((worker) => worker.kill()));
  assert.ok(cluster.history.accepted.size < UNITS, 'they were killed in the middle');
  await cluster.done(UNITS);
  assert.equal(cluster.history.faults(UNITS), []);
  assert.ok(await until('the work is exhausted', () => cluster.history.isExhausted));
}

export async function stoppedWorker(cluster: Cluster): Promise<void> {
  const master = await start(cluster);
  const [first, second] = await Promise.all([cluster.startWorker(), cluster.startWorker()]);
  await master.ask('publish', { number: 4, units: UNITS, unitNonces: UNIT_NONCES });
  await until('the first has leases', async () => (await first.ask<Stats>('stats')).leases > 0);
  first.signal('SIGSTOP');
  await cluster.done(UNITS);
  first.signal('SIGCONT');
  await until('it is back, with nothing in hand', async () => {
    const { connection, leases } = await first.ask<Stats>('stats');
    return connection === 'connected' && leases === 0;
  });
  assert.equal(cluster.history.faults(UNITS), []);
  await master.ask('publish', { number: 41, units: 20, unitNonces: UNIT_NONCES });
  await second.kill();
  await cluster.done(UNITS + 20); // by the one that was stopped
  assert.equal(cluster.history.faults(UNITS + 20), []);
}

export async function blockedLoop(cluster: Cluster): Promise<void> {
  const { history } = cluster;
  const fixedNonces = BigInt(ENDLESS_NONCES);
  const master = await cluster.startMaster({ fixedNonces, limits: LEASE_LIMITS });
  const worker = await cluster.startWorker();
  const asked = { number: 5, units: 10, unitNonces: ENDLESS_NONCES };
  const work = await master.ask<string>('publish', asked);
  await until('it hashes', async () => (await worker.ask<Stats>('stats')).hashes > 0);
  const file = join(cluster.folder, 'go on');
  const blocked = worker.ask('block', { until: file });
  await sleep(BLOCKED_MS);
  const { totals } = await master.ask<ClusterStatus>('status');
  assert.is(totals.redelivered, 0, 'it has kept its leases');
  await master.ask('cancel', { work });
  await until('it has said how far it was', () => history.stoppedAt(work).size === 1);
  await master.ask('publish', { number: 51, units: 1, unitNonces: UNIT_NONCES });
  await until('the newer work is done', () => history.accepted.size === 1);
  writeFileSync(file, '');
  await blocked;
  assert.equal(history.faults(1), []);
  const { lines } = history;
  assert.is(lines.filter(({ kind, state }) => kind === 'node' && state === 'leave').length, 0);
}

export async function cutOff(cluster: Cluster): Promise<void> {
  const master = await start(cluster);
  const address = cluster.address(randomBytes(16).toString('hex'), {
    limits: { deadMs: LEASE_LIMITS.deadMs, heartbeatMs: 500 },
  });
  const proxy = await CuttableWire.before(address);
  const [far, near] = [
    await cluster.startWorker({ address: proxy.address }),
    await cluster.startWorker(),
  ];
  try {
    await master.ask('publish', { number: 6, units: UNITS, unitNonces: UNIT_NONCES });
    await until('the far one has leases', async () => (await far.ask<Stats>('stats')).leases > 0);
    proxy.freeze();
    await cluster.done(UNITS); // the units of the far one as well
    assert.equal(cluster.history.faults(UNITS), []);
    proxy.thaw();
    await until('it is back', async () => {
      return (await far.ask<Stats>('stats')).connection === 'connected';
    });
    await near.kill();
    await master.ask('publish', { number: 61, units: 20, unitNonces: UNIT_NONCES });
    await cluster.done(UNITS + 20);
    assert.equal(cluster.history.faults(UNITS + 20), []);
  } finally {
    proxy.close();
  }
}

function start(cluster: Cluster): Promise<Child> {
  return cluster.startMaster({ fixedNonces: BigInt(UNIT_NONCES), limits: LEASE_LIMITS });
}
