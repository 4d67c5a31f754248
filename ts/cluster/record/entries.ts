/** What the journal of a cluster is made of. Each entry is true on its own, in its order. */

import type { Goal } from '../../core/goal.js';
import type { Share, WorkId } from '../queue.js';

/** Nonces of one variant. */
export interface Span {
  readonly variant: bigint;
  readonly start: bigint;
  readonly end: bigint;
}

/** Stands as the holder of units that a queue outside lends. */
export const OUTSIDE = '';

interface OfWork {
  readonly work: WorkId;
}

interface OfUnit extends OfWork {
  readonly index: number;
}

export interface EpochEntry {
  /** A master has started. */
  readonly kind: 'epoch';
  readonly epoch: number;
}

export interface ConductEntry {
  /**
   * What a key is remembered for, instead of what was written of it before. Times are those of the
   * wall clock, in milliseconds since 1970.
   */
  readonly kind: 'conduct';
  readonly key: string;
  readonly strikesAtMs: readonly number[];
  /** The newest strike, whether it still counts or has led to a ban. */
  readonly lastAtMs: number;
  readonly bans: number;
  /** 0: it was not banned. */
  readonly bannedUntilMs: number;
}

export interface WorkEntry extends OfWork {
  readonly kind: 'work';
  readonly lane: string;
  /** What its leases were told: it stays the same for as long as the work is on record. */
  readonly shareTarget: Goal;
  /** Pairs of variant and nonce in all. */
  readonly pairs: bigint;
  /** Fences up to here are of an earlier life of the same work. */
  readonly floor: number;
}

/** How far a work is, instead of the entries that brought it there. */
export interface CountsEntry extends OfWork {
  readonly kind: 'counts';
  readonly next: number;
  readonly carved: bigint;
  readonly donePairs: bigint;
  readonly completed: number;
  readonly quarantined: number;
}

/** A unit as it is, instead of the entries that made it. */
export interface UnitEntry extends OfUnit {
  readonly kind: 'unit';
  readonly span: Span;
  readonly depth: number;
  readonly failures: number;
  readonly fence: number;
  readonly holder: string | null;
  readonly from: bigint;
  readonly scannedTo: bigint;
}

export interface CarveEntry extends OfUnit {
  /** The next unit, cut from what had not been carved. */
  readonly kind: 'carve';
  readonly span: Span;
}

export interface LeaseEntry extends OfUnit {
  readonly kind: 'lease';
  readonly fence: number;
  readonly holder: string;
  /** Where it begins. */
  readonly from: bigint;
}

export interface ProgressEntry extends OfUnit {
  readonly kind: 'progress';
  readonly scannedTo: bigint;
}

export interface FailureEntry extends OfUnit {
  readonly kind: 'failure';
}

export interface SplitEntry extends OfUnit {
  /** What was left of the unit, below `at` and from there on, is the next two units. */
  readonly kind: 'split';
  readonly at: bigint;
  readonly depth: number;
}

export interface QuarantineEntry extends OfUnit {
  readonly kind: 'quarantine';
}

export interface DoneEntry extends OfUnit {
  readonly kind: 'done';
}

export interface AgainEntry extends OfWork {
  /**
   * Nonces that had counted as hashed, of a unit that is done or of one that is not, are the next
   * unit: whoever hashed them is not believed any more.
   */
  readonly kind: 'again';
  readonly index: number;
  readonly span: Span;
}

/** A solution, whatever becomes of its unit. */
export interface SolutionEntry extends OfUnit {
  readonly kind: 'solution';
  readonly span: Span;
  readonly fence: number;
  readonly worker: string;
  readonly share: Share;
}

export interface EndEntry extends OfWork {
  /** The work has left the record. */
  readonly kind: 'end';
}

/** Of a work that is on record. */
export type StepEntry =
  | CountsEntry
  | UnitEntry
  | CarveEntry
  | LeaseEntry
  | ProgressEntry
  | FailureEntry
  | SplitEntry
  | QuarantineEntry
  | DoneEntry
  | AgainEntry
  | SolutionEntry;

export type Entry = EpochEntry | ConductEntry | WorkEntry | EndEntry | StepEntry;
