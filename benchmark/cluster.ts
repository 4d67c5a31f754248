/**
 * What a cluster costs: units without work, news to all workers, and the hash rate that two workers
 * keep of what the same two processes have without it. Every process is a real one, on this machine.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { type AdapterName, Cluster } from '../__test__/cluster/faults/adapters.js';
import type { Child } from '../__test__/cluster/faults/child.js';
import { until } from '../__test__/until.js';
import { findNats } from '../scripts/nats.mjs';
import { counterRate } from './counter.js';
import { quick, type ResultRow, saveResult } from './results.js';
import { timesRow } from './times.js';

const WORKERS = quick ? 2 : 4;
const UNITS = quick ? 500 : 20_000;
const NEWS = quick ? 5 : 300;
const [PAIRS, PHASE_MS] = quick ? [1, 500] : [9, 10_000];
/** From the first hashes on, until every thread is at full speed. */
const WARM_MS = quick ? 500 : 3_000;

/** A worker holds itself to a hundred results a second otherwise (`RATES`). */
const NO_RATE = { perSecond: 1e6, burst: 1e6 };
const UNLIMITED = {
  limits: { rates: { any: NO_RATE, request: NO_RATE, result: NO_RATE, extend: NO_RATE } },
};

const adapters: readonly AdapterName[] = findNats() === null ? ['tcp'] : ['tcp', 'nats'];

async function emptyUnits(adapter: AdapterName): Promise<ResultRow> {
  const cluster = await Cluster.open(adapter);
  try {
    const more = adapter === 'tcp' ? UNLIMITED : {};
    const master = await cluster.startMaster({
      ...{ fixedNonces: 1n, proofOfScanning: false, ...more },
    });
    await master.ask('count only');
    const empty = { kind: 'empty', most: 64 };
    await Promise.all(
      Array.from({ length: WORKERS }, () => {
        return cluster.startActor(empty, cluster.address(undefined, more));
      }),
    );
    const fromMs = performance.now();
    await master.ask('publish', { number: 1, units: UNITS, unitNonces: 1, proof: false });
    await until('every unit is done', async () => (await master.ask<number>('accepted')) >= UNITS);
    const rate = UNITS / ((performance.now() - fromMs) / 1000);
    const name = `units without work, ${adapter}, ${WORKERS} workers`;
    return { name, unit: 'units/s', value: rate, marginPercent: null, p99: null, samples: UNITS };
  } finally {
    await cluster.close();
  }
}

/** From the call of publish in the master to the lease in each worker's hands. */
async function news(adapter: AdapterName): Promise<ResultRow> {
  const cluster = await Cluster.open(adapter);
  try {
    const master = await cluster.startMaster({ fixedNonces: 1000n, proofOfScanning: false });
    await master.ask('count only');
    const actors = await Promise.all(
      Array.from({ length: WORKERS }, () => cluster.startActor({ kind: 'idle', most: 1 })),
    );
    const times: number[] = [];
    for (let number = 1; number <= NEWS; number += 1) {
      const asked = { number, units: 1_000_000, unitNonces: 1000, proof: false };
      const work = await master.ask<string>('publish', asked);
      const publishedMs = await master.ask<number>('published at');
      for (const actor of actors) {
        const leasedMs = await until('the actor has it', () => {
          return actor.ask<number | null>('first lease', { work });
        });
        times.push((leasedMs - publishedMs) * 1000);
      }
      await master.ask('cancel', { work });
    }
    return timesRow(`from publish to a worker's lease, ${adapter}, ${WORKERS} workers`, times);
  } finally {
    await cluster.close();
  }
}

/** Two workers of one thread each: in the cluster, and side by side without it, in turn. */
async function efficiency(adapter: AdapterName): Promise<ResultRow> {
  const cluster = await Cluster.open(adapter);
  try {
    const master = await cluster.startMaster({});
    const workers = await Promise.all([cluster.startWorker(), cluster.startWorker()]);
    const ratios: number[] = [];
    for (let number = 1; number <= PAIRS; number += 1) {
      // What comes first takes turns, too.
      const first = number % 2 === 0 ? await alone(workers) : null;
      const shared = await inCluster(master, workers, number);
      ratios.push((100 * shared) / (first ?? (await alone(workers))));
    }
    const value = ratios.toSorted((left, right) => left - right)[ratios.length >> 1] ?? Number.NaN;
    return {
      name: `hash rate kept in the cluster, ${adapter}, 2 workers of one thread`,
      ...{ unit: '%', value, marginPercent: null, p99: null, samples: PAIRS },
      budgets: [{ of: 'value', bound: 'at least', limit: 97 }],
    };
  } finally {
    await cluster.close();
  }
}

async function inCluster(
  master: Child,
  workers: readonly Child[],
  number: number,
): Promise<number> {
  const unitNonces = 2 ** 28; // about two seconds: how hard shares are
  const before = await hashesOf(workers);
  const work = await master.ask('publish', { number, units: 2 ** 30, unitNonces });
  await until('every worker hashes', async () => {
    const now = await hashesOf(workers);
    return now.every((count, i) => count > (before[i] ?? 0));
  });
  await sleep(WARM_MS);
  const rate = await rateOf(workers);
  await master.ask('cancel', { work });
  return rate;
}

function hashesOf(workers: readonly Child[]): Promise<number[]> {
  return Promise.all(workers.map((worker) => worker.ask<number>('hashes')));
}

function rateOf(workers: readonly Child[]): Promise<number> {
  const hashes = async () => (await hashesOf(workers)).reduce((sum, count) => sum + count, 0);
  return counterRate(hashes, PHASE_MS);
}

async function alone(workers: readonly Child[]): Promise<number> {
  const rates = workers.map((worker) => worker.ask<number>('mine alone', { ms: PHASE_MS }));
  return (await Promise.all(rates)).reduce((sum, rate) => sum + rate, 0);
}

const rows: ResultRow[] = [];
for (const adapter of adapters) {
  for (const question of [emptyUnits, news, efficiency]) rows.push(await question(adapter));
}
saveResult('cluster', rows);
