/** A unit is lent anew: what the record makes of it. */

import type { CameBack, OpenUnit } from '../record/coordinator.js';
import type { Keeper } from '../record/keeper.js';
import type { Lending } from './lendings.js';

/** Deliveries that are made up for; a holder may say that there were more. */
const MOST_UNTOLD = 16;

export interface Anew {
  /** `null`: it is over. */
  readonly same: OpenUnit | null;
  /** In its place, where it failed too often. */
  readonly halves: readonly OpenUnit[];
}

/**
 * Under a fence above that of its holder: the queue counts deliveries, also those to workers that
 * died before they said anything, or that found no master; the record counts those that it hears of.
 */
export async function lendAnew(
  keeper: Pick<Keeper, 'relend'>,
  { unit: { work, index }, holder }: Lending,
  back: CameBack,
): Promise<Anew> {
  let how = back;
  for (let left = MOST_UNTOLD; ; left -= 1) {
    const units = await keeper.relend(work, index, how);
    const [same] = units;
    if (same?.unit.index !== index) return { same: null, halves: units };
    const missing = holder === null ? 0 : holder.fence - same.fence + 1;
    if (missing <= 0 || missing > left) return { same, halves: [] };
    how = { ...back, fault: 'none' };
  }
}
