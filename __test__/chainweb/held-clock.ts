import { type Clock, monotonicClock } from '../../ts/miner/clock.js';

/** Real time, but one length of wait is over when the test says so, and never by itself. */
export class HeldClock implements Clock {
  /** A time-out of so many milliseconds is held. */
  readonly heldMs = 1_234_567;
  readonly #held = new Set<() => void>();

  now(): number {
    return monotonicClock.now();
  }

  after(ms: number, call: () => void): () => void {
    if (ms !== this.heldMs) return monotonicClock.after(ms, call);
    this.#held.add(call);
    return () => void this.#held.delete(call);
  }

  /** The time of everything that is waited for now is up. */
  giveUp(): void {
    for (const call of [...this.#held]) {
      this.#held.delete(call);
      call();
    }
  }
}
