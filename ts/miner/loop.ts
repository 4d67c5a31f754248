/** Source and worker together: the newest jobs are mined, solutions go back, nothing is lost. */

import { hearAbort, unhearAbort } from '../core/abort.js';
import { holdProcess, releaseProcess } from '../core/keep-alive.js';
import { PowError } from '../errors.js';
import { type Clock, monotonicClock } from './clock.js';
import { MINER_ENDS } from './ending.js';
import { errorCode } from './error-code.js';
import type { MinerEvent } from './events.js';
import { type Action, Lanes, type Run } from './lanes.js';
import type { Found, Job, Worker, WorkSource } from './ports.js';
import { Preemption, type PreemptionOptions } from './preemption.js';
import { Random, type Seed } from './seed.js';
import { STARVATION_WINDOW_MS, Starvation } from './starvation.js';
import { type MinerStats, Tally } from './stats.js';
import { Submissions } from './submissions.js';

const FIRST_REST_MS = 100;
const LONGEST_REST_MS = 10_000;
const CLOSE_MS = 5_000;
/** For what was told to give up: it has nothing left to wait for. */
const GIVE_UP_MS = 1_000;

export interface MinerOptions {
  readonly preemption?: PreemptionOptions | undefined;
  /** Told of everything, in order. What it throws ends the miner. */
  readonly onEvent?: ((event: MinerEvent) => void) | undefined;
  /** How long the end waits for the worker and for answers. Default: 5,000. */
  readonly closeMs?: number | undefined;
  /** Fixes the jitter of rests after a failure. Default: `POW_NATIVE_SEED`, else none. */
  readonly seed?: Seed | undefined;
  readonly clock?: Clock | undefined;
}

/** A run in the hands of the worker, and how to end it. */
interface Mining {
  readonly stop: AbortController;
  readonly finishBatch: AbortController;
  hashes: number;
  over: Promise<void>;
}

/** Mines what one source gives with one worker. Owns neither: it closes neither. */
export class Miner {
  readonly #source: WorkSource;
  readonly #worker: Worker;
  readonly #clock: Clock;
  readonly #closeMs: number;
  readonly #onEvent: ((event: MinerEvent) => void) | undefined;
  readonly #preemption: Preemption;
  readonly #lanes: Lanes;
  readonly #tally = new Tally();
  readonly #submissions: Submissions;
  readonly #minings = new Map<Run, Mining>();
  readonly #seen = new Map<string, string>();
  readonly #starvation = new Starvation();
  /** New jobs of the newest set. */
  #batch = 0;
  readonly #reading = new AbortController();
  #stop: () => void = () => {};
  readonly #stopped = new Promise<void>((resolve) => {
    this.#stop = resolve;
  });
  #failure: { readonly error: unknown } | null = null;
  #finishing = false;
  #running: Promise<'source-ended' | 'closed'> | null = null;
  #cancelWake: () => void = () => {};
  #cancelLook: () => void = () => {};

  /** @throws {@link PowError} `POW_ARGUMENT` */
  constructor(source: WorkSource, worker: Worker, options: MinerOptions = {}) {
    const { clock = monotonicClock, closeMs = CLOSE_MS, onEvent, seed } = options;
    const random = new Random(seed).fork('miner');
    this.#source = source;
    this.#worker = worker;
    this.#clock = clock;
    this.#closeMs = closeMs;
    this.#onEvent = onEvent;
    this.#submissions = new Submissions(source, (event) => this.#tell(event));
    this.#preemption = new Preemption(options.preemption);
    this.#lanes = new Lanes({
      capacity: worker.lanes,
      preemption: this.#preemption,
      backOffMs: (failures) => {
        const longest = Math.min(FIRST_REST_MS * 2 ** (failures - 1), LONGEST_REST_MS);
        return (longest * (1 + random.fraction())) / 2;
      },
    });
  }

  /**
   * Mines until the source ends, `signal` aborts or {@link Miner.close} is called; once. Then stops
   * the worker's jobs and waits for answers to submissions, at most `closeMs`.
   *
   * @returns rejects with `POW_SOURCE` when the source fails, `POW_CLOSED` when the worker is
   *   closed, or what a condition or `onEvent` threw
   */
  run(signal?: AbortSignal): Promise<'source-ended' | 'closed'> {
    if (this.#running !== null) {
      return Promise.reject(new PowError('POW_ARGUMENT', 'a miner runs once'));
    }
    this.#running = this.#run(signal);
    return this.#running;
  }

  /**
   * Switches by these rules from now on; jobs that wait are decided anew.
   *
   * @throws {@link PowError} `POW_ARGUMENT`; nothing has changed then
   */
  changePreemption(options: PreemptionOptions): void {
    this.#preemption.change(options);
    this.#act((nowMs) => this.#lanes.wake(nowMs));
  }

  stats(): MinerStats {
    return this.#tally.stats(this.#worker.stats(), this.#submissions.inFlight);
  }

  /** Ends {@link Miner.run} and waits for it. Bounded in time; safe to call again. */
  async close(): Promise<void> {
    this.#running ??= Promise.resolve('closed');
    this.#stop();
    await this.#running.catch(() => undefined); // told to whoever called `run`
  }

  async #run(signal: AbortSignal | undefined): Promise<'source-ended' | 'closed'> {
    const stop = this.#stop;
    holdProcess();
    if (signal !== undefined) hearAbort(signal, stop);
    if (signal?.aborted) stop();
    let ended = false;
    if (this.#worker.stats().threads.length > 0) this.#lookAtThreads();
    try {
      const reading = this.#read().then(() => {
        ended = !this.#finishing; // else it ended because it was told to
      });
      await Promise.race([reading, this.#stopped]);
    } finally {
      if (signal !== undefined) unhearAbort(signal, stop);
      await this.#finish();
      releaseProcess();
    }
    if (this.#failure !== null) throw this.#failure.error;
    return ended ? 'source-ended' : 'closed';
  }

  async #read(): Promise<void> {
    try {
      for await (const set of this.#source.jobs(this.#reading.signal)) {
        if (this.#finishing) return;
        this.#live(set);
      }
    } catch (cause) {
      if (!this.#finishing) throw sourceError(cause);
    }
  }

  #live(set: readonly Job[]): void {
    let fresh = 0;
    const minable = set.filter((job) => {
      const isNew = this.#seen.get(job.lane) !== job.id;
      if (isNew) fresh += 1;
      const reason = this.#worker.refuses(job);
      if (reason !== null && isNew) this.#tell({ kind: 'refused', job, reason });
      return reason === null;
    });
    this.#seen.clear();
    for (const { lane, id } of set) this.#seen.set(lane, id);
    this.#batch = fresh;
    this.#tell({ kind: 'taken', jobs: set.length, fresh });
    this.#act((nowMs) => this.#lanes.live(minable, nowMs));
  }

  /** Decides, does what was decided, and sets the alarm for what is to be decided later. */
  #act(decide: (nowMs: number) => readonly Action[]): void {
    if (this.#finishing) return;
    try {
      for (const action of decide(this.#clock.now())) this.#perform(action);
    } catch (error) {
      this.#fail(error); // of a condition, or of a job that makes no work
    }
    this.#cancelWake();
    const waitMs = this.#lanes.wakeAtMs - this.#clock.now();
    if (this.#finishing || waitMs === Number.POSITIVE_INFINITY) return;
    const wake = () => this.#act((nowMs) => this.#lanes.wake(nowMs));
    this.#cancelWake = this.#clock.after(waitMs, wake);
  }

  /** Now, and again in every window: threads that starve are told of. */
  #lookAtThreads(): void {
    const starved = this.#starvation.look(this.#worker.stats().threads, this.#clock.now());
    const [batch, running] = [this.#batch, this.#minings.size];
    if (starved !== null) this.#tell({ kind: 'starved', ...starved, batch, running });
    this.#cancelLook = this.#clock.after(STARVATION_WINDOW_MS, () => this.#lookAtThreads());
  }

  #perform(action: Action): void {
    switch (action.kind) {
      case 'start':
        this.#tell({ kind: 'started', job: action.run.job, switchedFrom: action.switchedFrom });
        this.#mine(action.run);
        break;
      case 'stop': {
        const mining = this.#minings.get(action.run);
        const reason = this.#finishing ? MINER_ENDS : undefined;
        (action.how === 'stop' ? mining?.stop : mining?.finishBatch)?.abort(reason);
        break;
      }
      case 'skip':
        this.#tell({ kind: 'skipped', job: action.job });
    }
  }

  #mine(run: Run): void {
    const [stop, finishBatch] = [new AbortController(), new AbortController()];
    const mining: Mining = { stop, finishBatch, hashes: 0, over: Promise.resolve() };
    this.#minings.set(run, mining);
    const how = {
      found: (found: Found) => this.#found(run, found),
      hashed: (hashes: number) => {
        mining.hashes += hashes;
      },
      stop: stop.signal,
      finishBatch: finishBatch.signal,
    };
    mining.over = (async () => {
      try {
        this.#ended(run, await this.#worker.mine(run.job, how));
      } catch (error) {
        this.#ended(run, 'failed', error);
      }
    })();
  }

  #found(run: Run, found: Found): void {
    const late = this.#clock.now() >= (run.job.deadlineMs ?? Number.POSITIVE_INFINITY);
    this.#submissions.send(run.stale || late ? { ...found, stale: true } : found);
  }

  #ended(run: Run, how: 'exhausted' | 'stopped' | 'failed', error?: unknown): void {
    const hashes = this.#minings.get(run)?.hashes ?? 0;
    this.#minings.delete(run);
    if (how === 'failed') this.#tell({ kind: 'failed', job: run.job, hashes, error });
    else this.#tell({ kind: 'ended', job: run.job, how, hashes });
    if (how === 'exhausted') this.#source.exhausted?.(run.job);
    if (errorCode(error, '') === 'POW_CLOSED') this.#fail(error);
    this.#act((nowMs) => this.#lanes.ended(run, how, nowMs));
  }

  /** Ends the miner; the first reason is told. */
  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#stop();
  }

  #tell(event: MinerEvent): void {
    this.#tally.note(event);
    try {
      this.#onEvent?.(event);
    } catch (error) {
      this.#fail(error);
    }
  }

  async #finish(): Promise<void> {
    this.#finishing = true;
    this.#cancelWake();
    this.#cancelLook();
    this.#reading.abort();
    for (const action of this.#lanes.stopAll()) this.#perform(action);
    await this.#within(this.#closeMs, async () => {
      await Promise.all([...this.#minings.values()].map(({ over }) => over));
      await this.#submissions.settled();
    });
    this.#submissions.giveUp();
    await this.#within(GIVE_UP_MS, () => this.#submissions.settled());
    this.#submissions.abandon();
    for (const [{ job }, { hashes }] of this.#minings) {
      const error = new PowError('POW_WORKER', `${this.#worker.kind} did not stop in time`);
      this.#tell({ kind: 'failed', job, hashes, error });
    }
  }

  /** Waits for it, but no longer than `ms`. */
  async #within(ms: number, wait: () => Promise<void>): Promise<void> {
    let cancel: () => void = () => {};
    const tooLong = new Promise<void>((resolve) => {
      cancel = this.#clock.after(ms, resolve);
    });
    await Promise.race([wait(), tooLong]);
    cancel();
  }
}

function sourceError(cause: unknown): PowError {
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new PowError('POW_SOURCE', detail, { cause });
}
