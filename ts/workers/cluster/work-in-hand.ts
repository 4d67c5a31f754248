/** A work that the cluster mines, and the jobs that wait for it: two jobs of the same bytes share one. */

import type {
  CancelReason,
  MasterQueue,
  QueueEvent,
  WorkId,
  WorkSpace,
  WorkSpec,
} from '../../cluster/queue.js';
import { goalPlan } from '../../core/goal.js';
import { type Solution, solutionOf } from '../../core/solution.js';
import { workPlan } from '../../core/work.js';
import type { Job } from '../../miner/ports.js';
import type { JobEnd, JobInHand } from './job-in-hand.js';

export type ResultEvent = Extract<QueueEvent, { readonly kind: 'result' }>;

export interface WorkInHandHow {
  readonly queue: MasterQueue;
  readonly spec: WorkSpec;
  readonly space: WorkSpace;
  /** Told of what went wrong where no job is left to hear it. */
  readonly onError: (error: unknown) => void;
  /** Told of every different one. */
  readonly onSolution: () => void;
}

interface Nonce {
  readonly variant: bigint;
  readonly nonce: bigint;
}

export class WorkInHand {
  readonly #how: WorkInHandHow;
  readonly #jobs = new Set<JobInHand>();
  /** By variant and nonce: whatever is told twice counts once. */
  readonly #solutions = new Map<string, Nonce>();
  readonly #published: Promise<boolean>;
  /** Whom a solution is for that comes when nobody waits any more. */
  #last: JobInHand | null = null;
  #state: 'open' | 'ending' | 'over' = 'open';
  #settle: () => void = () => {};
  /** Resolves when the work may be published anew. */
  readonly over: Promise<void>;

  constructor(how: WorkInHandHow) {
    this.#how = how;
    this.over = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#published = how.queue.publish(how.spec, how.space).then(
      () => true,
      (error: unknown) => {
        this.fail(error);
        return false;
      },
    );
  }

  get id(): WorkId {
    return this.#how.spec.id;
  }

  get lane(): string {
    return this.#how.spec.lane;
  }

  /** Hashes that one share is expected of. */
  get shareHashes(): number {
    return this.#how.spec.shareTarget.expectedHashes;
  }

  /** Jobs can still join it. */
  get isOpen(): boolean {
    return this.#state === 'open';
  }

  get isWaitedFor(): boolean {
    return this.#jobs.size > 0;
  }

  /** From now on the job hears of solutions, and first of those there are. */
  join(job: JobInHand): void {
    this.#jobs.add(job);
    this.#last = job;
    for (const each of this.#solutions.values()) this.#tell([job], each);
  }

  /**
   * The work of the last job that leaves is cancelled; that job still hears what is found meanwhile.
   *
   * @param reason - `shutdown`: it stays on record, for a job of the same bytes after the next start
   */
  leave(job: JobInHand, reason: 'stale' | 'shutdown'): void {
    if (this.#state !== 'open') return; // its end is near, and the job's with it
    if (this.#jobs.size === 1 && this.#jobs.has(job)) void this.cancel(reason);
    else this.#end(job, 'stopped');
  }

  /** Resolves when every worker has let go; of a work that is over, at once. */
  async cancel(reason: CancelReason): Promise<void> {
    if (this.#state !== 'open') return;
    this.#state = 'ending';
    if (!(await this.#published)) return;
    try {
      await this.#how.queue.cancel(this.id, reason);
    } catch (error) {
      this.#how.onError(error);
    }
    this.#over(reason === 'found' ? 'exhausted' : 'stopped');
  }

  exhausted(): void {
    void this.cancel('found');
  }

  fail(error: unknown): void {
    if (this.#jobs.size === 0) this.#how.onError(error);
    if (this.#state !== 'over') this.#over({ error });
  }

  /** @returns whether its hashes were of use */
  result(event: ResultEvent): boolean {
    const { verdict, hashes, unit, solutions } = event;
    const isOfUse = this.#state === 'open' && this.isWaitedFor && verdict === 'accepted';
    const [oldest] = this.#jobs;
    if (oldest !== undefined && verdict !== 'rejected') oldest.hashes += hashes;
    for (const { nonce } of solutions) this.#found({ variant: unit.variant, nonce });
    return isOfUse;
  }

  #found(found: Nonce): void {
    const isFirst = this.#how.spec.goal === 'first';
    if (isFirst && this.#solutions.size > 0) return;
    const key = `${found.variant}:${found.nonce}`;
    if (this.#solutions.has(key)) return;
    this.#solutions.set(key, found);
    this.#how.onSolution();
    // A worker that was cut off may bring it when nobody waits any more: it is late, not lost.
    const late = this.#last === null ? [] : [this.#last];
    this.#tell(this.#jobs.size > 0 ? [...this.#jobs] : late, found);
    if (isFirst) void this.cancel('found');
  }

  #tell(jobs: readonly JobInHand[], found: Nonce): void {
    for (const each of jobs) {
      try {
        const { roll, solution } = solved(each.job, found);
        const stale = each.isOver ? { stale: true } : {};
        each.found({ job: each.job, roll, solution, ...stale });
      } catch (error) {
        this.fail(error);
      }
    }
  }

  #over(end: JobEnd): void {
    this.#state = 'over';
    for (const job of [...this.#jobs]) this.#end(job, end);
    this.#settle();
  }

  #end(job: JobInHand, end: JobEnd): void {
    if (this.#jobs.delete(job)) job.end(end);
  }
}

/** @throws {@link PowError} `POW_MISMATCH`, or what `job.work` throws */
function solved(job: Job, { variant, nonce }: Nonce) {
  const { work, roll } = job.work(variant);
  const goal = job.target;
  goalPlan(goal, 'job.target');
  const solution: Solution = solutionOf(workPlan(work, 'job.work'), goal, nonce);
  return { roll, solution };
}
