/** A worker of a cluster, in lines and in JSON. Pure. */

import type { ClusterWorkerStats } from '../../cluster/worker/options.js';
import { count, duration, elapsed, hashRate } from '../quantities.js';

/** What is told of a worker. */
export type WorkerCounts = Pick<
  ClusterWorkerStats,
  'connection' | 'lastError' | 'leases' | 'units' | 'hashes' | 'shares' | 'solutions'
>;

/** One line about what goes on now. */
export function workerLine(stats: WorkerCounts, rate: number, elapsedMs: number): string {
  const { connection, leases, units, shares, solutions } = stats;
  return [
    hashRate(rate),
    ...(connection === 'connected' ? [] : [connection]),
    `${leases.length} leases`,
    `${units.completed} units done`,
    ...(units.failed > 0 ? [`${units.failed} failed`] : []),
    `${shares} shares`,
    `${solutions} solutions`,
    elapsed(elapsedMs),
  ].join(' | ');
}

/** What it all came to, for people. */
export function workerSummary(stats: WorkerCounts, elapsedMs: number): string {
  const { hashes, units, shares, solutions } = stats;
  const rate = hashRate(perSecond(hashes, elapsedMs));
  return [
    `units    ${units.completed} completed, ${units.stopped} stopped, ${units.failed} failed`,
    `found    ${solutions} solutions, ${shares} shares`,
    `search   ${count(hashes)} hashes in ${duration(elapsedMs)}, ${rate}`,
  ].join('\n');
}

/** The same for `--json`. */
export function workerJson(result: string, stats: WorkerCounts, elapsedMs: number) {
  const { connection, lastError, units, hashes, shares, solutions } = stats;
  const hashesPerSecond = perSecond(hashes, elapsedMs);
  const counts = { hashes, hashesPerSecond, units, shares, solutions };
  return { result, elapsedMs, ...counts, connection, lastError };
}

function perSecond(hashes: number, elapsedMs: number): number {
  return elapsedMs > 0 ? (hashes * 1000) / elapsedMs : 0;
}
