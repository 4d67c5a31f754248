/** A cluster as tables. Pure. */

import type { ClusterStatus } from '../../cluster/queue.js';
import { count, elapsed, hashRate, percent } from '../quantities.js';
import { textTable } from '../table.js';

export function statusText(status: ClusterStatus): string {
  const { master, adapter, epoch, workers, works, totals } = status;
  const rate = workers.reduce((sum, worker) => sum + worker.hashesPerSecond, 0);
  const lines = [
    `master   ${master}, by ${adapter}, epoch ${epoch}`,
    `workers  ${workers.length}, ${hashRate(rate)}`,
    `units    ${totals.units} done, ${totals.redelivered} lent again, ${totals.duplicates} duplicate, ${totals.stale} stale, ${totals.rejected} rejected, ${totals.quarantined} given up`,
    `found    ${totals.solutions} solutions, ${totals.shares} shares, ${count(totals.hashes)} hashes`,
    `conduct  ${totals.strikes} strikes, ${totals.bans} bans`,
  ];
  return [
    lines.join('\n'),
    ...(workers.length > 0 ? [workerTable(workers)] : []),
    ...(works.length > 0 ? [workTable(works)] : []),
  ].join('\n\n');
}

function workerTable(workers: ClusterStatus['workers']): string {
  const head = [
    ...['worker', 'address', 'state', '>threads', '>rate', '>leases', '>units', '>shares'],
    ...['>strikes', '>since'],
  ];
  const rows = workers
    .toSorted((left, right) => right.hashesPerSecond - left.hashesPerSecond)
    .map((worker) => [
      ...[worker.name, worker.address, worker.state, `${worker.threads}`],
      ...[hashRate(worker.hashesPerSecond), `${worker.leases}`, `${worker.completed}`],
      ...[`${worker.shares}`, `${worker.strikes}`, elapsed(worker.sinceMs)],
    ]);
  return textTable(head, rows);
}

function workTable(works: ClusterStatus['works']): string {
  const head = ['work', 'lane', '>pending', '>leased', '>completed', '>given up', '>done'];
  const rows = works.map((work) => [
    ...[work.id.slice(0, 8), work.lane, `${work.pending}`, `${work.leased}`],
    ...[`${work.completed}`, `${work.quarantined}`, percent(work.done)],
  ]);
  return textTable(head, rows);
}
