/** A figure that a row must keep, on a machine that does nothing else. */
export interface Budget {
  /** Which figure of the row: its mean or median, or the 99th percentile. */
  readonly of: 'value' | 'p99';
  readonly bound: 'at most' | 'at least';
  /** In the unit of the row. */
  readonly limit: number;
}

/** What a budget looks at. */
interface Figures {
  readonly value: number;
  readonly p99: number | null;
  readonly budgets?: readonly Budget[] | undefined;
}

/** How a row does: one sentence for each budget, and whether all are kept. */
export function judge({ value, p99, budgets = [] }: Figures): { text: string; kept: boolean } {
  const verdicts = budgets.map(({ of, bound, limit }) => {
    const figure = of === 'p99' ? p99 : value;
    if (figure === null) throw new Error('a budget for a 99th percentile that the row lacks');
    const kept = bound === 'at most' ? figure <= limit : figure >= limit;
    return {
      text: `${of === 'p99' ? 'p99 ' : ''}${bound} ${limit}${kept ? '' : ': **no**'}`,
      kept,
    };
  });
  return {
    text: verdicts.map(({ text }) => text).join(', '),
    kept: verdicts.every(({ kept }) => kept),
  };
}
