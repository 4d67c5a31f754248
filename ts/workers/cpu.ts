/** The worker that hashes here: any number of jobs side by side on the threads of one engine. */

import { requireInteger } from '../core/arguments.js';
import {
  type EngineOptions,
  enginePlan,
  requireCpuLimit,
  type ThreadCount,
  threadCount,
} from '../core/engine-options.js';
import { PowError } from '../errors.js';
import { errorCode } from '../miner/error-code.js';
import type { Job, MiningHow, Worker, WorkerStats } from '../miner/ports.js';
import { Random, type Seed } from '../miner/seed.js';
import type { BackendEngine } from '../native/contract.js';
import { selectBackend } from '../native/select.js';
import { JobSearch } from './cpu/job-search.js';

/** More than the chains of any network. */
const DEFAULT_LANES = 64;
const MOST_LANES = 1024;

export interface CpuWorkerOptions extends EngineOptions {
  /** How many jobs at once; the threads share them fairly. Default: 64. */
  readonly lanes?: number | undefined;
  /**
   * Nonces of one batch: a job told to finish its batch goes on to the end of it. Default: a batch
   * is the chunk that each thread has claimed, about a millisecond.
   */
  readonly batchNonces?: number | undefined;
  /** Fixes the nonce that each job starts at. Default: `POW_NATIVE_SEED`, else a secure one. */
  readonly seed?: Seed | undefined;
}

/**
 * Mines on threads of its own until it is closed. Solutions of a job come in the order in which
 * its nonces are rolled: with a seed the first one is always the same, whatever the threads.
 */
export class CpuWorker implements Worker {
  readonly kind = 'cpu';
  readonly lanes: number;
  readonly #engine: BackendEngine;
  readonly #batchNonces: bigint | null;
  readonly #random: Random;
  readonly #searches = new Map<JobSearch, Promise<'exhausted' | 'stopped'>>();
  readonly #errors = new Map<string, number>();
  readonly #past = { wastedHashes: 0, solutions: 0 };
  #closing: Promise<void> | null = null;

  /**
   * @param engine - default: one made of the options
   * @throws {@link PowError} as `new Engine()`
   */
  constructor(options: CpuWorkerOptions = {}, engine?: BackendEngine) {
    const { lanes = DEFAULT_LANES, batchNonces, seed } = options;
    this.lanes = requireInteger(lanes, 1, MOST_LANES, 'lanes');
    this.#batchNonces =
      batchNonces === undefined
        ? null
        : BigInt(requireInteger(batchNonces, 1, Number.MAX_SAFE_INTEGER, 'batchNonces'));
    this.#random = new Random(seed).fork('cpu');
    const plan = enginePlan(options);
    this.#engine = engine ?? selectBackend(options.backend).openEngine(plan);
  }

  refuses(job: Job): string | null {
    return job.variants < 1n ? 'it has no work: variants is below 1' : null;
  }

  /** Rejects with `POW_CLOSED`, `POW_PANIC`, `POW_MISMATCH`, or what `job.work` throws. */
  async mine(job: Job, how: MiningHow): Promise<'exhausted' | 'stopped'> {
    if (this.#closing !== null) throw new PowError('POW_CLOSED', 'the cpu worker is closed');
    try {
      return await this.#search(job, how);
    } catch (error) {
      const code = errorCode(error, 'POW_WORKER');
      this.#errors.set(code, (this.#errors.get(code) ?? 0) + 1);
      throw error;
    }
  }

  stats(): WorkerStats {
    const { hashes, threads, warnings } = this.#engine.stats();
    let { wastedHashes, solutions } = this.#past;
    for (const search of this.#searches.keys()) {
      wastedHashes += search.wastedHashes;
      solutions += search.solutions;
    }
    const running = [...this.#searches.keys()].map(({ row }) => row);
    const errors = Object.fromEntries(this.#errors);
    return { hashes, wastedHashes, solutions, running, threads, restarts: 0, errors, warnings };
  }

  /** As `Engine.resize`: jobs go on. */
  async resize(threads: ThreadCount): Promise<void> {
    await this.#engine.resize(threadCount(threads));
  }

  /** As `Engine.pause`: jobs stay in hand, and later ones wait. */
  pause(): void {
    this.#engine.pause();
  }

  resume(): void {
    this.#engine.resume();
  }

  /** As `Engine.limitCpu`. */
  limitCpu(percent: number): void {
    this.#engine.limitCpu(requireCpuLimit(percent, 'percent'));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #search(job: Job, how: MiningHow): Promise<'exhausted' | 'stopped'> {
    const search = new JobSearch(job, how, {
      engine: this.#engine,
      batchNonces: this.#batchNonces,
      firstNonce: (nonces) => this.#random.below(nonces),
    });
    const running = search.run();
    this.#searches.set(search, running);
    try {
      return await running;
    } finally {
      this.#searches.delete(search);
      this.#past.wastedHashes += search.wastedHashes;
      this.#past.solutions += search.solutions;
    }
  }

  async #close(): Promise<void> {
    for (const search of this.#searches.keys()) search.stop();
    await Promise.allSettled(this.#searches.values());
    await this.#engine.close();
  }
}
