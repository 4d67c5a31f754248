/**
 * How large the units are that a worker takes: classes of a factor of four, so that workers which
 * are about as fast share one queue. Pure.
 */

import type { Algorithm } from '../../native/contract.js';
import type { Capabilities } from '../queue.js';
import { MOST_SIZE } from './control.js';

/** Weight of what was measured before, at each result. */
const MEMORY = 0.8;
/** A core without any measurement. */
const GUESS = 1e6;
const AES_FACTOR = 1.5;
/**
 * Less tells nothing of a rate, and is void with the first result that took more: results that were
 * held back come all at once.
 */
const LEAST_MS = 250;

/** Hashes a second of one worker by its results: how many, over how long. */
export class Pace {
  #hashes = 0;
  #ms = 0;

  note(hashes: number, ms: number): void {
    const kept = this.#ms < LEAST_MS && ms >= LEAST_MS ? 0 : this.#kept();
    this.#hashes = kept * this.#hashes + hashes;
    this.#ms = kept * this.#ms + ms;
  }

  #kept(): number {
    return MEMORY * this.#ms >= LEAST_MS ? MEMORY : 1;
  }

  /** `null`: too little was measured yet. */
  get hashesPerSecond(): number | null {
    if (this.#ms < LEAST_MS || this.#hashes <= 0) return null;
    return (1_000 * this.#hashes) / this.#ms;
  }
}

/** Before there are results. */
export function guessOf(able: Capabilities, algorithm: Algorithm): number {
  const measured = able.hashesPerSecond[algorithm] ?? 0;
  return measured > 0 ? measured : able.cores * (able.aes ? AES_FACTOR : 1) * GUESS;
}

/** The class with `4^size <= nonces < 4^(size + 1)`. */
export function sizeOf(nonces: number): number {
  const size = Math.floor(Math.log2(Math.max(1, nonces)) / 2);
  return Math.min(size, MOST_SIZE);
}

/** Nonces of a unit in that class: its middle, so that no worker is off by more than two. */
export function noncesOf(size: number): bigint {
  return 2n * 4n ** BigInt(size);
}

/**
 * What a worker looks through: its own sizes, then neighbours, then what suits nobody, the nearest
 * first. Whoever was to take that is gone; it would lie there for ever. When nothing else is left,
 * also what suits others: they may be paused, or busy for long.
 *
 * @param used - sizes that have something
 * @param here - sizes of everybody, this worker among them
 */
export function searchOrder(
  own: readonly number[],
  used: ReadonlySet<number>,
  here: ReadonlySet<number>,
): readonly number[] {
  const order = new Set(own);
  for (const size of own) {
    for (const near of [size - 1, size + 1]) if (used.has(near)) order.add(near);
  }
  const distance = (size: number) => Math.min(...own.map((each) => Math.abs(each - size)));
  const nearest = [...used].toSorted((left, right) => distance(left) - distance(right));
  const isOrphan = (size: number) => [...here].every((each) => Math.abs(each - size) > 1);
  for (const size of nearest.filter(isOrphan)) order.add(size);
  const isDry = [...order].every((size) => !used.has(size));
  return isDry ? [...order, ...nearest] : [...order];
}
