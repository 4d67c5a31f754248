/**
 * Rolling: which (variant, nonce) pairs of a job are hashed next. Each pair is handed out once,
 * whatever the sizes asked for and whoever asks.
 */

/** Nonces `[start, end)` of one variant; never empty. */
export interface Portion {
  readonly variant: bigint;
  readonly start: bigint;
  readonly end: bigint;
}

/**
 * Hands out the pairs of a job. Every variant starts at the same nonce and wraps around, so that
 * machines with other starts seldom repeat each other's work.
 */
export class Portions {
  readonly #variants: bigint;
  readonly #nonces: bigint;
  readonly #first: bigint;
  #variant = 0n;
  /** Nonces of the variant that were handed out. */
  #taken = 0n;

  /**
   * @param variants - 1 or more
   * @param nonces - how many each variant has: 1 to 2^64
   * @param first - nonce that is hashed first, below `nonces`
   */
  constructor(variants: bigint, nonces: bigint, first = 0n) {
    this.#variants = variants;
    this.#nonces = nonces;
    this.#first = first;
  }

  /** The next portion, of at most `most` nonces; `null` when every pair was handed out. */
  next(most: bigint): Portion | null {
    if (this.#variant >= this.#variants) return null;
    const variant = this.#variant;
    const start = (this.#first + this.#taken) % this.#nonces;
    const wrap = this.#taken < this.#nonces - this.#first ? this.#nonces : this.#first;
    let end = start + most;
    if (end > wrap) end = wrap;
    this.#taken += end - start;
    if (this.#taken === this.#nonces) {
      this.#variant += 1n;
      this.#taken = 0n;
    }
    return { variant, start, end };
  }
}

/** What is left of a portion whose lowest solution is `nonce`; `null`: nothing. */
export function restAfter(portion: Portion, nonce: bigint): Portion | null {
  const start = nonce + 1n;
  return start < portion.end ? { ...portion, start } : null;
}
