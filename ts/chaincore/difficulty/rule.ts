/**
 * How difficulty follows the speed of a network. Pure: blocks and a rule in, a difficulty out.
 *
 * Three layers: that of the genesis block, fixed; the configured baseline; the value at run time,
 * which starts at the baseline and is adjusted. One step is a factor of 16.
 */

/** Of the genesis block, which nobody mined. */
export const GENESIS_DIFFICULTY = 2;

/**
 * `logarithmic`: the whole step nearest to the ideal, `round(log16(1 / ratio))`.
 * `node`: as ChainCore does, one or two by thresholds; it swings for ever, as a step of one is
 * already a factor of 16 while its thresholds lie a factor of two apart.
 */
export const STEP_RULES = ['logarithmic', 'node'] as const;
export type StepRule = (typeof STEP_RULES)[number];

export interface DifficultyRule {
  /** Where the value starts, and where it returns to: zero hex digits, 1 to 12. Default: 4. */
  readonly baseline: number;
  /** Whether it follows the network; else it is the baseline. Default: `true`. */
  readonly adjust: boolean;
  /** What the time between two blocks is adjusted to. Default: 10. */
  readonly blockSeconds: number;
  /** Blocks between two adjustments. Default: 10. */
  readonly interval: number;
  /** Default: `logarithmic`. */
  readonly step: StepRule;
  /** Most that one adjustment changes, 1 to 4. Default: 4. */
  readonly maxStep: number;
  /** Bounds of the value, 1 to 12. Default: 1 and 12. */
  readonly minimum: number;
  readonly maximum: number;
}

export const DEFAULT_RULE: DifficultyRule = {
  baseline: 4,
  adjust: true,
  blockSeconds: 10,
  interval: 10,
  step: 'logarithmic',
  maxStep: 4,
  minimum: 1,
  maximum: 12,
};

/** Of a block, what difficulty depends on. */
export interface TimedBlock {
  readonly index: number;
  readonly difficulty: number;
  /** Seconds since the POSIX epoch. */
  readonly timestamp: number;
}

export interface Adjustment {
  readonly difficulty: number;
  /** Time that the blocks took, divided by what they should have; `null`: too few to say. */
  readonly ratio: number | null;
}

/** Whether a block of this index is the first of a new window. */
export function isAdjusted(rule: DifficultyRule, index: number): boolean {
  return rule.adjust && index > 0 && index % rule.interval === 0;
}

/**
 * What the blocks of a window ask for.
 *
 * @param window - the newest blocks, oldest first, at most `rule.interval`; the genesis block, years
 *   old, is left out of the count, and so are blocks of another difficulty than the last one: they
 *   say nothing about it
 */
export function adjustedDifficulty(
  rule: DifficultyRule,
  window: readonly TimedBlock[],
): Adjustment {
  const last = window.at(-1);
  if (last === undefined || last.index === 0) return { difficulty: rule.baseline, ratio: null };
  const from = window.findLastIndex(
    ({ index, difficulty }) => index === 0 || difficulty !== last.difficulty,
  );
  const counted = window.slice(from + 1);
  const intervals = counted.length - 1;
  if (intervals < 1) return { difficulty: bounded(rule, last.difficulty), ratio: null };
  const took = last.timestamp - (counted[0]?.timestamp ?? last.timestamp);
  const ratio = Math.max(0, took) / (rule.blockSeconds * intervals);
  return { difficulty: bounded(rule, last.difficulty + stepOf(rule, ratio)), ratio };
}

function bounded({ minimum, maximum }: DifficultyRule, value: number): number {
  return Math.min(maximum, Math.max(minimum, value));
}

function stepOf({ step, maxStep }: DifficultyRule, ratio: number): number {
  const wanted = step === 'node' ? nodeStep(ratio) : logarithmicStep(ratio);
  return Math.min(maxStep, Math.max(-maxStep, wanted));
}

/** Log base 16 of how much too fast the blocks came, to the nearest whole. */
function logarithmicStep(ratio: number): number {
  return Math.round(-Math.log2(ratio) / 4) + 0; // never -0
}

/** `_calculate_new_difficulty` in ChainCore's `src/concurrency/blockchain_safe.py`. */
function nodeStep(ratio: number): number {
  if (ratio < 0.5) return 2;
  if (ratio > 2) return -2;
  if (ratio < 0.75) return 1;
  return ratio > 1.5 ? -1 : 0;
}
