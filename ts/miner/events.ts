/** What a miner tells while it runs, in the order in which it happens. */

import type { Found, Job, Outcome } from './ports.js';
import type { Starved } from './starvation.js';

export type MinerEvent =
  /** A live set was taken in one go; `fresh`: how many of its jobs were new. */
  | { readonly kind: 'taken'; readonly jobs: number; readonly fresh: number }
  /** The worker cannot mine it: its lane stands still. */
  | { readonly kind: 'refused'; readonly job: Job; readonly reason: string }
  | {
      readonly kind: 'started';
      readonly job: Job;
      /** The older job of the lane, which is stopped next. */
      readonly switchedFrom: Job | null;
    }
  /** A refresh that is no other work than what runs. */
  | { readonly kind: 'skipped'; readonly job: Job }
  | {
      readonly kind: 'ended';
      readonly job: Job;
      readonly how: 'exhausted' | 'stopped';
      readonly hashes: number;
    }
  /** The worker failed on a job; the lane starts again after a rest. */
  | { readonly kind: 'failed'; readonly job: Job; readonly hashes: number; readonly error: unknown }
  /** On its way to the source. */
  | { readonly kind: 'found'; readonly found: Found }
  | { readonly kind: 'outcome'; readonly found: Found; readonly outcome: Outcome }
  /** The source could not send it. */
  | { readonly kind: 'undelivered'; readonly found: Found; readonly error: unknown }
  /** Threads had nothing to hash while there was work. At most one in ten seconds. */
  | StarvedEvent;

export interface StarvedEvent extends Starved {
  readonly kind: 'starved';
  /** New jobs in the set that was taken last. */
  readonly batch: number;
  /** Jobs in the hands of the worker now. */
  readonly running: number;
}
