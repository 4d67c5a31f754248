/**
 * `npm run cluster:kills`: 5,000 units, four workers that hash, two of them killed at a quarter,
 * the master (with NATS, the server as well) at the half and started again a second later. Ten
 * times on each adapter; every unit is looked for in what the masters wrote down.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { type AdapterName, Cluster } from '../__test__/cluster/faults/adapters.js';
import { until } from '../__test__/until.js';
import { findNats } from '../scripts/nats.mjs';
import { judge } from './budgets.js';
import { quick, type ResultRow, saveResult } from './results.js';
import { timesRow } from './times.js';

const [RUNS, UNITS] = quick ? [1, 200] : [10, 5_000];
/** A few milliseconds of one thread. */
const UNIT_NONCES = 2 ** 16;
const DOWN_MS = 1_000;
/** A quick run does not wait for the leases of the dead; everything else is as it is by default. */
const OPTIONS = {
  fixedNonces: BigInt(UNIT_NONCES),
  ...(quick ? { limits: { leaseMs: 2_000, suspectMs: 1_000, deadMs: 2_000 } } : {}),
};

const adapters: readonly AdapterName[] = findNats() === null ? ['tcp'] : ['tcp', 'nats'];

interface Run {
  readonly flowMs: number;
  readonly faults: readonly string[];
  readonly duplicates: number;
  readonly seconds: number;
}

async function run(adapter: AdapterName, number: number): Promise<Run> {
  const cluster = await Cluster.open(adapter);
  const { history } = cluster;
  try {
    let master = await cluster.startMaster(OPTIONS);
    const workers = await Promise.all([1, 2, 3, 4].map(() => cluster.startWorker()));
    const asked = { number, units: UNITS, unitNonces: UNIT_NONCES };
    const startMs = performance.now();
    await master.ask('publish', asked);
    await until('a quarter is done', () => history.accepted.size >= UNITS / 4);
    await Promise.all(workers.slice(0, 2).map((worker) => worker.kill()));
    await until('half of it is done', () => history.accepted.size >= UNITS / 2);
    await master.kill();
    if (adapter === 'nats') await cluster.server.kill('SIGKILL');
    const before = history.accepted.size;
    // Node starts and loads its modules meanwhile: what is timed is the cluster.
    const standby = cluster.standby();
    await sleep(DOWN_MS);
    await standby.isLoaded;
    const againMs = performance.now();
    if (adapter === 'nats') await cluster.startServer();
    master = await standby.open(OPTIONS);
    await master.ask('publish', asked);
    await until('units flow again', () => history.accepted.size > before);
    const flowMs = performance.now() - againMs;
    await cluster.done(UNITS);
    return {
      flowMs,
      faults: history.faults(UNITS),
      duplicates: history.count(({ verdict }) => verdict === 'duplicate'),
      seconds: (performance.now() - startMs) / 1000,
    };
  } finally {
    await cluster.close();
  }
}

const rows: ResultRow[] = [];
for (const adapter of adapters) {
  const runs: Run[] = [];
  for (let number = 1; number <= RUNS; number += 1) {
    const one = await run(adapter, number);
    process.stdout.write(`${JSON.stringify({ adapter, number, ...one })}\n`);
    if (one.faults.length > 0) throw new Error(one.faults.join('\n'));
    runs.push(one);
  }
  const row = timesRow(
    `from the start of a killed master to the next unit, ${adapter}`,
    runs.map(({ flowMs }) => flowMs * 1000),
    [{ of: 'value', bound: 'at most', limit: 1_500_000 }],
  );
  rows.push(row);
  if (!quick && !judge(row).kept) process.exitCode = 1;
}
saveResult('cluster-kills', rows);
