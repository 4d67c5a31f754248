/** Requests counted and timed by purpose, failures by kind: what `SourceStatus` shows. */

import type { NodeFailure } from './node-failure.js';
import type { RequestStats } from './ports.js';

const BUCKETS_MS = [1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000];

interface Row {
  count: number;
  failures: number;
  totalMs: number;
  /** Not cumulative yet. */
  readonly buckets: number[];
}

export class RequestLog<Purpose extends string> {
  readonly #purposes: readonly Purpose[];
  readonly #rows = new Map<Purpose, Row>();
  readonly #errors = new Map<string, number>();

  /** @param purposes - every one there is: `SourceStatus` shows a fixed set */
  constructor(purposes: readonly Purpose[]) {
    this.#purposes = purposes;
  }

  /** @param failure - `null`: it succeeded, or was broken off by us */
  note(purpose: Purpose, ms: number, failure: NodeFailure | null): void {
    const row = this.#rows.get(purpose) ?? newRow();
    this.#rows.set(purpose, row);
    row.count += 1;
    row.totalMs += ms;
    const bucket = BUCKETS_MS.findIndex((most) => ms <= most);
    if (bucket >= 0) row.buckets[bucket] = (row.buckets[bucket] ?? 0) + 1;
    if (failure === null) return;
    row.failures += 1;
    this.#errors.set(failure.kind, (this.#errors.get(failure.kind) ?? 0) + 1);
  }

  get requests(): Readonly<Record<Purpose, RequestStats>> {
    const rows = this.#purposes.map((purpose) => [
      purpose,
      statsOf(this.#rows.get(purpose) ?? newRow()),
    ]);
    return Object.fromEntries(rows) as Record<Purpose, RequestStats>;
  }

  /** How often each kind of failure came up. */
  get errors(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#errors);
  }
}

function newRow(): Row {
  return { count: 0, failures: 0, totalMs: 0, buckets: BUCKETS_MS.map(() => 0) };
}

function statsOf({ count, failures, totalMs, buckets }: Row): RequestStats {
  let sum = 0;
  const cumulative = BUCKETS_MS.map((atMostMs, i) => {
    sum += buckets[i] ?? 0;
    return { atMostMs, count: sum };
  });
  return { count, failures, totalMs, buckets: cumulative };
}
