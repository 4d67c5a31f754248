/** The worker that solves a job whenever a fixed time has passed: for nodes that ask for no work. */

import { badArgument, requireInteger, requireObject } from '../core/arguments.js';
import { type Clock, monotonicClock } from '../miner/clock.js';
import type { Job, MiningHow, Worker, WorkerStats } from '../miner/ports.js';
import { Random } from '../miner/seed.js';
import { HELD_LANES, HeldJobs } from './held-jobs.js';
import type { WorkerHow } from './row.js';

const DEFAULT_BLOCK_TIME_MS = 30_000;
/** As many as Kadena's networks have. */
const DEFAULT_CHAINS = 20;
const MOST_BLOCK_TIME_MS = 86_400_000;
const MOST_CHAINS = 1024;

export interface ConstantDelayOptions {
  /** Between two blocks of one chain, in milliseconds. Default: 30,000. */
  readonly blockTimeMs?: number | undefined;
  /** Of the network: some chain's block comes this many times in a block time. Default: 20. */
  readonly chains?: number | undefined;
}

/** One solution every `blockTimeMs / chains`, of the job that has waited longest. */
export class ConstantDelayWorker implements Worker {
  readonly kind = 'constant-delay';
  readonly lanes = HELD_LANES;
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #jobs: HeldJobs;
  /** The next solution does not come before. */
  #dueMs: number | null = null;
  #cancelAlarm: (() => void) | null = null;

  /** @throws {@link PowError} `POW_ARGUMENT` */
  constructor(options: ConstantDelayOptions = {}, { clock = monotonicClock }: WorkerHow = {}) {
    requireObject(options, 'options');
    const { blockTimeMs = DEFAULT_BLOCK_TIME_MS, chains = DEFAULT_CHAINS } = options;
    if (!(blockTimeMs > 0 && blockTimeMs <= MOST_BLOCK_TIME_MS)) {
      const expected = `milliseconds, above 0 and at most ${MOST_BLOCK_TIME_MS} (a day)`;
      throw badArgument('blockTimeMs', expected, blockTimeMs);
    }
    this.#clock = clock;
    this.#intervalMs = blockTimeMs / requireInteger(chains, 1, MOST_CHAINS, 'chains');
    this.#jobs = new HeldJobs({
      ...{ kind: this.kind, clock, random: new Random().fork('constant-delay') },
      onTaken: () => this.#setAlarm(),
      onLeaving: () => {},
    });
  }

  refuses(job: Job): string | null {
    return this.#jobs.refuses(job);
  }

  mine(job: Job, how: MiningHow): Promise<'exhausted' | 'stopped'> {
    return this.#jobs.hold(job, how);
  }

  stats(): WorkerStats {
    return this.#jobs.stats();
  }

  async close(): Promise<void> {
    this.#jobs.close();
    this.#cancelAlarm?.();
    this.#cancelAlarm = null;
  }

  #setAlarm(): void {
    if (this.#cancelAlarm !== null) return;
    const nowMs = this.#clock.now();
    this.#dueMs ??= nowMs + this.#intervalMs;
    this.#cancelAlarm = this.#clock.after(this.#dueMs - nowMs, () => this.#ring());
  }

  #ring(): void {
    this.#cancelAlarm = null;
    const nowMs = this.#clock.now();
    const [oldest] = this.#jobs.all;
    if (oldest === undefined) return;
    const dueMs = this.#dueMs ?? nowMs;
    if (nowMs >= dueMs) {
      // A late alarm makes the next wait shorter; a long idle time is not made up for.
      this.#dueMs = (nowMs - dueMs < this.#intervalMs ? dueMs : nowMs) + this.#intervalMs;
      oldest.hashes += 1; // the one of its own nonce
      this.#jobs.solve(oldest);
    }
    if (this.#jobs.all.length > 0) this.#setAlarm();
  }
}
