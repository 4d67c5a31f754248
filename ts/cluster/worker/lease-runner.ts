/**
 * Leases of a queue on an engine. Several slices are always in flight, of the next lease too as
 * soon as one has no more of them, so that no thread waits between slices, shares and units.
 */

import { hearAbort, unhearAbort } from '../../core/abort.js';
import { PowError } from '../../errors.js';
import { type Clock, monotonicClock } from '../../miner/clock.js';
import type { Algorithm, BackendEngine } from '../../native/contract.js';
import type { Lease, WorkerQueue } from '../queue.js';
import { LeaseRun, type RunEnd, type SliceEnd } from './lease-run.js';
import type { LeaseRow, UnitCounts } from './options.js';
import { Pace } from './pace.js';

/** Of a worker at once, whatever its threads. */
const MOST_LEASES = 64;
/** Leases that wait behind the one that is hashed. */
const AHEAD = 2;
/** Leases in hand are to last so long, where they are small. */
const AHEAD_MS = 2_000;
const GUESS = 1e6;
const FIRST_REST_MS = 100;
const LONGEST_REST_MS = 10_000;
const CLOSE_MS = 3_000;

export interface LeaseRunnerOptions {
  /** Threads of the engine. */
  readonly threads: number;
  /** Hashes a second of one thread, until it is known better. */
  readonly guess?: ((algorithm: Algorithm) => number) | undefined;
  /** Gets what a work needs before its first hash: its dataset. */
  readonly prepare?: ((lease: Lease) => Promise<void>) | undefined;
  readonly onError?: ((error: unknown) => void) | undefined;
  readonly clock?: Clock | undefined;
}

export interface LeaseRunnerStats {
  readonly leases: readonly LeaseRow[];
  readonly units: UnitCounts;
  readonly hashes: number;
  readonly shares: number;
  readonly solutions: number;
}

export class LeaseRunner {
  readonly #queue: WorkerQueue;
  readonly #engine: BackendEngine;
  readonly #options: LeaseRunnerOptions;
  readonly #clock: Clock;
  readonly #pace = new Pace();
  /** In the order in which they came. */
  readonly #runs = new Set<LeaseRun>();
  /** Leases whose dataset is on its way. */
  readonly #preparing = new Set<Promise<void>>();
  readonly #units = { completed: 0, stopped: 0, failed: 0 };
  readonly #past = { hashes: 0, shares: 0, solutions: 0 };
  readonly #closing = new AbortController();
  #threads: number;
  /** Counts pauses: a slice that slept says nothing of the pace. */
  #pauses = 0;
  #isPaused = false;
  /** How long a unit lasts, of late. */
  #unitMs = Number.POSITIVE_INFINITY;
  #failures = 0;
  #running: Promise<void> | null = null;

  constructor(queue: WorkerQueue, engine: BackendEngine, options: LeaseRunnerOptions) {
    this.#queue = queue;
    this.#engine = engine;
    this.#options = options;
    this.#clock = options.clock ?? monotonicClock;
    this.#threads = options.threads;
  }

  /**
   * Until {@link LeaseRunner.close} is called or the queue closes; once.
   *
   * @returns rejects with what the queue fails with for good
   */
  run(): Promise<void> {
    this.#running ??= this.#run();
    return this.#running;
  }

  /** The engine has so many threads from now on. */
  resized(threads: number): void {
    this.#threads = threads;
    this.#fill();
  }

  /** Takes no more leases while the engine is paused. */
  paused(isPaused: boolean): void {
    if (isPaused) this.#pauses += 1;
    this.#isPaused = isPaused;
  }

  stats(): LeaseRunnerStats {
    const runs = [...this.#runs];
    const hashes = runs.reduce((sum, run) => sum + run.hashes, this.#past.hashes);
    const leases = runs.filter(({ isHashed }) => !isHashed).map(({ row }) => row);
    return { ...this.#past, hashes, leases, units: { ...this.#units } };
  }

  /** Gives back every lease with what is hashed of it. Bounded in time; idempotent. */
  async close(): Promise<void> {
    this.#closing.abort();
    for (const run of this.#runs) run.stop('shutdown');
    let cancel = () => {};
    const tooLong = new Promise<void>((resolve) => {
      cancel = this.#clock.after(CLOSE_MS, resolve);
    });
    const all = [...[...this.#runs].map(({ over }) => over), ...this.#preparing];
    await Promise.race([Promise.allSettled(all), tooLong]);
    cancel();
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    for await (const lease of this.#queue.leases({ most: () => this.#most(), signal })) {
      this.#take(lease);
      if (this.#failures > 0) await this.#rest();
    }
  }

  /** Few, so that none waits here which another worker could begin. */
  #most(): number {
    if (this.#isPaused) return 0;
    const most = Math.min(Math.max(2, 2 * this.#threads), MOST_LEASES);
    const lasting = Math.ceil(AHEAD_MS / Math.max(this.#unitMs, 1));
    return Math.min(Math.max(1 + AHEAD, lasting), most);
  }

  #take(lease: Lease): void {
    const { prepare } = this.#options;
    const { dataset } = lease.spec;
    if (dataset === undefined) {
      this.#start(lease);
      return;
    }
    if (prepare === undefined) {
      this.#refuse(lease, new PowError('POW_WORKER', `no place for dataset ${dataset}`));
      return;
    }
    const preparing = prepare(lease).then(
      () => this.#start(lease),
      (error: unknown) => {
        // One that ended meanwhile is let go like any other.
        if (lease.signal.aborted || this.#closing.signal.aborted) this.#start(lease);
        else this.#refuse(lease, error);
      },
    );
    this.#preparing.add(preparing);
    void preparing.finally(() => this.#preparing.delete(preparing));
  }

  #start(lease: Lease): void {
    let run: LeaseRun;
    try {
      run = new LeaseRun(lease, {
        engine: this.#engine,
        now: () => this.#clock.now(),
        onRoom: (of, end) => this.#room(of, end),
        onShare: (isSolution) => {
          this.#past.shares += 1;
          if (isSolution) this.#past.solutions += 1;
        },
        onError: (error) => this.#options.onError?.(error),
      });
    } catch (error) {
      this.#refuse(lease, error);
      return;
    }
    this.#runs.add(run);
    void run.over.then((end) => this.#ended(run, end));
    if (this.#closing.signal.aborted) run.stop('shutdown');
    this.#fill();
  }

  /** Its work cannot be hashed here. */
  #refuse(lease: Lease, error: unknown): void {
    const { onError } = this.#options;
    onError?.(error);
    this.#units.failed += 1;
    this.#failures += 1;
    const failed = error instanceof Error ? error.message : String(error);
    lease.release({ scannedTo: lease.resumeAt, failed }).catch((why: unknown) => onError?.(why));
  }

  #ended(run: LeaseRun, end: RunEnd): void {
    this.#runs.delete(run);
    this.#past.hashes += run.hashes;
    this.#units[end] += 1;
    if (end === 'failed') this.#failures += 1;
    if (end === 'completed') {
      this.#failures = 0;
      // With several in hand each takes longer, and so many end in that time.
      const tookMs = run.row.ageMs / (this.#runs.size + 1);
      this.#unitMs = Number.isFinite(this.#unitMs) ? 0.7 * this.#unitMs + 0.3 * tookMs : tookMs;
    }
  }

  #room(run: LeaseRun, end: SliceEnd | null): void {
    if (end !== null && !this.#isPaused && end.pauses === this.#pauses) {
      const threads = this.#threads;
      this.#pace.note(run.kind, this.#guess(run), { ...end, threads });
    }
    this.#fill();
  }

  /** So many that one is left for each thread while another ends. */
  #fill(): void {
    const wanted = 2 * this.#threads + 1;
    let inFlight = 0;
    for (const run of this.#runs) inFlight += run.inFlight;
    for (const run of this.#runs) {
      while (run.hasMore && inFlight < wanted) {
        inFlight += 1;
        // The first ones are of all sizes, lest they end all at once.
        const nonces = this.#pace.nonces(run.kind, this.#guess(run));
        const part = (nonces * BigInt(inFlight)) / BigInt(wanted);
        run.begin(part > 0n ? part : 1n, { beside: inFlight, pauses: this.#pauses });
      }
    }
  }

  #guess({ plan }: LeaseRun): number {
    return this.#options.guess?.(plan.algorithm) ?? GUESS;
  }

  /** What fails here once may fail here always: other workers are to get a chance. */
  async #rest(): Promise<void> {
    const { signal } = this.#closing;
    const restMs = Math.min(FIRST_REST_MS * 2 ** (this.#failures - 1), LONGEST_REST_MS);
    await new Promise<void>((resolve) => {
      const rested = () => {
        unhearAbort(signal, rested);
        cancel();
        resolve();
      };
      const cancel = this.#clock.after(restMs, rested);
      hearAbort(signal, rested);
      if (signal.aborted) rested();
    });
  }
}
