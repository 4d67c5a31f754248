/** Nothing is left to carve, and a worker is idle: which unit it gets from a slower one. Pure. */

import type { InHands, Lending } from './lendings.js';

/** Moving costs a round through the queue: less than that is not worth it. */
const LEAST_MS = 500;

export interface TailHow {
  readonly worker: string;
  /** Of the worker that asks, for the unit's work; 0: not known. */
  rateOf(worker: string, lending: Lending): number;
}

/**
 * @returns one that was not begun, else the one that would be ready soonest on the asking worker
 *   compared with where it is; `null`: they are all better off where they are
 */
export function unitToMove(held: Iterable<InHands>, { worker, rateOf }: TailHow): InHands | null {
  let best: InHands | null = null;
  let bestGain = LEAST_MS;
  const waits = new Map<string, number>();
  for (const lending of held) {
    const { holder, unit } = lending;
    if (holder.worker === worker) continue;
    if (holder.moved !== null) {
      // One at a time for each that asks.
      if (holder.moved.to === worker) return null;
      continue;
    }
    const there = rateOf(holder.worker, lending);
    const here = rateOf(worker, lending);
    if (here <= 0) continue;
    const left = Number(unit.end - holder.scannedTo);
    // What a holder has in hand it does one after the other, in the order in which it came.
    const waitMs = waits.get(holder.worker) ?? 0;
    const thereMs = waitMs + (there > 0 ? (1_000 * left) / there : Number.POSITIVE_INFINITY);
    waits.set(holder.worker, thereMs);
    const gain = Math.min(thereMs, Number.MAX_SAFE_INTEGER) - (1_000 * left) / here;
    if (gain > bestGain) {
      best = lending;
      bestGain = gain;
    }
  }
  return best;
}
