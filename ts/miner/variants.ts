/**
 * Rolling: which (variant, nonce) pairs of a job are hashed next. Each pair is handed out once,
 * whatever the sizes asked for and whoever asks.
 */

import { nonceCount } from '../core/message.js';
import { PowError } from '../errors.js';
import type { WorkPlan } from '../native/contract.js';
import type { Job } from './ports.js';

/** Nonces `[start, end)`. */
export interface Nonces {
  readonly start: bigint;
  readonly end: bigint;
}

/**
 * The nonces of each variant of a job.
 *
 * @param plan - of any variant: all have the same layout
 * @throws {@link PowError} `POW_RANGE` when the job's own are none, or not within the layout
 */
export function noncesOf({ id, nonces }: Job, plan: WorkPlan): Nonces {
  const end = nonceCount(plan);
  if (nonces === undefined) return { start: 0n, end };
  if (0n <= nonces.start && nonces.start < nonces.end && nonces.end <= end) return nonces;
  const detail = `${id} has nonces [${nonces.start}, ${nonces.end}), its layout [0, ${end})`;
  throw new PowError('POW_RANGE', detail);
}

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
  readonly #nonces: Nonces;
  readonly #first: bigint;
  #variant = 0n;
  /** Nonces of the variant that were handed out. */
  #taken = 0n;

  /**
   * @param variants - 1 or more
   * @param nonces - those of each variant: 1 to 2^64 of them
   * @param first - the one of them that is hashed first
   */
  constructor(variants: bigint, nonces: Nonces, first = nonces.start) {
    this.#variants = variants;
    this.#nonces = nonces;
    this.#first = first;
  }

  /** The next portion, of at most `most` nonces; `null` when every pair was handed out. */
  next(most: bigint): Portion | null {
    if (this.#variant >= this.#variants) return null;
    const variant = this.#variant;
    const nonces = this.#nonces;
    const count = nonces.end - nonces.start;
    const wraps = this.#taken >= nonces.end - this.#first;
    const start = this.#first + this.#taken - (wraps ? count : 0n);
    const last = wraps ? this.#first : nonces.end;
    const end = start + most < last ? start + most : last;
    this.#taken += end - start;
    if (this.#taken === count) {
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
