/**
 * Two ratios, each measured in alternating pairs so that both halves of a pair see the same
 * machine: `mine()` on one thread over the bare kernel called in a loop, and `mine()` on two
 * threads over one. The figure is the median of the pairs; a single pair spreads by 5 %.
 */

import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { HOPELESS } from '../ts/cli/bench/measure.js';
import { BENCH_WORKS } from '../ts/cli/bench/works.js';
import { workPlan } from '../ts/core/work.js';
import { Engine, Work } from '../ts/index.js';
import { selectBackend } from '../ts/native/select.js';
import type { Budget } from './budgets.js';
import { counterRate } from './counter.js';
import { quick, type ResultRow, saveResult } from './results.js';

const PAIRS = quick ? 1 : 15;
const WINDOW_MS = quick ? 20 : 400;

const backend = selectBackend();
const [layout] = BENCH_WORKS;
if (layout === undefined) throw new Error('no work to search');
const work = new Work(layout.work);
const plan = workPlan(work, 'work');

const engines = [1, 2].map((threads) => new Engine({ threads, priority: 'normal' }));
const [one, two] = engines;
if (one === undefined || two === undefined) throw new Error('no engines');
const kernel = one.stats().kernels[work.algorithm];

function kernelRate(): number {
  const { hashes, seconds } = backend.benchKernel(plan, kernel, WINDOW_MS);
  return hashes / seconds;
}

/** Hashes per second with the search long under way: counted between two looks at the counters. */
async function mineRate(engine: Engine): Promise<number> {
  const stop = new AbortController();
  const over = engine.mine(work, { target: HOPELESS, signal: stop.signal }).catch(() => undefined);
  const hashes = () => engine.stats().hashes;
  await counterRate(hashes, WINDOW_MS / 10);
  const rate = await counterRate(hashes, WINDOW_MS);
  stop.abort();
  await over;
  while (engine.stats().searches > 0) await sleep(1);
  return rate;
}

async function ratio(
  name: string,
  above: () => number | Promise<number>,
  below: () => number | Promise<number>,
  budgets: readonly Budget[],
): Promise<ResultRow> {
  const percents: number[] = [];
  for (let pair = 0; pair < PAIRS; pair++) {
    // Every other pair the other way round: a clock that falls while it gets warm favours neither.
    const first = pair % 2 === 0 ? await above() : await below();
    const second = pair % 2 === 0 ? await below() : await above();
    percents.push(100 * (pair % 2 === 0 ? first / second : second / first));
  }
  const value = percents.toSorted((left, right) => left - right)[PAIRS >> 1] ?? 0;
  return { name, unit: '%', value, marginPercent: null, p99: null, samples: PAIRS, budgets };
}

const free = availableParallelism() > 1;
const rows = [
  await ratio('mine() over the bare kernel, one thread', () => mineRate(one), kernelRate, [
    { of: 'value', bound: 'at least', limit: 97 },
  ]),
  await ratio(
    'two threads over one',
    () => mineRate(two),
    () => mineRate(one),
    free ? [{ of: 'value', bound: 'at least', limit: 190 }] : [],
  ),
];
saveResult('over-kernel', rows);
for (const engine of engines) await engine.close();
