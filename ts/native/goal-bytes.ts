/** A goal as bytes, the form in which it crosses into a backend. */

import { type ByteOrder, GOAL_BYTES, type GoalPlan } from './contract.js';

/** Writes {@link GOAL_BYTES} at `at`: 0 target or 1 pattern; 0 `le` or 1 `be`; value; mask. */
export function writeGoal(goal: GoalPlan, order: ByteOrder, bytes: Uint8Array, at: number): void {
  bytes[at] = goal.kind === 'target' ? 0 : 1;
  bytes[at + 1] = order === 'le' ? 0 : 1;
  bytes.set(goal.value, at + 2);
  if (goal.kind === 'pattern') bytes.set(goal.mask, at + 34);
}

/** One goal in a new array. */
export function goalBytes(goal: GoalPlan, order: ByteOrder): Uint8Array {
  const bytes = new Uint8Array(GOAL_BYTES);
  writeGoal(goal, order, bytes, 0);
  return bytes;
}
