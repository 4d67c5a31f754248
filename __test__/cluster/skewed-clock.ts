import { type Clock, monotonicClock } from '../../ts/miner/clock.js';

/** A clock that can be set forward; timers go on as they were. */
export function skewedClock(): Clock & { skewMs: number } {
  const clock = {
    ...monotonicClock,
    skewMs: 0,
    now: () => monotonicClock.now() + clock.skewMs,
  };
  return clock;
}
