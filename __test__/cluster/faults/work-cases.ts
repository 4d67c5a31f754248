/** Works that are cancelled, and works that come thick and fast. */

import { setTimeout as sleep } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import { until } from '../../until.js';
import type { Cluster } from './adapters.js';

const UNIT_NONCES = 1 << 20;
const OUTSTANDING = 5_000;
/** Minutes of any machine. */
export const ENDLESS_NONCES = 2 ** 36;
/** Whoever goes on hashing shows it within. */
const STILL_MS = 300;

interface Stats {
  readonly hashes: number;
  readonly leases: number;
  readonly units: { readonly completed: number; readonly stopped: number };
}

/**
 * Nobody comes to the end of a unit here, and of its shares there are none to tell on the way: a
 * worker that says how far it is has heard the cancel. One that has not hashes on.
 */
export async function cancelled(cluster: Cluster): Promise<void> {
  const { history } = cluster;
  const master = await cluster.startMaster({ fixedNonces: BigInt(ENDLESS_NONCES) });
  const workers = await Promise.all([1, 2].map(() => cluster.startWorker()));
  const asked = { number: 8, units: OUTSTANDING, unitNonces: ENDLESS_NONCES };
  const work = await master.ask<string>('publish', asked);
  for (const worker of workers) {
    await until('it hashes one unit, and more wait behind', async () => {
      const { hashes, leases } = await worker.ask<Stats>('stats');
      return hashes > 0 && leases > 1;
    });
  }
  assert.is(history.stoppedAt(work).size, 0);
  await master.ask('cancel', { work });
  await until('both have said how far they were', () => history.stoppedAt(work).size === 2);
  for (const worker of workers) {
    const { units } = await until('it has stopped, and begun nothing that waited', async () => {
      const stats = await worker.ask<Stats>('stats');
      return stats.leases === 0 && stats.units.stopped > 1 ? stats : null;
    });
    assert.is(units.completed, 0);
  }
  const hashes = await sum((stats) => stats.hashes);
  await sleep(STILL_MS);
  assert.is(await sum((stats) => stats.hashes), hashes, 'nobody hashes any more');
  const next = { number: 81, units: 1, unitNonces: UNIT_NONCES };
  const newer = await master.ask<string>('publish', next);
  await until('the next work is done', () => of(cluster, newer) === 1);
  assert.is(of(cluster, work), 0, 'no unit of the cancelled work was done');
  // Figures come from its thread twice a second, and the unit takes less.
  await until('it is counted', async () => (await sum((stats) => stats.hashes)) > hashes);

  async function sum(figure: (stats: Stats) => number): Promise<number> {
    const rows = await Promise.all(workers.map((worker) => worker.ask<Stats>('stats')));
    return rows.reduce((total, row) => total + figure(row), 0);
  }
}

export async function burst(cluster: Cluster): Promise<void> {
  const master = await cluster.startMaster({ fixedNonces: BigInt(UNIT_NONCES) });
  await cluster.startWorker();
  const before = (await master.ask<NodeJS.MemoryUsage>('memory')).rss;
  let work = '';
  for (let number = 1; number <= 512; number += 1) {
    const older = work;
    const units = number === 512 ? 20 : 1_000_000;
    work = await master.ask<string>('publish', { number, units, unitNonces: UNIT_NONCES });
    if (older !== '') void master.ask('cancel', { work: older });
  }
  await until('the last one is done', () => of(cluster, work) >= 20);
  await until('no other is left', async () => {
    const { works } = await master.ask<{ works: readonly { id: string }[] }>('status');
    return works.every(({ id }) => id === work);
  });
  const grown = (await master.ask<NodeJS.MemoryUsage>('memory')).rss - before;
  assert.ok(grown < 128 << 20, `${grown} bytes more than before`);
}

export async function foundWhileCancelled(cluster: Cluster): Promise<void> {
  const master = await cluster.startMaster({ fixedNonces: BigInt(UNIT_NONCES) });
  await cluster.startActor({ kind: 'late finder' });
  const asked = { number: 10, units: 100, unitNonces: UNIT_NONCES, bits: 8 };
  const work = await master.ask<string>('publish', asked);
  await until('it has a lease', () => {
    return cluster.history.count(({ kind, worker }) => kind === 'unit' && worker != null) > 0;
  });
  await master.ask('cancel', { work });
  const late = await until('the solution is told, and marked', () => {
    return cluster.history.lines.find(({ kind, solutions = [] }) => {
      return kind === 'result' && solutions.length > 0;
    });
  });
  // While the master waits for holders to let go it counts, and the miner marks it; later it is stale.
  assert.ok(late.verdict === 'accepted' || late.verdict === 'stale', String(late.verdict));
  assert.is(late.solutions?.length, 1);
}

function of({ history }: Cluster, work: string): number {
  return [...history.accepted.keys()].filter((unit) => unit.startsWith(`${work}.`)).length;
}
