/** What a usual unit has of hashes: shares are made so hard that it has so many of them. */

import type { WorkerStatus } from '../../cluster/queue.js';

/** Of a worker, hashes a second, while none is known. */
const FIRST_RATE = 32e6;
const UNIT_SECONDS = 2;
/** Expected shares of a worker that are remembered, those of late above all. */
const MEMORY = 256;
/** Workers remembered; the one that was quiet longest goes first. */
const MOST_WORKERS = 1_024;

interface Proof {
  expected: number;
  shares: number;
}

/**
 * Shares are the proof that a worker hashes what it says, so what it says must not make them
 * harder: its rate counts as far as its shares prove it.
 */
export class Yardstick {
  readonly #proofs = new Map<string, Proof>();

  /** The shares of an accepted result, and how many its hashes should have had. */
  count(worker: string, { shares, expected }: Proof): void {
    const proof = this.#proofs.get(worker) ?? { shares: 0, expected: 0 };
    proof.shares += shares;
    proof.expected += expected;
    if (proof.expected > MEMORY) {
      const kept = MEMORY / proof.expected;
      proof.shares *= kept;
      proof.expected = MEMORY;
    }
    this.#proofs.delete(worker);
    this.#proofs.set(worker, proof);
    const [oldest] = this.#proofs.keys();
    if (this.#proofs.size > MOST_WORKERS && oldest !== undefined) this.#proofs.delete(oldest);
  }

  /** Hashes of a unit of the fastest worker: that of a slower one has fewer shares. */
  unitHashes(workers: readonly Pick<WorkerStatus, 'id' | 'hashesPerSecond'>[]): number {
    const rates = workers.map(({ id, hashesPerSecond }) => hashesPerSecond * this.#proved(id));
    return (Math.max(0, ...rates) || FIRST_RATE) * UNIT_SECONDS;
  }

  /** The part of its hashes that its shares prove; not above 1, for who is lucky. */
  #proved(worker: string): number {
    const { shares, expected } = this.#proofs.get(worker) ?? { shares: 0, expected: 0 };
    return expected > 0 ? Math.min(1, shares / expected) : 0;
  }
}
