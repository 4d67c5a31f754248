/** Metrics of a cluster, where the worker lends its work; without one they have no samples. */

import type { ClusterStatus, WorkerStatus } from '../cluster/queue.js';
import { counter, type Family, gauge, type Labels, named, type Sample } from './family.js';

const STATES: readonly WorkerStatus['state'][] = ['up', 'suspect', 'banned'];
const UNITS = ['pending', 'leased', 'completed', 'quarantined'] as const;

export const CLUSTER_FAMILIES: readonly Family[] = [
  gauge(
    'cluster_workers',
    'Workers of the cluster, by state.',
    ofCluster(({ workers }) =>
      STATES.map((state) => {
        const value = workers.filter((worker) => worker.state === state).length;
        return { value, labels: { state } };
      }),
    ),
  ),
  gauge(
    'cluster_worker_hashes_per_second',
    'Hash rate of a worker of the cluster, by its results of late.',
    ofCluster(({ workers }, { nodes }) =>
      [...ratesByName(workers)].flatMap(([name, value]) =>
        named(nodes.of(name), (worker) => [{ value, labels: { worker } }]),
      ),
    ),
  ),
  gauge(
    'cluster_epoch',
    'Number of this master.',
    ofCluster(({ epoch }) => epoch),
  ),
  gauge(
    'cluster_leases',
    'Units in the hands of workers.',
    ofCluster(({ workers }) => workers.reduce((sum, { leases }) => sum + leases, 0)),
  ),
  gauge(
    'cluster_units',
    'Units of the works that are mined now, by state.',
    ofCluster(({ works }) =>
      UNITS.map((state) => {
        const value = works.reduce((sum, work) => sum + work[state], 0);
        return { value, labels: { state } };
      }),
    ),
  ),
  total('cluster_units_total', 'Units completed.', 'units'),
  counter(
    'cluster_late_results_total',
    'Results that did not count, by why.',
    ofCluster(({ totals: { duplicates, stale, rejected } }) => {
      return Object.entries({ duplicate: duplicates, stale, rejected }).map(([verdict, value]) => {
        return { value, labels: { verdict } };
      });
    }),
  ),
  total('cluster_shares_total', 'Shares that were hashed again and met their target.', 'shares'),
  total('cluster_redelivered_total', 'Leases of units that had been lent before.', 'redelivered'),
  total('cluster_quarantined_total', 'Units given up.', 'quarantined'),
  total('cluster_strikes_total', 'Strikes against workers.', 'strikes'),
  total('cluster_bans_total', 'Bans of workers.', 'bans'),
];

function total(name: string, help: string, key: keyof ClusterStatus['totals']): Family {
  return counter(
    name,
    help,
    ofCluster(({ totals }) => totals[key]),
  );
}

/** Nothing keeps two workers from having one name. */
function ratesByName(workers: readonly WorkerStatus[]): ReadonlyMap<string, number> {
  const rates = new Map<string, number>();
  for (const { name, hashesPerSecond } of workers) {
    rates.set(name, (rates.get(name) ?? 0) + hashesPerSecond);
  }
  return rates;
}

function ofCluster(
  samples: (cluster: ClusterStatus, labels: Labels) => number | readonly Sample[],
): Family['samples'] {
  return ({ cluster }, labels) => (cluster === null ? [] : samples(cluster, labels));
}
