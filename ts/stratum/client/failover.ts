/** Which pool is tried next, and when. Pure: failures in, choices out. */

export interface FailoverRules {
  readonly pools: number;
  /** Bound of the first pause; it doubles with each round of failures. */
  readonly firstMs: number;
  readonly mostMs: number;
}

export interface Attempt {
  /** Index in the list. */
  readonly pool: number;
  readonly delayMs: number;
}

const MOST_DOUBLINGS = 30;

/** The first of the list is the best one: where a connection was lost, it begins there again. */
export class Failover {
  readonly #rules: FailoverRules;
  readonly #fraction: () => number;
  /** Attempts since a pool gave work; the first of them was at the first pool. */
  #attempts = 1;

  /** @param fraction - random, `0 <= n < 1` */
  constructor(rules: FailoverRules, fraction: () => number) {
    this.#rules = rules;
    this.#fraction = fraction;
  }

  /** A pool gave work. */
  succeeded(): void {
    this.#attempts = 0;
  }

  /** The next of the list at once; before each round a pause of half its bound to all of it. */
  failed(): Attempt {
    const { pools, firstMs, mostMs } = this.#rules;
    const pool = this.#attempts % pools;
    const round = Math.floor(this.#attempts / pools);
    this.#attempts += 1;
    if (pool !== 0) return { pool, delayMs: 0 };
    const doublings = Math.min(MOST_DOUBLINGS, Math.max(0, round - 1));
    const bound = Math.min(mostMs, firstMs * 2 ** doublings);
    return { pool, delayMs: (bound * (1 + this.#fraction())) / 2 };
  }
}
