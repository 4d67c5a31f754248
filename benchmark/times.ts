import type { Budget } from './budgets.js';
import type { ResultRow } from './results.js';

/**
 * Median and 99th percentile of times. Not benny's: it knows means only, and adds several calls up
 * before it looks at the clock, which hides the slow one.
 *
 * @param microseconds - one per call, in any order
 */
export function timesRow(
  name: string,
  microseconds: readonly number[],
  budgets: readonly Budget[] = [],
): ResultRow {
  const sorted = microseconds.toSorted((left, right) => left - right);
  const quantile = (share: number) => {
    const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
    if (value === undefined) throw new Error(`${name} has no samples`);
    return value;
  };
  return {
    name,
    unit: 'us',
    value: quantile(0.5),
    marginPercent: null,
    p99: quantile(0.99),
    samples: sorted.length,
    budgets,
  };
}
