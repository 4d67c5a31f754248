/** What wins: a target or a pattern. */

import type { GoalPlan } from '../native/contract.js';
import { badArgument } from './arguments.js';
import { type Pattern, patternPlan } from './pattern.js';
import { type Target, targetPlan } from './target.js';

export type Goal = Target | Pattern;

/** The plan inside a {@link Goal}, not a copy: for this package alone. */
export function goalPlan(goal: unknown, argument: string): GoalPlan {
  const plan = targetPlan(goal) ?? patternPlan(goal);
  if (plan === null) throw badArgument(argument, 'a Target or a Pattern', goal);
  return plan;
}
