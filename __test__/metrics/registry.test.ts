import {
  type OpenMetricsContentType,
  Registry,
  type RegistryContentType,
  register,
} from 'prom-client';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { registerMetrics } from '../../ts/metrics/index.js';
import { VirtualClock } from '../miner/jobs.js';
import { type Family, parseExposition } from './exposition.js';
import { laneCounts, ScriptedMining } from './mining.js';

async function scrape(
  registry: Registry<RegistryContentType>,
): Promise<ReadonlyMap<string, Family>> {
  return parseExposition(await registry.metrics());
}

/** The value of one series; `undefined`: there is none. */
function valueIn(
  families: ReadonlyMap<string, Family>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const samples = [...families.values()].flatMap((family) => family.samples);
  const wanted = JSON.stringify(Object.entries(labels).sort());
  return samples.find(
    (sample) =>
      sample.name === `pow_native_${name}` &&
      JSON.stringify(Object.entries(sample.labels).sort()) === wanted,
  )?.value;
}

test('every count of the miner, its source and its worker is there, in base units', async () => {
  const mining = new ScriptedMining();
  const { minerStats, sourceStatus, workerStats } = mining;
  Object.assign(minerStats, { hashes: 1e12, wastedHashes: 7, switches: 3, skipped: 4, jobs: 5 });
  Object.assign(minerStats, { refused: 6, solutions: 9, stales: 2, undelivered: 1, submitting: 8 });
  minerStats.blocks = { accepted: 1, stale: 2, duplicate: 3, rejected: 4, unknown: 5 };
  minerStats.shares = { accepted: 10, stale: 20, duplicate: 30, rejected: 40, unknown: 50 };
  minerStats.errors = { POW_WORKER: 2 };
  minerStats.lanes = [{ ...laneCounts('chain-1', 77), blocks: minerStats.blocks }];
  Object.assign(sourceStatus, { connection: 'lost', reconnects: 11, errors: { timeout: 3 } });
  sourceStatus.lanes = [
    { lane: 'chain-1', workAgeMs: 1500, jobs: 4 },
    { lane: 'chain-2', workAgeMs: 2500, jobs: 1 },
    { lane: 'chain-3', workAgeMs: null, jobs: 1 },
  ];
  const buckets = [
    { atMostMs: 1, count: 1 },
    { atMostMs: 300, count: 3 },
  ];
  sourceStatus.requests = { work: { count: 4, failures: 2, totalMs: 2500, buckets } };
  workerStats.threads = [
    { hashes: 1, busyMs: 1000, starvedMs: 250, waitingMs: 125, job: null, lastError: null },
    { hashes: 1, busyMs: 500, starvedMs: 750, waitingMs: 0, job: 'a', lastError: 'planted' },
  ];
  workerStats.errors = { POW_PANIC: 1 };
  workerStats.restarts = 12;
  workerStats.running = [{ id: '1', lane: 'chain-1', hashes: 5, ageMs: 1 }];
  const node = {
    id: 'a',
    address: 'x',
    threads: 4,
    completed: 5,
    shares: 6,
    strikes: 7,
    sinceMs: 8,
  };
  const rig = { ...node, name: 'rig', state: 'up', leases: 2, hashesPerSecond: 1e6 } as const;
  const unit = { id: 'w', lane: 'chain-1', pending: 1, leased: 2, completed: 3, quarantined: 4 };
  Object.assign(mining.clusterStatus, { epoch: 9, workers: [rig, { ...rig, state: 'banned' }] });
  Object.assign(mining.clusterStatus, {
    works: [
      { ...unit, done: 0.5 },
      { ...unit, done: 0 },
    ],
  });
  Object.assign(mining.clusterStatus, {
    totals: {
      ...{ hashes: 1, units: 10, solutions: 11, shares: 12, redelivered: 13, duplicates: 14 },
      ...{ stale: 15, rejected: 16, quarantined: 17, strikes: 18, bans: 19 },
    },
  });
  const all = await scrape(registerMetrics(mining).registry);

  const expected: [number, string, Record<string, string>?][] = [
    [1e12, 'hashes_total'],
    [7, 'wasted_hashes_total'],
    [3, 'switches_total'],
    [4, 'skipped_refreshes_total'],
    [5, 'jobs_total'],
    [6, 'refused_jobs_total'],
    [9, 'solutions_total'],
    [2, 'stale_solutions_total'],
    [1, 'undelivered_solutions_total'],
    [8, 'submissions_in_flight'],
    [1, 'running_jobs'],
    [1, 'blocks_total', { result: 'accepted' }],
    [5, 'blocks_total', { result: 'unknown' }],
    [20, 'shares_total', { result: 'stale' }],
    [40, 'shares_total', { result: 'rejected' }],
    [2, 'errors_total', { part: 'miner', code: 'POW_WORKER' }],
    [3, 'errors_total', { part: 'source', code: 'timeout' }],
    [1, 'errors_total', { part: 'worker', code: 'POW_PANIC' }],
    [1, 'source_connection', { state: 'lost' }],
    [0, 'source_connection', { state: 'connected' }],
    [11, 'source_reconnects_total'],
    [3, 'source_lanes'],
    [2.5, 'oldest_work_age_seconds'],
    [1, 'request_duration_seconds_bucket', { purpose: 'work', le: '0.001' }],
    [3, 'request_duration_seconds_bucket', { purpose: 'work', le: '0.3' }],
    [4, 'request_duration_seconds_bucket', { purpose: 'work', le: '+Inf' }],
    [2.5, 'request_duration_seconds_sum', { purpose: 'work' }],
    [4, 'request_duration_seconds_count', { purpose: 'work' }],
    [2, 'request_failures_total', { purpose: 'work' }],
    [12, 'worker_restarts_total'],
    [2, 'threads'],
    [1, 'thread_seconds_total', { thread: '0', state: 'busy' }],
    [0.125, 'thread_seconds_total', { thread: '0', state: 'waiting' }],
    [0.5, 'thread_seconds_total', { thread: '1', state: 'busy' }],
    [0.75, 'thread_seconds_total', { thread: '1', state: 'starved' }],
    [77, 'lane_hashes_total', { lane: 'chain-1' }],
    [4, 'lane_blocks_total', { lane: 'chain-1', result: 'rejected' }],
    [0, 'lane_shares_total', { lane: 'chain-1', result: 'accepted' }],
    [1.5, 'lane_work_age_seconds', { lane: 'chain-1' }],
    [1, 'cluster_workers', { state: 'up' }],
    [0, 'cluster_workers', { state: 'suspect' }],
    [2e6, 'cluster_worker_hashes_per_second', { worker: 'rig' }],
    [9, 'cluster_epoch'],
    [4, 'cluster_leases'],
    [2, 'cluster_units', { state: 'pending' }],
    [8, 'cluster_units', { state: 'quarantined' }],
    [10, 'cluster_units_total'],
    [12, 'cluster_shares_total'],
    [13, 'cluster_redelivered_total'],
    [14, 'cluster_late_results_total', { verdict: 'duplicate' }],
    [16, 'cluster_late_results_total', { verdict: 'rejected' }],
    [17, 'cluster_quarantined_total'],
    [18, 'cluster_strikes_total'],
    [19, 'cluster_bans_total'],
  ];
  for (const [value, name, labels] of expected) {
    assert.is(valueIn(all, name, labels), value, `${name} ${JSON.stringify(labels)}`);
  }
  assert.is(valueIn(all, 'lane_work_age_seconds', { lane: 'chain-3' }), undefined, 'no work yet');
  const checked = new Set(expected.map(([, name]) => name.replace(/_(bucket|sum|count)$/, '')));
  checked.add('hashes_per_second'); // below
  assert.equal(
    [...all.keys()].filter((name) => !checked.has(name.replace('pow_native_', ''))),
    [],
    'no metric without an expectation',
  );
});

test('a worker that lends nothing has no series of a cluster', async () => {
  const { miner, source, worker } = new ScriptedMining();
  const all = await scrape(
    registerMetrics({ miner, source, worker: { stats: worker.stats } }).registry,
  );
  const ofCluster = [...all.values()].filter(({ name }) => name.includes('_cluster_'));
  assert.ok(ofCluster.length > 0);
  assert.equal(
    ofCluster.flatMap(({ samples }) => samples),
    [],
  );
});

test('a scrape shows what is now, and asks the miner once', async () => {
  const mining = new ScriptedMining();
  const { registry } = registerMetrics(mining);
  assert.is(mining.asked, 0, 'nothing is asked before somebody looks');
  mining.minerStats.hashes = 5;
  assert.is(valueIn(await scrape(registry), 'hashes_total'), 5);
  assert.is(mining.asked, 1);
  mining.minerStats.hashes = 6;
  assert.is(valueIn(await scrape(registry), 'hashes_total'), 6);
  assert.is(mining.asked, 2);
});

test('the hash rate is that between two scrapes, or of the last ten seconds', async () => {
  const [mining, clock] = [new ScriptedMining(), new VirtualClock()];
  const { registry } = registerMetrics(mining, { clock });
  const rate = async () => valueIn(await scrape(registry), 'hashes_per_second');
  assert.is(await rate(), 0);
  await clock.pass(60_000);
  mining.minerStats.hashes = 6000;
  assert.is(await rate(), 100);
  await clock.pass(5_000);
  mining.minerStats.hashes = 7000;
  assert.is(await rate(), 7000 / 65, 'the last ten seconds began before the scrape before');
  await clock.pass(10_000);
  mining.minerStats.hashes = 10_000;
  assert.is(await rate(), 300);
  await clock.pass(15_000);
  mining.minerStats.hashes = 16_000;
  assert.is(await rate(), 400, 'since the scrape fifteen seconds ago');
});

test('10,000 lanes of a network make 100 series each, and no label that harms', async () => {
  const mining = new ScriptedMining();
  const nasty = [
    '\x1b[2J',
    '"} 1\n# EOF\n',
    'a\\b',
    '\ud800',
    '\udbff',
    'x'.repeat(1e5),
    '\x07'.repeat(64),
    '\u202e',
  ];
  const names = Array.from({ length: 10_000 }, (_, i) => nasty[i] ?? `chain-${i}`);
  mining.sourceStatus.lanes = names.map((lane) => ({ lane, workAgeMs: 1, jobs: 1 }));
  mining.minerStats.lanes = names.slice(0, 1024).map((lane) => laneCounts(lane, 10));
  mining.minerStats.hashes = 100_000;
  const { registry } = registerMetrics(mining);
  const first = await registry.metrics();
  const all = parseExposition(first); // refuses control characters and series twice
  const lanes = (name: string, of = all) => {
    const { samples = [] } = of.get(`pow_native_${name}`) ?? {};
    return new Set(samples.map(({ labels }) => labels['lane']));
  };
  assert.is(lanes('lane_hashes_total').size, 100);
  assert.is(lanes('lane_work_age_seconds').size, 100);
  assert.equal(lanes('lane_blocks_total'), lanes('lane_hashes_total'));
  for (const lane of lanes('lane_hashes_total')) assert.ok((lane?.length ?? 0) <= 64, lane);
  assert.ok(lanes('lane_hashes_total').has('\\x1b[2J'));
  assert.is(valueIn(all, 'source_lanes'), 10_000, 'totals know all');
  assert.ok(first.length < 200_000, `${first.length}`);
  // Ten thousand others later: no new series, and those that were there keep their names.
  mining.sourceStatus.lanes = names.map((_, i) => ({ lane: `other-${i}`, workAgeMs: 1, jobs: 1 }));
  const later = parseExposition(await registry.metrics());
  assert.is(lanes('lane_work_age_seconds', later).size, 0);
  assert.equal(lanes('lane_hashes_total', later), lanes('lane_hashes_total'));
});

test('error codes and purposes of a source gone wild are bounded too', async () => {
  const mining = new ScriptedMining();
  const wild = Array.from({ length: 5000 }, (_, i) => [`code\n${i}`, 1] as const);
  mining.sourceStatus.errors = Object.fromEntries(wild);
  const stats = { count: 0, failures: 0, totalMs: 0, buckets: [] };
  mining.sourceStatus.requests = Object.fromEntries(wild.map(([name]) => [name, stats]));
  const all = await scrape(registerMetrics(mining).registry);
  assert.is(all.get('pow_native_errors_total')?.samples.length, 64);
  assert.is(all.get('pow_native_request_failures_total')?.samples.length, 32);
});

test('each miner of a process has a registry of its own, and the global one stays empty', async () => {
  const [one, other] = [new ScriptedMining(), new ScriptedMining()];
  one.minerStats.hashes = 1;
  other.minerStats.hashes = 2;
  const registries = [one, other].map((mining) => registerMetrics(mining).registry);
  const values = await Promise.all(
    registries.map(async (registry) => valueIn(await scrape(registry), 'hashes_total')),
  );
  assert.equal(values, [1, 2]);
  assert.equal(register.getMetricsAsArray(), []);
});

test('a registry that is given takes one miner, next to its own metrics, until it is removed', async () => {
  const metrics = registerMetrics(new ScriptedMining(), { registry: register });
  assert.is(metrics.registry, register);
  assert.throws(
    () => registerMetrics(new ScriptedMining(), { registry: register }),
    ({ code, argument }: { code: string; argument: string }) =>
      code === 'POW_ARGUMENT' && argument === 'registry',
  );
  assert.is(valueIn(await scrape(register), 'hashes_total'), 0);
  metrics.remove();
  assert.equal(register.getMetricsAsArray(), []);
});

test('an OpenMetrics registry names counters in its own way', async () => {
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  registerMetrics(new ScriptedMining(), { registry });
  for (const text of [await registry.metrics(), await registry.metrics()]) {
    assert.match(text, /^# TYPE pow_native_hashes counter\npow_native_hashes_total 0$/m);
    assert.match(text, /\n# EOF\n$/);
  }
});

test.run();
