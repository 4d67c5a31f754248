/**
 * Jobs in the hands of a worker that does no work: each waits until the worker says that it is
 * solved. Any nonce will do, since the node has proof of work switched off.
 */

import { hearAbort, unhearAbort } from '../core/abort.js';
import { digestOf } from '../core/digest.js';
import { messageOf } from '../core/message.js';
import { workPlan } from '../core/work.js';
import { PowError } from '../errors.js';
import type { Clock } from '../miner/clock.js';
import { errorCode } from '../miner/error-code.js';
import type { Job, MiningHow, WorkerStats } from '../miner/ports.js';
import type { Random } from '../miner/seed.js';
import { noncesOf, Portions } from '../miner/variants.js';

/** More than the chains of any network. */
export const HELD_LANES = 64;

/** A job in hand. */
export interface HeldJob {
  readonly job: Job;
  readonly sinceMs: number;
  /** Made on it so far, or said to be: the worker counts them. */
  hashes: number;
}

interface OwnHeldJob extends HeldJob {
  readonly how: MiningHow;
  readonly portions: Portions;
  readonly settle: (end: End) => void;
}

type End = 'exhausted' | 'stopped' | { readonly error: unknown };

export interface HeldJobsOptions {
  /** Of the worker. */
  readonly kind: string;
  readonly clock: Clock;
  /** Draws the nonces. */
  readonly random: Random;
  /** Told when a job was taken in hand. */
  readonly onTaken: (held: HeldJob) => void;
  /** Told right before a job leaves: solved, stopped or failed. */
  readonly onLeaving: (held: HeldJob) => void;
}

export class HeldJobs {
  readonly #options: HeldJobsOptions;
  readonly #held = new Set<OwnHeldJob>();
  readonly #errors = new Map<string, number>();
  readonly #past = { hashes: 0, solutions: 0 };
  #closed = false;

  constructor(options: HeldJobsOptions) {
    this.#options = options;
  }

  /** In hand now, oldest first. */
  get all(): readonly HeldJob[] {
    return [...this.#held];
  }

  refuses(job: Job): string | null {
    if (job.variants < 1n) return 'it has no work: variants is below 1';
    if (job.proof === 'unchecked') return null;
    return `it needs proof of work, and ${this.#options.kind} does none`;
  }

  /** Until it is solved, or told to stop. Rejects with `POW_CLOSED`, or what `job.work` throws. */
  async hold(job: Job, how: MiningHow): Promise<'exhausted' | 'stopped'> {
    const { kind, onTaken } = this.#options;
    if (this.#closed) throw new PowError('POW_CLOSED', `the ${kind} worker is closed`);
    const { stop, finishBatch } = how;
    if (stop.aborted || finishBatch.aborted) {
      how.hashed(0);
      return 'stopped';
    }
    let settle: (end: End) => void = () => {};
    const over = new Promise<End>((resolve) => {
      settle = resolve;
    });
    const held = this.#hold(job, how, settle);
    const stopped = () => this.#leave(held, 'stopped');
    hearAbort(stop, stopped);
    hearAbort(finishBatch, stopped);
    onTaken(held);
    const end = await over;
    unhearAbort(stop, stopped);
    unhearAbort(finishBatch, stopped);
    how.hashed(held.hashes);
    if (typeof end === 'object') throw end.error;
    return end;
  }

  /** Reports one more nonce of the job; with the goal `first`, or without any other, it is over. */
  solve(held: HeldJob): void {
    const { job, how, portions } = held as OwnHeldJob;
    if (!this.#held.has(held as OwnHeldJob)) return;
    const portion = portions.next(1n);
    if (portion === null) {
      this.#leave(held as OwnHeldJob, 'exhausted');
      return;
    }
    try {
      const { work, roll } = job.work(portion.variant);
      const plan = workPlan(work, 'job.work');
      const message = messageOf(plan, portion.start);
      const hash = digestOf(plan.algorithm, message);
      this.#past.solutions += 1;
      how.found({ job, roll, solution: { nonce: portion.start, hash, message } });
    } catch (error) {
      this.#count(error);
      this.#leave(held as OwnHeldJob, { error });
      return;
    }
    if (job.goal === 'first') this.#leave(held as OwnHeldJob, 'exhausted');
  }

  stats(): WorkerStats {
    const nowMs = this.#options.clock.now();
    const running = [...this.#held].map(({ job: { id, lane }, hashes, sinceMs }) => {
      return { id, lane, hashes, ageMs: nowMs - sinceMs };
    });
    const hashes = running.reduce((sum, row) => sum + row.hashes, this.#past.hashes);
    const none = { wastedHashes: 0, threads: [], restarts: 0, warnings: [] };
    const errors = Object.fromEntries(this.#errors);
    return { ...none, hashes, solutions: this.#past.solutions, running, errors };
  }

  /** Stops every job; later ones are refused. */
  close(): void {
    this.#closed = true;
    for (const held of [...this.#held]) this.#leave(held, 'stopped');
  }

  #hold(job: Job, how: MiningHow, settle: (end: End) => void): OwnHeldJob {
    const { clock, random } = this.#options;
    try {
      const nonces = noncesOf(job, workPlan(job.work(0n).work, 'job.work'));
      const first = nonces.start + random.below(nonces.end - nonces.start);
      const portions = new Portions(job.variants, nonces, first);
      const held = { job, how, portions, settle, sinceMs: clock.now(), hashes: 0 };
      this.#held.add(held);
      return held;
    } catch (error) {
      this.#count(error);
      how.hashed(0);
      throw error;
    }
  }

  #leave(held: OwnHeldJob, end: End): void {
    if (!this.#held.has(held)) return;
    this.#options.onLeaving(held);
    this.#held.delete(held);
    this.#past.hashes += held.hashes;
    held.settle(end);
  }

  #count(error: unknown): void {
    const code = errorCode(error, 'POW_WORKER');
    this.#errors.set(code, (this.#errors.get(code) ?? 0) + 1);
  }
}
