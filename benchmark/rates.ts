import b from 'benny';
import type { Budget } from './budgets.js';
import { quick, type ResultRow, saveResult } from './results.js';

/** Something done again and again. One op is `perOp` hashes (or searches). */
export interface RateCase {
  readonly name: string;
  readonly unit: 'hashes/s' | 'searches/s';
  readonly perOp: number;
  /**
   * One op. Benny calls it a few times before the clock runs, all cases side by side, and takes a
   * function that it returns for the real op: so it returns nothing, and each call stands alone.
   */
  readonly run: () => void | Promise<void>;
  readonly budgets?: readonly Budget[];
}

const OPTIONS = quick
  ? { minSamples: 1, minTime: 0.01, maxTime: 0.02 }
  : { minSamples: 20, maxTime: 3 };

/** Times every case and saves the result. */
export async function rateSuite(suite: string, cases: readonly RateCase[]): Promise<void> {
  const { results } = await b.suite(
    suite,
    ...cases.map(({ name, run }) => b.add(name, run, OPTIONS)),
    // It moves the cursor about, which makes a mess of a log.
    ...(process.stdout.isTTY ? [b.cycle()] : []),
  );
  const rows = results.map((result): ResultRow => {
    const row = cases.find(({ name }) => name === result.name);
    if (row === undefined || !(result.ops > 0)) throw new Error(`${result.name} was not timed`);
    return {
      name: row.name,
      unit: row.unit,
      // Not `ops`, which benny rounds to whole ones.
      value: row.perOp / result.details.mean,
      marginPercent: result.margin,
      p99: null,
      samples: result.samples,
      budgets: row.budgets,
    };
  });
  saveResult(suite, rows);
}
