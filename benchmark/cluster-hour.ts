/**
 * `npm run cluster:hour`: a master and 64 simulated workers that hash nothing, for `--minutes`
 * (default 60), on `--adapter` (default `tcp`). Its memory stays flat, and workers of one speed get
 * equal shares. One JSON line a minute, one with the verdict at the end.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Cluster } from '../__test__/cluster/faults/adapters.js';
import { until } from '../__test__/until.js';
import type { ClusterStatus } from '../ts/cluster/queue.js';

const WORKERS = 64;
const RATE = 1e6;
/** A second of one worker: what the record remembers of units is full after a few minutes. */
const UNIT_NONCES = 2 ** 20;
/** Workers connect from one address here. */
const LIMITS = {
  connectionsPerAddress: 128,
  acceptsPerSecond: 100,
  acceptsPerSecondAndAddress: 100,
};
/** Of the median resident memory early on (from one sixth to one third of the time), garbage collected. */
const MOST_GROWTH = 1.05;
/** Of the units of the median worker. */
const LEAST_SHARE = 0.9;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    adapter: { type: 'string', default: 'tcp' },
  },
});
const minutes = Number(values.minutes);
const { adapter } = values;
if (!(minutes > 0)) throw new Error(`--minutes ${values.minutes}: expected a number above 0`);
if (adapter !== 'tcp' && adapter !== 'nats') {
  throw new Error(`--adapter ${adapter}: expected tcp or nats`);
}

const cluster = await Cluster.open(adapter);
const resident: number[] = [];
const inUse: number[] = [];
const master = await cluster.startMaster({
  ...{ limits: LIMITS, proofOfScanning: false, fixedNonces: BigInt(UNIT_NONCES) },
});
await master.ask('count only');
const crew = await cluster.startActors(
  { kind: 'paced', hashesPerSecond: RATE },
  Array.from({ length: WORKERS }, () => cluster.address()),
);
await until('every worker is there', async () => {
  return (await status()).workers.length === WORKERS;
});
// A work that lasts, and beside it one that is replaced all the time.
await master.ask('publish', { number: 0, lane: 'long', ...endless() });
const before = (await status()).workers.map(({ completed }) => completed);
let older: string | null = null;
const samples = Math.max(6, Math.round(minutes));
for (let i = 0; i < samples; i += 1) {
  for (let part = 0; part < 4; part += 1) {
    await sleep((minutes * 60_000) / samples / 4);
    const number = i * 4 + part + 1;
    const work = await master.ask<string>('publish', { number, lane: 'short', ...endless() });
    if (older !== null) await master.ask('cancel', { work: older });
    older = work;
  }
  const { totals, workers } = await status();
  const { rss, heapUsed, external } = await master.ask<NodeJS.MemoryUsage>('memory');
  resident.push(mib(rss));
  inUse.push(mib(heapUsed + external));
  const line = {
    minute: ((i + 1) * minutes) / samples,
    inUseMiB: inUse.at(-1),
    rssMiB: resident.at(-1),
    workers: workers.length,
  };
  process.stdout.write(`${JSON.stringify({ ...line, ...totals })}\n`);
}
const { workers, totals } = await status();
const done = workers.map(({ completed }, i) => completed - (before[i] ?? 0));
const sorted = done.toSorted((left, right) => left - right);
const middle = sorted[sorted.length >> 1] ?? 0;
const share = { least: (sorted[0] ?? 0) / middle, most: (sorted.at(-1) ?? 0) / middle };
const rssMiB = earlyAndLate(resident);
const growth = rssMiB.late / rssMiB.early;
const kept = growth <= MOST_GROWTH && share.least >= LEAST_SHARE && workers.length === WORKERS;
const verdict = {
  minutes,
  adapter,
  rssMiB,
  growth,
  inUseMiB: earlyAndLate(inUse),
  share,
  ...totals,
};
process.stdout.write(`${JSON.stringify({ verdict, kept })}\n`);
await crew.kill();
await cluster.close();
process.exitCode = kept ? 0 : 1;

function status(): Promise<ClusterStatus> {
  return master.ask<ClusterStatus>('status');
}

function endless() {
  return { units: 2 ** 30, unitNonces: UNIT_NONCES, proof: false };
}

function earlyAndLate(each: readonly number[]) {
  return {
    early: median(each.slice(Math.floor(samples / 6), Math.ceil(samples / 3))),
    late: median(each.slice(Math.floor((samples * 5) / 6))),
  };
}

function mib(bytes: number): number {
  return Math.round((100 * bytes) / 2 ** 20) / 100;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
