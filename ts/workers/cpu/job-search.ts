/** One job on the engine: portions in their order, solutions in the same order. */

import { hearAbort, unhearAbort } from '../../core/abort.js';
import { goalPlan } from '../../core/goal.js';
import { holdProcess, releaseProcess } from '../../core/keep-alive.js';
import { solutionOf } from '../../core/solution.js';
import { workPlan } from '../../core/work.js';
import { PowError } from '../../errors.js';
import type { Job, MiningHow, Roll, RunningJob } from '../../miner/ports.js';
import { noncesOf, type Portion, Portions, restAfter } from '../../miner/variants.js';
import type {
  BackendEngine,
  BackendSearch,
  GoalPlan,
  SearchEnd,
  WorkPlan,
} from '../../native/contract.js';

/** Small portions (few nonces per variant) are searched side by side until there are so many. */
const LEAST_NONCES_IN_FLIGHT = 1n << 18n;
const MOST_IN_FLIGHT = 64;

interface Rolled {
  readonly variant: bigint;
  readonly plan: WorkPlan;
  readonly roll: Roll;
}

interface PortionSearch {
  readonly portion: Portion;
  readonly rolled: Rolled;
  readonly running: BackendSearch;
  end: SearchEnd | null;
}

export interface JobSearchOptions {
  readonly engine: BackendEngine;
  /** Most nonces of a portion; `null`: all of a variant. */
  readonly batchNonces: bigint | null;
  /** Draws the nonce that each variant starts at, given how many there are. */
  readonly firstNonce: (nonces: bigint) => bigint;
}

export class JobSearch {
  readonly #job: Job;
  readonly #how: MiningHow;
  readonly #goal: GoalPlan;
  readonly #engine: BackendEngine;
  readonly #portions: Portions;
  readonly #batchNonces: bigint;
  readonly #batchIsAll: boolean;
  /** In the order of the portions. The head is taken in first: others may have ended, and wait. */
  readonly #searches: PortionSearch[] = [];
  readonly #startedMs = performance.now();
  #rolled: Rolled;
  #hashes = 0;
  #solutions = 0;
  /** Hashes when the job was told to stop. */
  #hashesAtStop: number | null = null;
  #state: 'open' | 'finishing' | 'stopped' | 'solved' = 'open';
  #failure: { readonly error: unknown } | null = null;
  #settle: (failure: { readonly error: unknown } | null) => void = () => {};

  /** @throws what `job.work` throws; `POW_RANGE` for nonces that the layout does not hold */
  constructor(job: Job, how: MiningHow, { engine, batchNonces, firstNonce }: JobSearchOptions) {
    this.#job = job;
    this.#how = how;
    this.#goal = goalPlan(job.target, 'job.target');
    this.#engine = engine;
    this.#rolled = roll(job, 0n);
    const nonces = noncesOf(job, this.#rolled.plan);
    const count = nonces.end - nonces.start;
    this.#portions = new Portions(job.variants, nonces, nonces.start + firstNonce(count));
    this.#batchNonces = batchNonces ?? count;
    this.#batchIsAll = this.#batchNonces >= count;
  }

  get hashes(): number {
    return this.#searches.reduce((sum, { running }) => sum + running.hashes(), this.#hashes);
  }

  get solutions(): number {
    return this.#solutions;
  }

  /** Made after the job was told to stop. */
  get wastedHashes(): number {
    return this.#hashesAtStop === null ? 0 : this.hashes - this.#hashesAtStop;
  }

  get row(): RunningJob {
    const { id, lane } = this.#job;
    return { id, lane, hashes: this.hashes, ageMs: performance.now() - this.#startedMs };
  }

  /** Once. Settles when the last thread has left the job. */
  async run(): Promise<'exhausted' | 'stopped'> {
    const { stop, finishBatch } = this.#how;
    const stopNow = () => this.stop();
    const finish = () => this.#finish();
    hearAbort(stop, stopNow);
    hearAbort(finishBatch, finish);
    holdProcess();
    try {
      if (stop.aborted) this.stop();
      if (finishBatch.aborted) this.#finish();
      const over = new Promise<{ readonly error: unknown } | null>((resolve) => {
        this.#settle = resolve;
      });
      this.#advance();
      const failure = await over;
      if (failure !== null) throw failure.error;
      return this.#hashesAtStop === null || this.#state === 'solved' ? 'exhausted' : 'stopped';
    } finally {
      unhearAbort(stop, stopNow);
      unhearAbort(finishBatch, finish);
      releaseProcess();
      this.#how.hashed(this.hashes);
    }
  }

  /** Every thread leaves within a chunk; what it found there still counts. */
  stop(): void {
    this.#hashesAtStop ??= this.hashes;
    if (this.#state !== 'solved') this.#state = 'stopped';
    for (const { running } of this.#searches) running.cancel();
  }

  /** Without portions of a limited size the batch in hand is the chunk of each thread. */
  #finish(): void {
    if (this.#state !== 'open') return;
    if (this.#batchIsAll) {
      this.stop();
      return;
    }
    this.#hashesAtStop ??= this.hashes;
    this.#state = 'finishing';
  }

  /** Takes in what has ended, in order; starts what is next; settles when nothing is left. */
  #advance(): void {
    try {
      for (let head = this.#searches[0]; head?.end != null; head = this.#searches[0]) {
        this.#searches.shift();
        this.#hashes += head.running.hashes();
        this.#take(head, head.end);
      }
      this.#fill();
    } catch (error) {
      this.#failure ??= { error };
      this.stop();
    }
    if (this.#searches.length === 0) this.#settle(this.#failure);
  }

  #take({ portion, rolled }: PortionSearch, end: SearchEnd): void {
    switch (end.kind) {
      case 'exhausted':
      case 'cancelled':
        return;
      case 'panicked':
        throw new PowError('POW_PANIC', end.detail);
      case 'closed':
        throw new PowError('POW_CLOSED', 'the engine closed while the job ran');
      case 'found': {
        if (this.#state === 'solved') return;
        const solution = solutionOf(rolled.plan, this.#job.target, end.nonce);
        this.#solutions += 1;
        this.#how.found({ job: this.#job, roll: rolled.roll, solution });
        if (this.#job.goal === 'first') {
          this.#state = 'solved';
          for (const { running } of this.#searches) running.cancel();
          return;
        }
        const rest = restAfter(portion, end.nonce);
        if (rest !== null && (this.#state === 'open' || this.#state === 'finishing')) {
          this.#searches.unshift(this.#search(rest, rolled));
        }
      }
    }
  }

  #fill(): void {
    while (this.#state === 'open' && this.#searches.length < MOST_IN_FLIGHT) {
      const inFlight = this.#searches.reduce((sum, { portion }) => sum + size(portion), 0n);
      if (this.#searches.length > 0 && inFlight >= LEAST_NONCES_IN_FLIGHT) return;
      const portion = this.#portions.next(this.#batchNonces);
      if (portion === null) return;
      if (portion.variant !== this.#rolled.variant) {
        this.#rolled = roll(this.#job, portion.variant);
      }
      this.#searches.push(this.#search(portion, this.#rolled));
    }
  }

  #search(portion: Portion, rolled: Rolled): PortionSearch {
    const plan = { work: rolled.plan, goal: this.#goal, start: portion.start, end: portion.end };
    const search: { -readonly [Key in keyof PortionSearch]: PortionSearch[Key] } = {
      portion,
      rolled,
      end: null,
      running: this.#engine.search({ ...plan, label: this.#job.id }, (ended) => {
        search.end = ended;
        this.#advance();
      }),
    };
    return search;
  }
}

function roll(job: Job, variant: bigint): Rolled {
  const { work, roll } = job.work(variant);
  return { variant, plan: workPlan(work, 'job.work'), roll };
}

function size({ start, end }: Portion): bigint {
  return end - start;
}
