/**
 * The difficulty of every height: rules that may be replaced while the chain grows, an override by
 * hand, and what was decided when and why. Pure: each change gives a new schedule.
 */

import { badArgument, requireInteger } from '../core/arguments.js';
import { printable } from '../core/printable.js';
import { PowError } from '../errors.js';
import { checkedRule, MOST_CONFIGURED } from './difficulty/checked-rule.js';
import {
  adjustedDifficulty,
  type DifficultyRule,
  GENESIS_DIFFICULTY,
  isAdjusted,
  type TimedBlock,
} from './difficulty/rule.js';

export {
  adjustedDifficulty,
  DEFAULT_RULE,
  type DifficultyRule,
  GENESIS_DIFFICULTY,
  STEP_RULES,
  type StepRule,
  type TimedBlock,
} from './difficulty/rule.js';

/** From one height on. */
interface Entry {
  readonly fromIndex: number;
  readonly rule: DifficultyRule;
  /** By hand, whatever the rule says; `null`: none. */
  readonly override: number | null;
  /** Whether the value begins anew at the baseline: an override has ended, or the baseline moved. */
  readonly restart: boolean;
}

/** One decision, for the record. */
export interface AuditEntry {
  readonly atMs: number;
  readonly change: 'override' | 'override-ended' | 'reloaded' | 'refused' | 'rolled-back';
  /** The first height that it counts for. */
  readonly fromIndex: number;
  /** By whom it was asked for, and why; one line without control characters. */
  readonly reason: string;
}

/** Who changes something, why, and from which block on. */
export interface Change {
  /** The index of the next block: earlier ones are settled. */
  readonly fromIndex: number;
  readonly reason: string;
  /** Milliseconds since the POSIX epoch, for the record alone. */
  readonly atMs: number;
}

/** Decisions remembered, and entries that are not superseded at their own height. */
const MOST_AUDIT = 1000;
const MOST_REASON = 200;

export class DifficultySchedule {
  readonly #entries: readonly Entry[];
  readonly #earlierRules: readonly DifficultyRule[];
  /** What was decided, oldest first: the newest thousand. */
  readonly audit: readonly AuditEntry[];

  private constructor(
    entries: readonly Entry[],
    earlierRules: readonly DifficultyRule[],
    audit: readonly AuditEntry[],
  ) {
    this.#entries = entries;
    this.#earlierRules = earlierRules;
    this.audit = audit.slice(-MOST_AUDIT);
  }

  /** @throws {@link PowError} `POW_ARGUMENT` */
  static of(rule: unknown = {}): DifficultySchedule {
    return new DifficultySchedule(
      [{ fromIndex: 1, rule: checkedRule(rule), override: null, restart: false }],
      [],
      [],
    );
  }

  /** The newest rule. */
  get rule(): DifficultyRule {
    return this.#last.rule;
  }

  /** The newest override; `null`: none. */
  get override(): number | null {
    return this.#last.override;
  }

  /**
   * What a block must state.
   *
   * @param index - of the block; 0 is the genesis block
   * @param ancestors - the blocks before it on its own branch, the newest last: as many as
   *   {@link DifficultySchedule.windowAt} says, or more
   */
  at(index: number, ancestors: readonly TimedBlock[]): number {
    if (index === 0) return GENESIS_DIFFICULTY;
    const entry = this.#entryAt(index);
    if (entry.override !== null) return entry.override;
    const { rule } = entry;
    const parent = ancestors.at(-1);
    if (!rule.adjust || parent === undefined || parent.index === 0) return rule.baseline;
    if (entry.restart && entry.fromIndex === index) return rule.baseline;
    if (!isAdjusted(rule, index)) return within(rule, parent.difficulty);
    return adjustedDifficulty(rule, ancestors.slice(-rule.interval)).difficulty;
  }

  /** How many ancestors {@link DifficultySchedule.at} looks at. */
  windowAt(index: number): number {
    return index === 0 ? 1 : this.#entryAt(index).rule.interval;
  }

  /**
   * Sets the value by hand until {@link DifficultySchedule.endOverride}.
   *
   * @throws {@link PowError} `POW_ARGUMENT` without a reason, or for a value that is not 1 to 12
   */
  setOverride(value: unknown, change: Change): DifficultySchedule {
    const override = requireInteger(value, 1, MOST_CONFIGURED, 'difficulty');
    const reason = requireReason(change.reason);
    const { rule } = this.#last;
    return this.#with({ rule, override }, change, 'override', `${override}: ${reason}`);
  }

  /** The value returns to the baseline, and follows the network from there. */
  endOverride(change: Change): DifficultySchedule {
    if (this.override === null) return this;
    const reason = requireReason(change.reason);
    return this.#with({ rule: this.rule, override: null }, change, 'override-ended', reason);
  }

  /**
   * Takes a new rule, or says in the audit why not and keeps the old one. Never throws.
   *
   * @param given - any part of a {@link DifficultyRule}; the rest is the default
   */
  reload(given: unknown, change: Change): DifficultySchedule {
    let rule: DifficultyRule;
    try {
      rule = checkedRule(given);
    } catch (error) {
      const detail = error instanceof PowError ? error.message : String(error);
      return this.#noting(change, 'refused', `${change.reason}: ${detail}`);
    }
    if (JSON.stringify(rule) === JSON.stringify(this.rule)) return this;
    const { override } = this;
    return this.#with({ rule, override }, change, 'reloaded', change.reason, [
      ...this.#earlierRules,
      this.rule,
    ]);
  }

  /**
   * Goes back to the rule before the last {@link DifficultySchedule.reload}.
   *
   * @throws {@link PowError} `POW_ARGUMENT` when there is none
   */
  rollback(change: Change): DifficultySchedule {
    const rule = this.#earlierRules.at(-1);
    if (rule === undefined) throw badArgument('rollback', 'after a reload', 'none so far');
    const { override } = this;
    const rest = this.#earlierRules.slice(0, -1);
    return this.#with({ rule, override }, change, 'rolled-back', change.reason, rest);
  }

  get #last(): Entry {
    return this.#entries.at(-1) as Entry; // there is one from the start
  }

  #entryAt(index: number): Entry {
    const entry = this.#entries.findLast(({ fromIndex }) => fromIndex <= index);
    return entry ?? (this.#entries[0] as Entry);
  }

  #with(
    next: Pick<Entry, 'rule' | 'override'>,
    change: Change,
    kind: AuditEntry['change'],
    reason: string,
    earlierRules = this.#earlierRules,
  ): DifficultySchedule {
    const fromIndex = Math.max(change.fromIndex, this.#last.fromIndex);
    const before = this.#last;
    const moved = before.override !== null || before.rule.baseline !== next.rule.baseline;
    // What was to begin at the same height is settled by the newer one.
    const isSame = before.fromIndex === fromIndex;
    const restart = next.override === null && (moved || (isSame && before.restart));
    const kept = isSame ? this.#entries.slice(0, -1) : this.#entries;
    const entries = [...kept, { ...next, fromIndex, restart }];
    const noted = this.#noting({ ...change, fromIndex }, kind, reason).audit;
    return new DifficultySchedule(entries, earlierRules.slice(-MOST_AUDIT), noted);
  }

  #noting(change: Change, kind: AuditEntry['change'], reason: string): DifficultySchedule {
    const { atMs, fromIndex } = change;
    const said = printable(reason).slice(0, MOST_REASON);
    const audit = [...this.audit, { atMs, change: kind, fromIndex, reason: said }];
    return new DifficultySchedule(this.#entries, this.#earlierRules, audit);
  }
}

function within({ minimum, maximum }: DifficultyRule, value: number): number {
  return Math.min(maximum, Math.max(minimum, value));
}

function requireReason(reason: unknown): string {
  if (typeof reason === 'string' && reason.trim() !== '') return reason;
  throw badArgument('reason', 'words that say why', reason);
}
