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
/** From a front door to a region to a server: two of them could send us to and fro for ever. */
const MOST_MOVES = 4;

/** The first of the list is the best one: where a connection was lost, it begins there again. */
export class Failover {
  readonly #rules: FailoverRules;
  readonly #fraction: () => number;
  /** Attempts since a pool took our work; the first of them was at the first pool. */
  #attempts = 1;
  /** How often pools sent us on since the last work or failure. */
  #moves = 0;

  /** @param fraction - random, `0 <= n < 1` */
  constructor(rules: FailoverRules, fraction: () => number) {
    this.#rules = rules;
    this.#fraction = fraction;
  }

  /** A pool takes our work. */
  succeeded(): void {
    this.#attempts = 0;
    this.#moves = 0;
  }

  /**
   * A pool sends us elsewhere.
   *
   * @returns the least pause before; `null`: too often without work in between, it has failed
   */
  moved(): number | null {
    if (this.#moves >= MOST_MOVES) return null;
    const { firstMs, mostMs } = this.#rules;
    const boundMs = Math.min(mostMs, firstMs * 2 ** this.#moves);
    this.#moves += 1;
    return this.#pauseWithin(boundMs);
  }

  /** The next of the list at once; before each round a pause of half its bound to all of it. */
  failed(): Attempt {
    const { pools, firstMs, mostMs } = this.#rules;
    const pool = this.#attempts % pools;
    const round = Math.floor(this.#attempts / pools);
    this.#attempts += 1;
    this.#moves = 0;
    if (pool !== 0) return { pool, delayMs: 0 };
    const doublings = Math.min(MOST_DOUBLINGS, Math.max(0, round - 1));
    return { pool, delayMs: this.#pauseWithin(Math.min(mostMs, firstMs * 2 ** doublings)) };
  }

  #pauseWithin(boundMs: number): number {
    return (boundMs * (1 + this.#fraction())) / 2;
  }
}
