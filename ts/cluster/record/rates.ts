/** How fast a worker is, by its results of late. */

import type { Algorithm } from '../../native/contract.js';
import type { Capabilities } from '../queue.js';

/** What a core without AES instructions is taken to make, hashes a second, until it is measured. */
const BASE = 4e6;
/** An older CPU has no AES instructions. */
const WITH_AES = 1.5;
/** Results weigh less by 1/e after so long. */
const MEMORY_MS = 5_000;
/**
 * What took less in all says nothing yet, and is void with the first result that took more: results
 * that were held back while there was no master come within a millisecond.
 */
const LEAST_MS = 250;

interface Measured {
  hashesPerMs: number;
  overMs: number;
}

export class Rates {
  readonly #measured = new Map<Algorithm, Measured>();
  capabilities: Capabilities;

  constructor(capabilities: Capabilities) {
    this.capabilities = capabilities;
  }

  /** Hashes a second: measured, else as the worker says, else by its cores. Above zero. */
  of(algorithm: Algorithm): number {
    const measured = this.#measured.get(algorithm);
    if (measured !== undefined && measured.overMs >= LEAST_MS) {
      return Math.max(1, measured.hashesPerMs * 1_000);
    }
    const { hashesPerSecond, cores, aes } = this.capabilities;
    const claimed = hashesPerSecond[algorithm];
    if (claimed !== undefined && claimed >= 1 && Number.isFinite(claimed)) return claimed;
    return Math.max(1, cores) * (aes ? WITH_AES : 1) * BASE;
  }

  /** So many hashes of it took so long. The first results weigh as much as their time. */
  count(algorithm: Algorithm, hashes: number, tookMs: number): void {
    if (hashes <= 0) return;
    const ms = Math.max(0.01, tookMs);
    const measured = this.#measured.get(algorithm);
    if (measured === undefined || (measured.overMs < LEAST_MS && ms >= LEAST_MS)) {
      this.#measured.set(algorithm, { hashesPerMs: hashes / ms, overMs: ms });
      return;
    }
    const weight = Math.max(1 - Math.exp(-ms / MEMORY_MS), ms / (measured.overMs + ms));
    measured.hashesPerMs += (hashes / ms - measured.hashesPerMs) * weight;
    measured.overMs = Math.min(MEMORY_MS, measured.overMs + ms);
  }

  /** Hashes a second of the algorithm that it is fastest at; 0: none measured yet. */
  get measured(): number {
    let most = 0;
    for (const { hashesPerMs, overMs } of this.#measured.values()) {
      if (overMs >= LEAST_MS) most = Math.max(most, hashesPerMs);
    }
    return most * 1_000;
  }
}
