/** The worker that has a program of somebody else mine: one run of it for each job. */

import { Target } from '../core/target.js';
import { PowError } from '../errors.js';
import { type Clock, monotonicClock } from '../miner/clock.js';
import { errorCode } from '../miner/error-code.js';
import type { Job, MiningHow, Worker, WorkerStats } from '../miner/ports.js';
import { JobRun } from './external/job-run.js';
import { type ExternalOptions, type ExternalSettings, settingsOf } from './external/options.js';
import type { WorkerHow, WorkerNotice } from './row.js';

const FIRST_REST_MS = 100;
const LONGEST_REST_MS = 10_000;

/**
 * The program gets the work on stdin and the target as its last argument, and answers with a nonce
 * on stdout and code 0. The nonce is hashed again before it counts. A program that is no longer
 * wanted is ended with all that it started; one that fails is started again, later and later.
 * On Windows only the program itself is ended.
 */
export class ExternalWorker implements Worker {
  readonly kind = 'external';
  readonly lanes: number;
  readonly #settings: ExternalSettings;
  readonly #clock: Clock;
  readonly #onNotice: (notice: WorkerNotice) => void;
  readonly #runs = new Map<JobRun, Promise<'exhausted' | 'stopped'>>();
  readonly #errors = new Map<string, number>();
  readonly #past = { hashes: 0, solutions: 0, restarts: 0 };
  /** In a row, of any job. */
  #failures = 0;
  #startsAtMs = Number.NEGATIVE_INFINITY;
  #closing: Promise<void> | null = null;

  /** @throws {@link PowError} `POW_ARGUMENT`, also when there is no such program */
  constructor(options: ExternalOptions, how: WorkerHow = {}) {
    const { clock = monotonicClock, onNotice = () => {} } = how;
    this.#settings = settingsOf(options);
    this.lanes = this.#settings.lanes;
    this.#clock = clock;
    this.#onNotice = onNotice;
  }

  refuses(job: Job): string | null {
    if (job.variants < 1n) return 'it has no work: variants is below 1';
    if (job.nonces !== undefined)
      return 'a program hashes what nonces it likes, not a part of them';
    if (!(job.target instanceof Target)) return 'a program takes a target, no pattern';
    const { nonce, message } = job.work(0n).work;
    if (nonce.encoding === 'u64le' && nonce.offset === message.length - 8) return null;
    return 'a program writes its nonce into the last 8 bytes, little-endian';
  }

  /** Rejects with `POW_CLOSED`, `POW_WORKER` for a job it refuses, or what `job.work` throws. */
  async mine(job: Job, how: MiningHow): Promise<'exhausted' | 'stopped'> {
    if (this.#closing !== null) throw new PowError('POW_CLOSED', 'the external worker is closed');
    try {
      const reason = this.refuses(job);
      if (reason !== null) throw new PowError('POW_WORKER', reason);
      return await this.#run(job, how);
    } catch (error) {
      this.#count(error);
      throw error;
    }
  }

  stats(): WorkerStats {
    const running = [...this.#runs.keys()].map(({ row }) => row);
    const hashes = running.reduce((sum, row) => sum + row.hashes, this.#past.hashes);
    const { solutions, restarts } = this.#past;
    const none = { wastedHashes: 0, threads: [], warnings: [] };
    return {
      ...none,
      hashes,
      solutions,
      restarts,
      running,
      errors: Object.fromEntries(this.#errors),
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #run(job: Job, how: MiningHow): Promise<'exhausted' | 'stopped'> {
    const run = new JobRun(job, how, {
      settings: this.#settings,
      clock: this.#clock,
      startsAtMs: () => this.#startsAtMs,
      onLine: (line) => this.#onNotice({ level: 'debug', text: `external: ${line}` }),
      onSolution: () => {
        this.#past.solutions += 1;
        this.#failures = 0;
        this.#startsAtMs = Number.NEGATIVE_INFINITY;
      },
      onFailure: (error) => this.#failed(error),
      onRestart: () => {
        this.#past.restarts += 1;
      },
    });
    const running = run.run();
    this.#runs.set(run, running);
    try {
      return await running;
    } finally {
      this.#runs.delete(run);
      this.#past.hashes += run.row.hashes;
    }
  }

  #failed(error: PowError): void {
    this.#count(error);
    this.#failures += 1;
    const restMs = Math.min(FIRST_REST_MS * 2 ** (this.#failures - 1), LONGEST_REST_MS);
    this.#startsAtMs = this.#clock.now() + restMs;
    const text = `external: ${error.message}; it starts again in ${restMs / 1000} s`;
    this.#onNotice({ level: 'warn', text });
  }

  #count(error: unknown): void {
    const code = errorCode(error, 'POW_WORKER');
    this.#errors.set(code, (this.#errors.get(code) ?? 0) + 1);
  }

  async #close(): Promise<void> {
    for (const run of this.#runs.keys()) run.stop();
    await Promise.allSettled(this.#runs.values());
  }
}
