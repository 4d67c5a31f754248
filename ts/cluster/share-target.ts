/** What is easier than a target, so that it is met often enough to prove that nonces are hashed. */

import { MAX_TARGET } from '../core/difficulty.js';
import { type Goal, goalPlan } from '../core/goal.js';
import { Pattern } from '../core/pattern.js';
import { Target } from '../core/target.js';

/** Of one unit: 8 units are enough to catch one that hashes half of what it says. */
const SHARES_OF_UNIT = 32;

/**
 * What a unit of so many hashes meets 32 times, or the goal itself where that is easier. Whatever
 * meets the goal meets it.
 */
export function shareTargetOf(goal: Goal, unitHashes: number): Goal {
  const hashes = Math.max(1, unitHashes / SHARES_OF_UNIT);
  if (goal.expectedHashes <= hashes) return goal;
  const plan = goalPlan(goal, 'goal');
  return plan.kind === 'target' ? targetOf(hashes) : easier(plan.value, plan.mask, hashes);
}

function targetOf(hashes: number): Target {
  return Target.fromBigInt((MAX_TARGET + 1n) / BigInt(Math.round(hashes)) - 1n);
}

/** The pattern with as many of its bits as so many hashes are expected to have. */
function easier(value: Uint8Array, mask: Uint8Array, hashes: number): Pattern {
  let bits = Math.floor(Math.log2(hashes));
  const kept = mask.map((byte) => {
    let of = 0;
    for (let bit = 0x80; bit > 0 && bits > 0; bit >>= 1) {
      if ((byte & bit) === 0) continue;
      of |= bit;
      bits -= 1;
    }
    return of;
  });
  return Pattern.equals(value, kept);
}
