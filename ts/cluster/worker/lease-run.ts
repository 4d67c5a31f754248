/** One lease on the engine: slices out, shares and progress back, and how it is let go. */

import { hearAbort, unhearAbort } from '../../core/abort.js';
import { goalPlan } from '../../core/goal.js';
import { solutionOf } from '../../core/solution.js';
import { workPlan } from '../../core/work.js';
import { PowError } from '../../errors.js';
import type {
  BackendEngine,
  BackendSearch,
  GoalPlan,
  SearchEnd,
  WorkPlan,
} from '../../native/contract.js';
import type { Lease, LeaseEnd } from '../queue.js';
import { patchedWork } from '../work-of-job.js';
import type { LeaseRow } from './options.js';
import { Reports } from './reports.js';
import { type Slice, Slices } from './slices.js';

/** What was so when a slice began. */
export interface SliceBegin {
  /** Searches in flight, itself one of them, */
  readonly beside: number;
  /** and how often the engine had been paused. */
  readonly pauses: number;
}

/** A slice that was hashed to its end, in one go. */
export interface SliceEnd extends SliceBegin {
  readonly nonces: number;
  readonly tookMs: number;
}

export type RunEnd = 'completed' | 'stopped' | 'failed';

export interface LeaseRunHow {
  readonly engine: BackendEngine;
  readonly now: () => number;
  /** A search left the engine: there is room for another. `null`: it was not hashed to its end. */
  readonly onRoom: (run: LeaseRun, end: SliceEnd | null) => void;
  readonly onShare: (isSolution: boolean) => void;
  readonly onError: (error: unknown) => void;
}

/** `open`: it is hashed, or has been to its end. */
type State = 'open' | 'found' | { readonly stop: LeaseEnd } | { readonly failed: unknown };

interface Running {
  readonly slice: Slice;
  readonly search: BackendSearch;
}

export class LeaseRun {
  readonly lease: Lease;
  /** Works of one kind hash alike. */
  readonly kind: string;
  readonly plan: WorkPlan;
  /** Settles when the lease is let go, and the master knows. Never rejects. */
  readonly over: Promise<RunEnd>;
  readonly #how: LeaseRunHow;
  readonly #goal: GoalPlan;
  readonly #slices: Slices;
  readonly #reports: Reports;
  readonly #running = new Set<Running>();
  /** Slices that wait until shares are told. */
  #held: Slice[] = [];
  readonly #sinceMs: number;
  #hashes = 0;
  #state: State = 'open';
  #isEnding = false;
  #settle: (end: RunEnd) => void = () => {};
  readonly #stopped = () => this.stop(this.lease.signal.reason as LeaseEnd);

  /** @throws what is wrong with the work */
  constructor(lease: Lease, how: LeaseRunHow) {
    const { spec, unit, resumeAt, signal } = lease;
    this.lease = lease;
    this.#how = how;
    this.plan = workPlan(patchedWork(spec.work, unit.patch), 'spec.work');
    this.kind = `${this.plan.algorithm} ${this.plan.message.length}`;
    this.#goal = goalPlan(spec.shareTarget, 'spec.shareTarget');
    this.#slices = new Slices(resumeAt, unit.end);
    const { onError } = how;
    this.#reports = new Reports(lease, { onError, onRoom: () => this.#letGoOn() });
    this.#sinceMs = how.now();
    this.over = new Promise((resolve) => {
      this.#settle = resolve;
    });
    hearAbort(signal, this.#stopped);
    if (signal.aborted) this.#stopped();
    this.#endIfDone();
  }

  /** There is a slice to begin. */
  get hasMore(): boolean {
    return this.#state === 'open' && this.#slices.left > 0n && !this.#reports.isFull;
  }

  /** Hashes nothing any more, and will not: only the master is still to hear of it. */
  get isHashed(): boolean {
    return this.#isEnding;
  }

  /** Searches on the engine now. */
  get inFlight(): number {
    return this.#running.size;
  }

  get hashes(): number {
    let hashes = this.#hashes;
    for (const { search } of this.#running) hashes += search.hashes();
    return hashes;
  }

  get row(): LeaseRow {
    const { unit, spec } = this.lease;
    const ageMs = this.#how.now() - this.#sinceMs;
    return { unit: `${unit.work}.${unit.index}`, lane: spec.lane, hashes: this.hashes, ageMs };
  }

  /** Begins the next slice. */
  begin(mostNonces: bigint, how: SliceBegin): void {
    this.#search(this.#slices.cut(mostNonces), how);
  }

  /** Every thread leaves within a chunk; what it found there is still told. */
  stop(reason: LeaseEnd): void {
    this.#leave({ stop: reason });
  }

  fail(error: unknown): void {
    this.#how.onError(error);
    this.#leave({ failed: error });
  }

  #leave(state: Exclude<State, 'open'>): void {
    if (this.#state !== 'open') return;
    this.#state = state;
    this.#held = [];
    for (const { search } of this.#running) search.cancel();
    this.#endIfDone();
  }

  /** @param begin - `null`: not from the start of the slice, so its time tells nothing */
  #search(slice: Slice, begin: SliceBegin | null): void {
    const { engine, now } = this.#how;
    const start = slice.doneTo;
    const begunMs = now();
    const { unit } = this.lease;
    try {
      const plan = { work: this.plan, goal: this.#goal, start, end: slice.end };
      const label = `${unit.work}.${unit.index}`;
      const running: Running = {
        slice,
        search: engine.search({ ...plan, label }, (end) => {
          this.#running.delete(running);
          const tookMs = now() - begunMs;
          const nonces = Number(slice.end - start);
          const isWhole = end.kind === 'exhausted' && begin !== null;
          this.#take(running, start, end);
          this.#how.onRoom(this, isWhole ? { ...begin, nonces, tookMs } : null);
          this.#endIfDone();
        }),
      };
      this.#running.add(running);
    } catch (error) {
      this.fail(error);
    }
  }

  #take({ slice, search }: Running, start: bigint, end: SearchEnd): void {
    switch (end.kind) {
      case 'exhausted':
        this.#hashed(slice, start, slice.end);
        break;
      case 'cancelled':
        this.#count(search.hashes());
        break;
      case 'found':
        this.#found(slice, start, end.nonce);
        break;
      case 'panicked':
        this.#count(search.hashes());
        this.fail(new PowError('POW_PANIC', end.detail));
        break;
      case 'closed':
        this.stop('shutdown');
    }
  }

  #found(slice: Slice, start: bigint, nonce: bigint): void {
    const { spec } = this.lease;
    try {
      const { hash } = solutionOf(this.plan, spec.shareTarget, nonce);
      const isSolution = spec.target.isMetBy(hash, this.plan.hashOrder);
      this.#reports.found({ nonce, hash }, isSolution);
      this.#how.onShare(isSolution);
      this.#hashed(slice, start, nonce + 1n);
      if (isSolution && spec.goal === 'first') {
        this.#leave('found');
        return;
      }
    } catch (error) {
      this.fail(error);
      return;
    }
    this.#reports.tell(this.#slices.scannedTo);
    if (this.#state !== 'open' || slice.doneTo === slice.end) return;
    if (this.#reports.isFull) this.#held.push(slice);
    else this.#search(slice, null);
  }

  #hashed(slice: Slice, start: bigint, end: bigint): void {
    this.#count(Number(end - start));
    this.#slices.note(slice, end);
    this.lease.progress(this.#reports.reach(this.#slices.scannedTo));
  }

  #count(hashes: number): void {
    this.#hashes += hashes;
    this.#reports.hashed(hashes);
  }

  /** Shares were told: slices that waited for that go on. */
  #letGoOn(): void {
    for (const slice of this.#held.splice(0)) this.#search(slice, null);
    this.#how.onRoom(this, null);
  }

  #endIfDone(): void {
    if (this.#isEnding || this.#running.size > 0) return;
    if (this.#state === 'open' && !this.#slices.isDone) return;
    this.#isEnding = true;
    unhearAbort(this.lease.signal, this.#stopped);
    void this.#end();
  }

  async #end(): Promise<void> {
    const { scannedTo } = this.#slices;
    const state = this.#state;
    if (state === 'open' || state === 'found') {
      await this.#reports.end(state === 'found' ? 'found' : 'exhausted', scannedTo);
      return this.#settle('completed');
    }
    if ('failed' in state) {
      await this.#reports.end('partial', scannedTo);
      const failed = state.failed instanceof Error ? state.failed.message : String(state.failed);
      await this.#release({ scannedTo, failed });
      return this.#settle('failed');
    }
    // The lease is somebody else's by now: only a solution is worth a late result.
    const isGone = state.stop === 'lost' || state.stop === 'revoked';
    if (!isGone || this.#reports.hasSolution) await this.#reports.end('partial', scannedTo);
    if (!isGone) await this.#release({ scannedTo });
    this.#settle('stopped');
  }

  async #release(how: { scannedTo: bigint; failed?: string }): Promise<void> {
    try {
      await this.lease.release(how);
    } catch (error) {
      this.#how.onError(error);
    }
  }
}
