/**
 * The delay of the event loop of a busy service (JavaScript runs 5 ms of every 10), with every core
 * mining at the default priority and without, in alternating stretches of one run.
 */

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { HOPELESS } from '../ts/cli/bench/measure.js';
import { BENCH_WORKS } from '../ts/cli/bench/works.js';
import { Engine, Work } from '../ts/index.js';
import { quick, type ResultRow, saveResult } from './results.js';

const STRETCHES = quick ? 1 : 7;
const STRETCH_MS = quick ? 100 : 3000;
const PERIOD_MS = 10;
const BUSY_MS = 5;

const engine = new Engine();
const [layout] = BENCH_WORKS;
if (layout === undefined) throw new Error('no work to search');
const work = new Work(layout.work);

function busy(): void {
  const endMs = performance.now() + BUSY_MS;
  while (performance.now() < endMs);
}

interface Delays {
  readonly p50: number;
  readonly p99: number;
}

/** Microseconds, above the resolution of a millisecond that the monitor itself waits. */
async function delays(): Promise<Delays> {
  const monitor = monitorEventLoopDelay({ resolution: 1 });
  const load = setInterval(busy, PERIOD_MS);
  monitor.enable();
  await new Promise((resolve) => setTimeout(resolve, STRETCH_MS));
  monitor.disable();
  clearInterval(load);
  return { p50: monitor.percentile(50) / 1000, p99: monitor.percentile(99) / 1000 };
}

const [quiet, mining]: Delays[][] = [[], []];
for (let stretch = 0; stretch < STRETCHES; stretch++) {
  quiet?.push(await delays());
  const stop = new AbortController();
  const search = engine.mine(work, { target: HOPELESS, signal: stop.signal });
  const over = search.catch(() => undefined);
  mining?.push(await delays());
  stop.abort();
  await over;
}

function middle(all: readonly Delays[] | undefined, of: keyof Delays): number {
  const sorted = (all ?? []).map((each) => each[of]).toSorted((left, right) => left - right);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

const row = (name: string, all: readonly Delays[] | undefined): ResultRow => ({
  name,
  unit: 'us',
  value: middle(all, 'p50'),
  marginPercent: null,
  p99: middle(all, 'p99'),
  samples: STRETCHES,
});
const without = row('without mining', quiet);
const budgetUs = (without.p99 ?? 0) + 2000;
saveResult('event-loop', [
  without,
  {
    ...row('while every core mines', mining),
    budgets: [{ of: 'p99', bound: 'at most', limit: Math.round(budgetUs) }],
  },
]);
await engine.close();
