import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { HOPELESS } from '../ts/cli/bench/measure.js';
import { BENCH_WORKS } from '../ts/cli/bench/works.js';
import { Engine, Work } from '../ts/index.js';
import type { Budget } from './budgets.js';
import { quick, saveResult } from './results.js';
import { timesRow } from './times.js';

const ABORTS = quick ? 10 : 500;
/** Not counted: the first ones also pay for the start of the threads. */
const WARM_UP = 5;
const BUDGETS: readonly Budget[] = [
  { of: 'value', bound: 'at most', limit: 1000 },
  { of: 'p99', bound: 'at most', limit: 3000 },
];

const engine = new Engine({ priority: 'normal' });
const [chainweb] = BENCH_WORKS;
if (chainweb === undefined) throw new Error('no work to search');
const work = new Work(chainweb.work);

const toRejection: number[] = [];
const toIdle: number[] = [];
for (let i = -WARM_UP; i < ABORTS; i++) {
  const stop = new AbortController();
  const mining = engine.mine(work, { target: HOPELESS, signal: stop.signal });
  // Somewhere inside a chunk, and not always at the same place.
  await sleep(3 + (Math.abs(i) % 5));
  const startMs = performance.now();
  stop.abort();
  const failed = await mining.then(
    () => false,
    () => true,
  );
  const rejectedMs = performance.now();
  if (!failed) throw new Error('a search that nothing wins was aborted, and did not reject');
  // Timed by the engine: whoever looks all the time takes a core from the threads that are to leave.
  while (engine.stats().searches > 0) await sleep(1);
  if (i < 0) continue;
  toRejection.push((rejectedMs - startMs) * 1000);
  toIdle.push(engine.stats().leave.lastMs * 1000);
}
saveResult('abort', [
  timesRow('to the rejection', toRejection, BUDGETS),
  timesRow('until every thread has left', toIdle, BUDGETS),
]);
await engine.close();
