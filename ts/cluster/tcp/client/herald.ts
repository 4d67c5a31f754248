/**
 * Tells masters that were left for one of a higher epoch: whoever was cut off, or stopped for a
 * while, does not know that he was replaced, and would lend units to those who have not heard.
 */

import type { Clock } from '../../../miner/clock.js';
import type { MasterAddress } from '../options.js';

/** Says a HELLO there with the highest epoch seen, and tells whether it was heard. */
export type Tell = (seed: MasterAddress, done: (isHeard: boolean) => void) => () => void;

const AGAIN_MS = 2_000;

export class Herald {
  readonly #clock: Clock;
  readonly #tell: Tell;
  /** Masters that we worked for, and the epoch they had. */
  readonly #epochs = new Map<MasterAddress, number>();
  readonly #under = new Map<MasterAddress, () => void>();

  constructor(clock: Clock, tell: Tell) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** We work for that one from now on. */
  serve(seed: MasterAddress, epoch: number): void {
    this.#epochs.set(seed, epoch);
    this.#forget(seed);
    for (const [other, before] of this.#epochs) {
      if (before < epoch && !this.#under.has(other)) this.#go(other);
    }
  }

  close(): void {
    for (const seed of [...this.#under.keys()]) this.#forget(seed);
  }

  #go(seed: MasterAddress): void {
    let isGivenUp = false;
    const stop = this.#tell(seed, (isHeard) => {
      if (isGivenUp) return;
      const again = () => this.#go(seed);
      if (!isHeard) this.#under.set(seed, this.#clock.after(AGAIN_MS, again));
      else this.#forget(seed);
      if (isHeard) this.#epochs.delete(seed);
    });
    this.#under.set(seed, () => {
      isGivenUp = true;
      stop();
    });
  }

  #forget(seed: MasterAddress): void {
    this.#under.get(seed)?.();
    this.#under.delete(seed);
  }
}
