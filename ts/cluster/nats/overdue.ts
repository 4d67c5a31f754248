/** Leases that do not come to an end, whatever their holders say. Pure. */

import { MOST_TIMES } from '../record/estimates.js';
import { RULES } from '../record/rules.js';
import type { InHands, Lending } from './lendings.js';

/** Whoever was told to let go has so long: its answer comes by way of the server. */
const MOVE_LIMIT_MS = 5_000;

/**
 * A lease should take as long as everything in its holder's hands.
 *
 * @param rateOf - of a worker, for the unit's work; 0: not known
 */
export function overdue(
  held: Iterable<InHands>,
  rateOf: (worker: string, lending: Lending) => number,
  nowMs: number,
): readonly InHands[] {
  const all = [...held];
  const workMs = new Map<string, number>();
  for (const lending of all) {
    const { unit, holder } = lending;
    const rate = rateOf(holder.worker, lending);
    // Who is not here any more may go on, but not for ever.
    const ms = rate > 0 ? (1_000 * Number(unit.end - unit.start)) / rate : RULES.leaseMs.most;
    workMs.set(holder.worker, (workMs.get(holder.worker) ?? 0) + ms);
  }
  return all.filter(({ holder: { worker, sinceMs, moved } }) => {
    if (moved !== null) return nowMs - moved.sinceMs >= MOVE_LIMIT_MS;
    const mostMs = Math.max(RULES.leaseMs.most, MOST_TIMES * (workMs.get(worker) ?? 0));
    return nowMs - sinceMs > mostMs;
  });
}
