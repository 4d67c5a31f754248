/** A cluster as a source of work: each lease is a job. With a cluster as its worker, a hierarchy. */

import { hearAbort, unhearAbort } from '../core/abort.js';
import { requireInteger } from '../core/arguments.js';
import { PowError } from '../errors.js';
import { type Clock, monotonicClock } from '../miner/clock.js';
import { errorCode } from '../miner/error-code.js';
import { Intake } from '../miner/intake.js';
import type { Found, Job, LaneStatus, Outcome, SourceStatus, WorkSource } from '../miner/ports.js';
import type { Lease, WorkerQueue } from './queue.js';
import { LeasedJob } from './source/leased-job.js';

const LEASES = 4;
const MOST_LEASES = 64;
/** A worker that is told to stop may still find something, for so long. */
const STOPPING_MS = 500;
/** Units last seconds: a worker that has not done one by then cannot. */
const LEASE_MS = 600_000;
const TOO_LONG = 'it was not hashed in ten minutes';
/** Jobs that a solution may still come for; the oldest go first. */
const MOST_PAST = 256;

export interface ClusterSourceOptions {
  /** Leases in hand at once, each a lane of its own. Default: 4. */
  readonly leases?: number | undefined;
  readonly clock?: Clock | undefined;
}

interface Slot {
  readonly lane: string;
  held: LeasedJob | null;
  /** No longer looks whether it is taken back. */
  unwatch: () => void;
  sinceMs: number;
  jobs: number;
}

/** For any worker that keeps to the nonces of its job. */
export class ClusterSource implements WorkSource {
  readonly #queue: WorkerQueue;
  readonly #clock: Clock;
  readonly #intake = new Intake();
  readonly #slots: readonly Slot[];
  /** By id: in hand, and let go of late. */
  readonly #jobs = new Map<string, LeasedJob>();
  readonly #ending = new Set<Promise<void>>();
  readonly #errors = new Map<string, number>();
  #lastError: string | null = null;
  #connection: SourceStatus['connection'] = 'connecting';
  #wasConnected = false;
  #reconnects = 0;
  #pulling: AbortController | null = null;
  #readers = 0;
  #closing: Promise<void> | null = null;

  /**
   * @param queue - it is closed with the source
   * @throws {@link PowError} `POW_ARGUMENT`
   */
  constructor(queue: WorkerQueue, options: ClusterSourceOptions = {}) {
    const { leases = LEASES, clock = monotonicClock } = options;
    requireInteger(leases, 1, MOST_LEASES, 'leases');
    this.#queue = queue;
    this.#clock = clock;
    this.#slots = Array.from({ length: leases }, (_, i): Slot => {
      return { lane: `unit-${i}`, held: null, unwatch: () => {}, sinceMs: 0, jobs: 0 };
    });
  }

  async *jobs(signal: AbortSignal): AsyncGenerator<readonly Job[], void, undefined> {
    if (this.#closing !== null || signal.aborted) return;
    this.#readers += 1;
    if (this.#pulling === null) {
      this.#pulling = new AbortController();
      void this.#pull(this.#pulling.signal);
    }
    try {
      yield* this.#intake.sets(signal);
    } finally {
      this.#readers -= 1;
      if (this.#readers === 0) {
        this.#pulling?.abort();
        this.#pulling = null;
        for (const slot of this.#slots) if (slot.held !== null) this.#stop(slot);
      }
    }
  }

  /** Rejects with `POW_SOURCE` for a job that is none of this source, or the reason of `signal`. */
  async submit(found: Found, signal: AbortSignal): Promise<Outcome> {
    const leased = this.#jobs.get(found.job.id);
    if (leased === undefined) {
      throw new PowError('POW_SOURCE', `${found.job.id} is no job of this source`);
    }
    let giveUp = (): void => {};
    const givenUp = new Promise<Outcome>((resolve) => {
      giveUp = () => resolve({ result: 'unknown', block: false, reason: 'not waited for' });
    });
    hearAbort(signal, giveUp);
    try {
      if (signal.aborted) giveUp();
      return await Promise.race([leased.submit(found.solution.nonce), givenUp]);
    } finally {
      unhearAbort(signal, giveUp);
    }
  }

  exhausted(job: Job): void {
    const slot = this.#slots.find(({ held }) => held?.job.id === job.id);
    if (slot?.held != null) this.#free(slot, slot.held.exhausted());
  }

  status(): SourceStatus {
    const nowMs = this.#clock.now();
    this.#look();
    const lanes = this.#slots.flatMap(({ lane, held, sinceMs, jobs }): LaneStatus[] => {
      return jobs === 0 ? [] : [{ lane, workAgeMs: held === null ? null : nowMs - sinceMs, jobs }];
    });
    return {
      ...{ connection: this.#connection, lanes, reconnects: this.#reconnects, requests: {} },
      errors: Object.fromEntries(this.#errors),
      ...{ lastError: this.#lastError ?? this.#queue.lastError(), warnings: [] },
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#pulling?.abort();
    this.#intake.end();
    for (const slot of this.#slots) this.#letGo(slot);
    let cancel = (): void => {};
    const tooLong = new Promise<void>((resolve) => {
      cancel = this.#clock.after(2 * STOPPING_MS, resolve);
    });
    await Promise.race([Promise.all(this.#ending), tooLong]);
    cancel();
    await this.#queue.close();
  }

  async #pull(signal: AbortSignal): Promise<void> {
    const most = () => this.#slots.length;
    try {
      for await (const lease of this.#queue.leases({ most, signal })) this.#take(lease);
    } catch (error) {
      if (!signal.aborted) this.#intake.end(error);
    }
  }

  #take(lease: Lease): void {
    this.#look();
    const nowMs = this.#clock.now();
    const slot = this.#freeSlot();
    const onError = (error: unknown) => this.#note(error);
    const scannedTo = lease.resumeAt;
    if (slot === undefined) {
      this.#note(new PowError('POW_SOURCE', 'more leases than were asked for'));
      // Not as failed: that says something of the unit.
      lease.release({ scannedTo }).catch(onError);
      return;
    }
    try {
      const how = { lane: slot.lane, deadlineMs: nowMs + LEASE_MS, onError };
      const leased = new LeasedJob(lease, how);
      Object.assign(slot, { held: leased, sinceMs: nowMs, jobs: slot.jobs + 1 });
      this.#remember(leased);
      this.#watch(slot, leased);
      this.#intake.put(leased.job);
    } catch (error) {
      this.#note(error);
      const failed = error instanceof Error ? error.message : String(error);
      lease.release({ scannedTo, failed }).catch(onError);
    }
  }

  #freeSlot(): Slot | undefined {
    const free = this.#slots.find(({ held }) => held === null);
    if (free !== undefined) return free;
    // Its lease counts no more where it came from: this is what was lent in its place.
    const gone = this.#slots.find(({ held }) => held?.isGone);
    if (gone !== undefined) this.#letGo(gone);
    return gone;
  }

  /** The master may take it back at any time; a worker that does nothing may not keep it. */
  #watch(slot: Slot, { lease: { signal } }: LeasedJob): void {
    const stop = (): void => this.#stop(slot);
    const cancel = this.#clock.after(LEASE_MS, () => this.#letGo(slot, TOO_LONG));
    slot.unwatch = () => {
      cancel();
      unhearAbort(signal, stop);
    };
    hearAbort(signal, stop);
    if (signal.aborted) stop();
  }

  #stop(slot: Slot): void {
    slot.unwatch();
    this.#intake.drop(slot.lane);
    slot.unwatch = this.#clock.after(STOPPING_MS, () => this.#letGo(slot));
  }

  #letGo(slot: Slot, failed?: string): void {
    if (slot.held !== null) this.#free(slot, slot.held.letGo(failed));
  }

  #free(slot: Slot, ending: Promise<void>): void {
    this.#ending.add(ending);
    void ending.finally(() => this.#ending.delete(ending));
    slot.unwatch();
    slot.held = null;
    this.#intake.drop(slot.lane);
  }

  #remember(leased: LeasedJob): void {
    this.#jobs.set(leased.job.id, leased);
    for (const [id, { isOver }] of this.#jobs) {
      if (this.#jobs.size <= MOST_PAST) break;
      if (isOver) this.#jobs.delete(id);
    }
  }

  #look(): void {
    const now = this.#queue.connection();
    if (now === 'connected' && this.#connection !== 'connected') {
      if (this.#wasConnected) this.#reconnects += 1;
      this.#wasConnected = true;
    }
    this.#connection = now;
  }

  #note(error: unknown): void {
    const code = errorCode(error, 'POW_SOURCE');
    this.#errors.set(code, (this.#errors.get(code) ?? 0) + 1);
    this.#lastError = error instanceof Error ? error.message : String(error);
  }
}
