/** When a newer job takes the place of the one that runs. Pure: facts and a time in, verdict out. */

import { PowError } from '../errors.js';
import type { Job } from './ports.js';
import { type ByteSpan, sameWork } from './same-work.js';

/** How often a condition is looked at again while nothing new comes. */
const CONDITION_INTERVAL_MS = 100;
const LONGEST_DELAY_MS = 30_000;

/**
 * How a `refresh` switches. A `replace` switches at once, whatever the rule.
 *
 * - `immediate`: at once;
 * - `batch-complete`: the new job at once, the old one ends with the batch in hand;
 * - `delayed`: `ms` after the first refresh that waits, so that a run of refreshes is one switch;
 * - `conditional`: as soon as `when` says so, or after `mostMs` (default 30,000).
 */
export type PreemptionRule =
  | { readonly kind: 'immediate' }
  | { readonly kind: 'batch-complete' }
  | { readonly kind: 'delayed'; readonly ms: number }
  | {
      readonly kind: 'conditional';
      readonly when: (change: Change) => boolean;
      readonly mostMs?: number | undefined;
    };

/** What a condition is asked about. */
export interface Change {
  readonly running: Job;
  readonly next: Job;
  /** Since the first refresh that waits. */
  readonly waitedMs: number;
}

export interface PreemptionOptions {
  /** Default: `immediate`. */
  readonly rule?: PreemptionRule | undefined;
  /** Least time between two switches of a lane, by refreshes. Default: 0. */
  readonly minimumIntervalMs?: number | undefined;
  /**
   * A refresh that differs from the running job in these bytes (and the nonce) alone is skipped.
   * Default: none, so only the very same work is.
   */
  readonly unimportant?: readonly ByteSpan[] | undefined;
}

/** What is known when a job stands to take the place of another. */
export interface Situation {
  readonly running: Job;
  readonly next: Job;
  /** When the lane's running job was started. */
  readonly switchedAtMs: number;
  /** When the first refresh came that still waits; `next` may be a later one. */
  readonly waitingSinceMs: number;
}

export type Verdict =
  /** Start the next job now, then end the running one. */
  | { readonly kind: 'switch'; readonly end: 'stop' | 'finish-batch' }
  /** Look again then, or when something new comes. */
  | { readonly kind: 'wait'; readonly untilMs: number }
  /** The running job does as well. */
  | { readonly kind: 'skip' };

/** Decides by options that are checked once. */
export class Preemption {
  #rule: PreemptionRule = { kind: 'immediate' };
  #minimumIntervalMs = 0;
  #unimportant: readonly ByteSpan[] = [];

  /** @throws {@link PowError} `POW_ARGUMENT` */
  constructor(options: PreemptionOptions = {}) {
    this.change(options);
  }

  /**
   * Decides by these from now on.
   *
   * @throws {@link PowError} `POW_ARGUMENT`; nothing has changed then
   */
  change(options: PreemptionOptions): void {
    const { rule = { kind: 'immediate' }, minimumIntervalMs = 0, unimportant = [] } = options;
    requireMs(minimumIntervalMs, 'minimumIntervalMs');
    if (rule.kind === 'delayed') requireMs(rule.ms, 'rule.ms');
    if (rule.kind === 'conditional') requireMs(rule.mostMs ?? LONGEST_DELAY_MS, 'rule.mostMs');
    this.#rule = rule;
    this.#minimumIntervalMs = minimumIntervalMs;
    this.#unimportant = unimportant;
  }

  /** Throws what a condition throws. */
  decide(situation: Situation, nowMs: number): Verdict {
    const { running, next, switchedAtMs } = situation;
    if (next.change === 'replace') return { kind: 'switch', end: 'stop' };
    if (sameWork(running, next, this.#unimportant)) return { kind: 'skip' };
    const untilMs = Math.max(
      switchedAtMs + this.#minimumIntervalMs,
      this.#earliestByRule(situation, nowMs),
    );
    if (nowMs < untilMs) return { kind: 'wait', untilMs };
    return { kind: 'switch', end: this.#rule.kind === 'batch-complete' ? 'finish-batch' : 'stop' };
  }

  /** When the job that runs longest may make room for one of a lane that has no room. */
  displacedAtMs(startedAtMs: number): number {
    return startedAtMs + this.#minimumIntervalMs;
  }

  #earliestByRule({ running, next, waitingSinceMs }: Situation, nowMs: number): number {
    const rule = this.#rule;
    switch (rule.kind) {
      case 'immediate':
      case 'batch-complete':
        return nowMs;
      case 'delayed':
        return waitingSinceMs + rule.ms;
      case 'conditional': {
        const latestMs = waitingSinceMs + (rule.mostMs ?? LONGEST_DELAY_MS);
        const waitedMs = nowMs - waitingSinceMs;
        if (nowMs >= latestMs || rule.when({ running, next, waitedMs })) return nowMs;
        return Math.min(latestMs, nowMs + CONDITION_INTERVAL_MS);
      }
    }
  }
}

function requireMs(value: number, argument: string): void {
  if (!(Number.isFinite(value) && value >= 0)) {
    const detail = `${argument} must be a time in milliseconds, 0 or more`;
    throw new PowError('POW_ARGUMENT', detail, { argument });
  }
}
