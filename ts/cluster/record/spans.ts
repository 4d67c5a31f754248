/** Spans in columns: a record that remembers tens of thousands of them stays small. */

import type { Span } from './entries.js';

export class Spans {
  readonly #variants: BigUint64Array;
  readonly #starts: BigUint64Array;
  /** The last nonce, not the one behind it, which may be 2^64. */
  readonly #lasts: BigUint64Array;

  /** @param most - so many places, from 0 on */
  constructor(most: number) {
    this.#variants = new BigUint64Array(most);
    this.#starts = new BigUint64Array(most);
    this.#lasts = new BigUint64Array(most);
  }

  /** @param span - not empty */
  set(at: number, { variant, start, end }: Span): void {
    this.#variants[at] = variant;
    this.#starts[at] = start;
    this.#lasts[at] = end - 1n;
  }

  get(at: number): Span {
    const [variant = 0n, start = 0n, last = 0n] = [
      this.#variants[at],
      this.#starts[at],
      this.#lasts[at],
    ];
    return { variant, start, end: last + 1n };
  }
}
