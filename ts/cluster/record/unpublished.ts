/** Results that wait until somebody publishes their work: of a bounded size, whoever brings them. */

import { PowError } from '../../errors.js';
import type { Clock } from '../../miner/clock.js';
import type { UnitResult } from '../queue.js';

/** As much as 64 leases have of a usual unit's shares, and more. */
const MOST_BYTES_OF_WORKER = 1 << 20;
const MOST_BYTES = 1 << 25;
/** In memory, generously: with what they were read from. */
const RESULT_BYTES = 1_024;
const SHARE_BYTES = 256;

export class Unpublished {
  readonly #clock: Clock;
  readonly #byWorker = new Map<string, number>();
  readonly #waiting = new Set<() => void>();
  #bytes = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Counts the result until `judge` has answered. Rejects with `POW_WORKER` where too much waits
   * already: nobody must be told that it is kept, so that it is brought again.
   */
  async hold<Answer>(
    worker: string,
    { shares }: UnitResult,
    judge: () => Promise<Answer>,
  ): Promise<Answer> {
    const bytes = RESULT_BYTES + SHARE_BYTES * shares.length;
    const before = this.#byWorker.get(worker) ?? 0;
    if (before + bytes > MOST_BYTES_OF_WORKER || this.#bytes + bytes > MOST_BYTES) {
      throw new PowError('POW_WORKER', 'too many results wait for their work');
    }
    this.#add(worker, bytes);
    try {
      return await judge();
    } finally {
      this.#add(worker, -bytes);
    }
  }

  /** Resolves at the next {@link Unpublished.wake}, or then. */
  wait(untilMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        stop();
        this.#waiting.delete(done);
        resolve();
      };
      const stop = this.#clock.after(untilMs - this.#clock.now(), done);
      this.#waiting.add(done);
    });
  }

  /** Something may be published now. */
  wake(): void {
    for (const done of [...this.#waiting]) done();
  }

  #add(worker: string, bytes: number): void {
    this.#bytes += bytes;
    const left = (this.#byWorker.get(worker) ?? 0) + bytes;
    if (left === 0) this.#byWorker.delete(worker);
    else this.#byWorker.set(worker, left);
  }
}
