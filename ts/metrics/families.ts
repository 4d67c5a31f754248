/** Every metric: one row each. Names and units as in Prometheus' "Metric and label naming". */

import type { RequestStats } from '../miner/ports.js';
import type { OutcomeCounts } from '../miner/stats.js';
import { CLUSTER_FAMILIES } from './cluster-families.js';
import { counter, type Family, gauge, named, PREFIX, type Sample } from './family.js';

const CONNECTIONS = ['connecting', 'connected', 'lost', 'closed'] as const;

/** Totals come without a lane: the bound on lanes cuts none of them. */
export const FAMILIES: readonly Family[] = [
  counter('hashes_total', 'Nonces hashed.', ({ miner }) => miner.hashes),
  counter(
    'wasted_hashes_total',
    'Of the hashes: made on a job after it had been told to stop.',
    ({ miner }) => miner.wastedHashes,
  ),
  gauge(
    'hashes_per_second',
    'Hash rate over the last ten seconds, or since the scrape before if that is longer ago.',
    ({ hashesPerSecond }) => hashesPerSecond,
  ),
  counter('blocks_total', 'Blocks sent, by what became of them.', ({ miner }) =>
    byResult(miner.blocks),
  ),
  counter('shares_total', 'Shares sent, by what became of them.', ({ miner }) =>
    byResult(miner.shares),
  ),
  counter('solutions_total', 'Solutions found.', ({ miner }) => miner.solutions),
  counter(
    'stale_solutions_total',
    'Of the solutions: found when their job had been replaced.',
    ({ miner }) => miner.stales,
  ),
  counter(
    'undelivered_solutions_total',
    'Of the solutions: the source could not send them.',
    ({ miner }) => miner.undelivered,
  ),
  gauge(
    'submissions_in_flight',
    'Solutions sent and not answered yet.',
    ({ miner }) => miner.submitting,
  ),
  counter('jobs_total', 'Jobs that the source gave.', ({ miner }) => miner.jobs),
  counter(
    'refused_jobs_total',
    'Of the jobs: this worker cannot mine them.',
    ({ miner }) => miner.refused,
  ),
  counter(
    'skipped_refreshes_total',
    'Of the jobs: no other work than what ran.',
    ({ miner }) => miner.skipped,
  ),
  counter(
    'switches_total',
    'Jobs started in place of an older one of their lane.',
    ({ miner }) => miner.switches,
  ),
  gauge('running_jobs', 'Jobs in the hands of the worker.', ({ worker }) => worker.running.length),
  counter(
    'errors_total',
    'Failures by code and part; the miner counts those it was told of once more.',
    ({ miner, source, worker }, { codes }) =>
      Object.entries({ miner, source, worker }).flatMap(([part, { errors }]) =>
        Object.entries(errors).flatMap(([name, value]) =>
          named(codes.of(name), (code) => [{ value, labels: { part, code } }]),
        ),
      ),
  ),
  gauge('source_connection', 'One for the state that the source is in.', ({ source }) =>
    CONNECTIONS.map((state) => ({
      value: source.connection === state ? 1 : 0,
      labels: { state },
    })),
  ),
  counter(
    'source_reconnects_total',
    'Connections made after the first one.',
    ({ source }) => source.reconnects,
  ),
  gauge('source_lanes', 'Lanes that the source gave jobs of.', ({ source }) => source.lanes.length),
  gauge(
    'oldest_work_age_seconds',
    'Of all lanes with work: the longest time since it was known to be the newest.',
    ({ source }) => {
      const ages = source.lanes.flatMap(({ workAgeMs }) => workAgeMs ?? []);
      return ages.length === 0 ? [] : ages.reduce((most, age) => Math.max(most, age)) / 1000;
    },
  ),
  {
    ...{ name: `${PREFIX}request_duration_seconds`, type: 'histogram' },
    help: 'Time that requests of the source took, by purpose.',
    samples: ({ source }, { purposes }) =>
      Object.entries(source.requests).flatMap(([name, stats]) =>
        named(purposes.of(name), (purpose) =>
          durations(`${PREFIX}request_duration_seconds`, purpose, stats),
        ),
      ),
  },
  counter(
    'request_failures_total',
    'Requests of the source that failed, by purpose.',
    ({ source }, { purposes }) =>
      Object.entries(source.requests).flatMap(([name, { failures }]) =>
        named(purposes.of(name), (purpose) => [{ value: failures, labels: { purpose } }]),
      ),
  ),
  counter(
    'worker_restarts_total',
    'Children, devices or connections of the worker that died and were started again.',
    ({ worker }) => worker.restarts,
  ),
  gauge('threads', 'Threads of this process that hash.', ({ worker }) => worker.threads.length),
  counter(
    'thread_seconds_total',
    'What a thread did: starved, a search ran with nothing left to claim; waiting, none ran.',
    ({ worker: { threads } }) =>
      threads.flatMap(({ busyMs, starvedMs, waitingMs }, thread) =>
        Object.entries({ busy: busyMs, starved: starvedMs, waiting: waitingMs }).map(
          ([state, ms]) => ({ value: ms / 1000, labels: { thread: String(thread), state } }),
        ),
      ),
  ),
  counter('lane_hashes_total', 'Nonces hashed for a lane.', ({ miner }, { lanes }) =>
    miner.lanes.flatMap(({ lane: name, hashes }) =>
      named(lanes.of(name), (lane) => [{ value: hashes, labels: { lane } }]),
    ),
  ),
  counter(
    'lane_blocks_total',
    'Blocks sent of a lane, by what became of them.',
    ({ miner }, { lanes }) =>
      miner.lanes.flatMap(({ lane: name, blocks }) =>
        named(lanes.of(name), (lane) => byResult(blocks, { lane })),
      ),
  ),
  counter(
    'lane_shares_total',
    'Shares sent of a lane, by what became of them.',
    ({ miner }, { lanes }) =>
      miner.lanes.flatMap(({ lane: name, shares }) =>
        named(lanes.of(name), (lane) => byResult(shares, { lane })),
      ),
  ),
  gauge(
    'lane_work_age_seconds',
    'Time since the work of a lane was last known to be the newest.',
    ({ source }, { lanes }) =>
      source.lanes.flatMap(({ lane: name, workAgeMs }) =>
        workAgeMs === null
          ? []
          : named(lanes.of(name), (lane) => [{ value: workAgeMs / 1000, labels: { lane } }]),
      ),
  ),
  ...CLUSTER_FAMILIES,
];

function byResult(counts: OutcomeCounts, labels: Sample['labels'] = {}): readonly Sample[] {
  return Object.entries(counts).map(([result, value]) => ({
    value,
    labels: { ...labels, result },
  }));
}

function durations(name: string, purpose: string, stats: RequestStats): readonly Sample[] {
  const bucket = (le: string, value: number): Sample => ({
    ...{ metricName: `${name}_bucket`, value },
    labels: { purpose, le },
  });
  return [
    ...stats.buckets.map(({ atMostMs, count }) => bucket(String(atMostMs / 1000), count)),
    bucket('+Inf', stats.count),
    { metricName: `${name}_sum`, value: stats.totalMs / 1000, labels: { purpose } },
    { metricName: `${name}_count`, value: stats.count, labels: { purpose } },
  ];
}
