import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { BENCH_WORKS } from '../ts/cli/bench/works.js';
import { Engine, Target, Work } from '../ts/index.js';
import { quick, type ResultRow, saveResult } from './results.js';
import { timesRow } from './times.js';

const CALLS = quick ? 50 : 2000;
const WARM_UP_CALLS = quick ? 5 : 500;

const engine = new Engine({ priority: 'normal' });
const [chainweb] = BENCH_WORKS;
if (chainweb === undefined) throw new Error('no work to search');
const work = new Work(chainweb.work);
/** Every hash is at or below it. */
const target = Target.fromLeadingZeroBits(0);

/** From the call to the resolved promise, `pauseMs` apart. */
async function hits(calls: number, pauseMs: number): Promise<number[]> {
  const microseconds: number[] = [];
  for (let call = 0; call < calls; call++) {
    if (pauseMs > 0) await sleep(pauseMs);
    const startMs = performance.now();
    const solution = await engine.mine(work, { target });
    microseconds.push((performance.now() - startMs) * 1000);
    if (solution?.nonce !== 0n) throw new Error('the first nonce should have won');
  }
  return microseconds;
}

await hits(WARM_UP_CALLS, 0);
const rows: ResultRow[] = [
  timesRow('back to back', await hits(CALLS, 0), [{ of: 'value', bound: 'at most', limit: 30 }]),
  timesRow('5 ms apart', await hits(Math.min(CALLS, 500), 5), [
    { of: 'value', bound: 'at most', limit: 60 },
  ]),
];
saveResult('warm-hit', rows);
await engine.close();
