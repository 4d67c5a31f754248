/** The blocks of one chain, the newest of them: memory has an end. */

import type { Block } from './rules.js';

/** What is kept of a block: its header's bytes. */
export interface KeptHeader {
  readonly key: string;
  readonly height: number;
  readonly bytes: Uint8Array;
}

export class ChainHistory {
  readonly #most: number;
  /** Ascending by height, as a map keeps the order of insertion. */
  readonly #headers = new Map<string, KeptHeader>();

  /** @param most - headers kept; the oldest go first */
  constructor(most: number) {
    this.#most = most;
  }

  add({ key, header, bytes }: Block): void {
    this.#headers.set(key, { key, height: Number(header.height), bytes });
    if (this.#headers.size <= this.#most) return;
    for (const oldest of this.#headers.keys()) {
      this.#headers.delete(oldest);
      return;
    }
  }

  find(key: string): KeptHeader | null {
    return this.#headers.get(key) ?? null;
  }

  /** The kept headers, oldest first. */
  all(): Iterable<KeptHeader> {
    return this.#headers.values();
  }
}
