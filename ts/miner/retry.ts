/** When to try again. Pure: facts in, delays out. */

export interface RetryRule {
  /** Bound of the first delay; it doubles with each failure in a row. Default: 100. */
  readonly firstMs: number;
  /** Bound of every delay while failures last no longer than `eagerForMs`. Default: 1,000. */
  readonly eagerMs: number;
  /** Default: 300,000. */
  readonly eagerForMs: number;
  /** Bound of every delay after that. Default: 10,000. */
  readonly patientMs: number;
}

export const RETRY_RULE: RetryRule = {
  firstMs: 100,
  eagerMs: 1_000,
  eagerForMs: 300_000,
  patientMs: 10_000,
};

/** A run of failures. Delays have full jitter: uniform from 0 to the bound. */
export class Retry {
  readonly #rule: RetryRule;
  readonly #fraction: () => number;
  #failures = 0;
  #since = 0;

  /** @param fraction - random, `0 <= n < 1` */
  constructor(rule: RetryRule, fraction: () => number) {
    this.#rule = rule;
    this.#fraction = fraction;
  }

  get failures(): number {
    return this.#failures;
  }

  succeeded(): void {
    this.#failures = 0;
  }

  /** @returns how long to wait, in milliseconds */
  failed(nowMs: number): number {
    if (this.#failures === 0) this.#since = nowMs;
    const { firstMs, eagerMs, eagerForMs, patientMs } = this.#rule;
    const most = nowMs - this.#since < eagerForMs ? eagerMs : patientMs;
    const bound = Math.min(most, firstMs * 2 ** this.#failures);
    this.#failures += 1;
    return this.#fraction() * bound;
  }
}
