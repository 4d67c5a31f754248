/**
 * CPU time over wall time of a limited thread that mines without end, by `getrusage` of the whole
 * process (its main thread sleeps meanwhile). One op is ten seconds. The machine must have a core
 * to spare: a thread that waits for one uses less than it may.
 */

import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { HOPELESS } from '../ts/cli/bench/measure.js';
import { BENCH_WORKS } from '../ts/cli/bench/works.js';
import { Engine, Work } from '../ts/index.js';
import { quick, type ResultRow, saveResult } from './results.js';

const LIMITS = [10, 25, 50, 80] as const;
const MEASURED_MS = quick ? 200 : 10_000;
/** Past the start of the thread and what it has saved up. */
const WARM_UP_MS = quick ? 50 : 1000;

const [chainweb] = BENCH_WORKS;
if (chainweb === undefined) throw new Error('no work to search');
const work = new Work(chainweb.work);

const rows: ResultRow[] = [];
for (const cpuLimit of LIMITS) {
  const engine = new Engine({ threads: 1, priority: 'normal', cpuLimit });
  const stop = new AbortController();
  const mining = engine.mine(work, { target: HOPELESS, signal: stop.signal }).catch(() => {});
  await sleep(WARM_UP_MS);
  const [startMs, before] = [performance.now(), process.cpuUsage()];
  await sleep(MEASURED_MS);
  const { user, system } = process.cpuUsage(before);
  const wallMs = performance.now() - startMs;
  stop.abort();
  await mining;
  await engine.close();
  const value = ((user + system) / 1e3 / wallMs) * 100;
  const name = `limit ${cpuLimit} %`;
  rows.push({ name, unit: '%', value, marginPercent: null, p99: null, samples: 1 });
}
saveResult('cpu-limit', rows);
