/** What the record decides, as data: whoever has the sockets carries it out. */

import type {
  CancelReason,
  LeaseEnd,
  QueueEvent,
  Unit,
  Verdict,
  WorkId,
  WorkSpec,
} from '../queue.js';
import type { Entry } from './entries.js';
import type { Scanned } from './judges.js';

/** One lease, by what worker and master both know of it. */
export interface LeaseKey {
  readonly work: WorkId;
  readonly index: number;
  readonly fence: number;
}

/** A lease that a worker says it holds, when it connects. */
export interface HeldLease extends LeaseKey {
  readonly scannedTo: bigint;
}

/** A unit that is lent to a worker from now on. */
export interface Assignment {
  readonly spec: WorkSpec;
  readonly unit: Unit;
  readonly fence: number;
  readonly resumeAt: bigint;
  readonly ttlMs: number;
}

export type Effect =
  /** Goes to the worker once the entries are stored. */
  | { readonly kind: 'assign'; readonly worker: string; readonly assignment: Assignment }
  /** One lease is over: the worker stops. At once. */
  | {
      readonly kind: 'end';
      readonly worker: string;
      readonly lease: LeaseKey;
      readonly why: LeaseEnd;
    }
  /** A work is over: these workers hold units of it, all others are told as well. At once. */
  | {
      readonly kind: 'cancel';
      readonly work: WorkId;
      readonly reason: CancelReason;
      readonly holders: readonly string[];
    }
  /** Every holder of a cancelled work has let go, or is lost, or has had two seconds. */
  | { readonly kind: 'over'; readonly work: WorkId; readonly purged: number }
  /** The connection of the worker is to be closed: banned, or silent for too long. At once. */
  | { readonly kind: 'drop'; readonly worker: string; readonly why: 'banned' | 'silent' }
  /** Was hashed, says whoever had the lease: a part of it may be hashed again, to see. */
  | { readonly kind: 'scanned'; readonly scanned: Scanned }
  /** Goes to the owner of the queue once the entries are stored. */
  | { readonly kind: 'event'; readonly event: QueueEvent };

/** Not for the disk to delay: it takes away, and gives nothing. */
export function isUrgent({ kind }: Effect): boolean {
  return kind === 'cancel' || kind === 'end' || kind === 'drop';
}

export interface Decisions {
  /** For the journal, in this order, before `assign`, `over` and `event` leave the process. */
  readonly entries: readonly Entry[];
  readonly effects: readonly Effect[];
}

/** What a worker is told about its result once the entries are stored. */
export interface Answer {
  readonly verdict: Verdict;
  readonly reason?: string | undefined;
}

/** Of one lease, when its worker says that it lives. */
export type Extension =
  | { readonly kept: true; readonly ttlMs: number }
  | { readonly kept: false; readonly why: LeaseEnd };
