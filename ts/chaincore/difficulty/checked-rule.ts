/** Rules from a file, a flag or a caller: checked as a whole before any of it counts. */

import { badArgument, requireInteger, requireObject, requireOneOf } from '../../core/arguments.js';
import { DEFAULT_RULE, type DifficultyRule, STEP_RULES } from './rule.js';

/** Most zero digits that can be configured. */
export const MOST_CONFIGURED = 12;
const MOST_STEP = 4;
const MOST_INTERVAL = 10_000;
const MOST_BLOCK_SECONDS = 86_400;

/**
 * @param given - any part of a {@link DifficultyRule}
 * @param base - what the rest is taken from
 * @throws {@link PowError} `POW_ARGUMENT` that names the key
 */
export function checkedRule(given: unknown, base: DifficultyRule = DEFAULT_RULE): DifficultyRule {
  requireObject(given, 'rule');
  if (Array.isArray(given)) throw badArgument('rule', 'an object', given);
  for (const key of Object.keys(given as object)) {
    if (!Object.hasOwn(DEFAULT_RULE, key)) {
      const known = Object.keys(DEFAULT_RULE).join(', ');
      throw badArgument('rule', `made of ${known}`, key);
    }
  }
  const rule = { ...base, ...(given as Partial<DifficultyRule>) };
  const level = (value: unknown, name: string) =>
    requireInteger(value, 1, MOST_CONFIGURED, `rule.${name}`);
  level(rule.minimum, 'minimum');
  level(rule.maximum, 'maximum');
  if (rule.minimum > rule.maximum) {
    throw badArgument('rule.minimum', `at most rule.maximum (${rule.maximum})`, rule.minimum);
  }
  requireInteger(rule.baseline, rule.minimum, rule.maximum, 'rule.baseline');
  if (typeof rule.adjust !== 'boolean') throw badArgument('rule.adjust', 'a boolean', rule.adjust);
  requireInteger(rule.interval, 2, MOST_INTERVAL, 'rule.interval');
  requireOneOf(rule.step, STEP_RULES, 'rule.step');
  requireInteger(rule.maxStep, 1, MOST_STEP, 'rule.maxStep');
  const { blockSeconds } = rule;
  if (
    typeof blockSeconds !== 'number' ||
    !(blockSeconds > 0 && blockSeconds <= MOST_BLOCK_SECONDS)
  ) {
    throw badArgument('rule.blockSeconds', `above 0, at most ${MOST_BLOCK_SECONDS}`, blockSeconds);
  }
  return Object.freeze(rule);
}
