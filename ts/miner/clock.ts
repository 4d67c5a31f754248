/** Time as the miner sees it: the only file of this layer that owns timers. */

import { performance } from 'node:perf_hooks';

/** The longest delay a Node timer takes. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** Passed in, so that tests never wait. */
export interface Clock {
  /** Milliseconds on a clock that never jumps. */
  now(): number;
  /**
   * Calls `call` once, `ms` from now or a little later. A wait of more than 24 days ends early:
   * whoever waits for a moment looks at the clock when called.
   *
   * @returns takes it back
   */
  after(ms: number, call: () => void): () => void;
}

/** The clock of the process. */
export const monotonicClock: Clock = {
  now: () => performance.now(),
  after(ms, call) {
    const timer = setTimeout(call, Math.min(Math.max(0, ms), LONGEST_DELAY_MS));
    return () => clearTimeout(timer);
  },
};
