/** One job in the hands of a mining program: started, checked, and started again when it fails. */

import { hearAbort, unhearAbort } from '../../core/abort.js';
import { solutionOf } from '../../core/solution.js';
import type { Target } from '../../core/target.js';
import { workPlan } from '../../core/work.js';
import { PowError } from '../../errors.js';
import type { Clock } from '../../miner/clock.js';
import type { Job, MiningHow, RunningJob } from '../../miner/ports.js';
import { readAnswer } from './answer.js';
import type { ExternalSettings } from './options.js';
import { Program } from './program.js';
import { targetText } from './target-text.js';

export interface JobRunOptions {
  readonly settings: ExternalSettings;
  readonly clock: Clock;
  /** When a program may start: later and later while they fail. */
  startsAtMs(): number;
  onLine(line: string): void;
  onSolution(): void;
  /** A run of the program came to nothing. */
  onFailure(error: PowError): void;
  onRestart(): void;
}

export class JobRun {
  readonly #job: Job;
  readonly #how: MiningHow;
  readonly #options: JobRunOptions;
  readonly #sinceMs: number;
  readonly #stop = new AbortController();
  #hashes = 0;

  constructor(job: Job, how: MiningHow, options: JobRunOptions) {
    this.#job = job;
    this.#how = how;
    this.#options = options;
    this.#sinceMs = options.clock.now();
  }

  get row(): RunningJob {
    const { id, lane } = this.#job;
    const ageMs = this.#options.clock.now() - this.#sinceMs;
    return { id, lane, hashes: this.#hashes, ageMs };
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Once. Settles when no program of the job is left. */
  async run(): Promise<'exhausted' | 'stopped'> {
    const { stop, finishBatch } = this.#how;
    const stopNow = () => this.stop();
    hearAbort(stop, stopNow);
    hearAbort(finishBatch, stopNow);
    if (stop.aborted || finishBatch.aborted) this.stop();
    try {
      return await this.#untilOver();
    } finally {
      unhearAbort(stop, stopNow);
      unhearAbort(finishBatch, stopNow);
      this.#how.hashed(this.#hashes);
    }
  }

  async #untilOver(): Promise<'exhausted' | 'stopped'> {
    const { goal, variants } = this.#job;
    let variant = 0n;
    for (;;) {
      await this.#rest();
      if (this.#stop.signal.aborted) return 'stopped';
      const isFound = await this.#try(variant);
      const isLast = variant + 1n >= variants;
      if (isFound && (goal === 'first' || isLast)) return 'exhausted';
      if (this.#stop.signal.aborted) return 'stopped';
      // Also after a failure: a program that searched all its nonces needs other work.
      if (!isLast) variant += 1n;
      if (!isFound) this.#options.onRestart();
    }
  }

  /** One run of the program; whether it found a solution. */
  async #try(variant: bigint): Promise<boolean> {
    const { settings, clock, onLine } = this.#options;
    const { work, roll } = this.#job.work(variant);
    const plan = workPlan(work, 'job.work');
    const target = targetText(this.#job.target as Target, settings.targetForm);
    const program = new Program({ settings, target, stdin: plan.message, clock, onLine });
    const stopNow = () => program.stop('it was told to stop');
    hearAbort(this.#stop.signal, stopNow);
    const { timeoutMs } = settings;
    const cancelTimeout =
      timeoutMs === null
        ? () => {}
        : clock.after(timeoutMs, () => program.stop(`no answer in ${timeoutMs / 1000} s`));
    const { isSuccess, reason, stdout } = await program.over;
    cancelTimeout();
    unhearAbort(this.#stop.signal, stopNow);
    if (!isSuccess) return this.#failed(new PowError('POW_WORKER', reason));
    const answer = readAnswer(stdout, settings.nonceForm);
    if (typeof answer === 'string') {
      return this.#failed(new PowError('POW_WORKER', `${answer} (${reason})`));
    }
    try {
      const solution = solutionOf(plan, this.#job.target, answer.nonce);
      this.#hashes += answer.hashes ?? this.#job.target.expectedHashes;
      this.#options.onSolution();
      this.#how.found({ job: this.#job, roll, solution });
      return true;
    } catch (error) {
      return this.#failed(error as PowError);
    }
  }

  #failed(error: PowError): false {
    if (!this.#stop.signal.aborted) this.#options.onFailure(error);
    return false;
  }

  /** Until a program may start, or no longer need. */
  async #rest(): Promise<void> {
    const { clock, startsAtMs } = this.#options;
    const { signal } = this.#stop;
    for (let ms = startsAtMs() - clock.now(); ms > 0; ms = startsAtMs() - clock.now()) {
      if (signal.aborted) return;
      let over: () => void = () => {};
      const rested = new Promise<void>((resolve) => {
        over = resolve;
      });
      hearAbort(signal, over);
      const cancel = clock.after(ms, over);
      await rested;
      cancel();
      unhearAbort(signal, over);
    }
  }
}
