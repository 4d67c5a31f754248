/** The worker that says how long work would take, and does none: for nodes that ask for none. */

import { badArgument, requireObject } from '../core/arguments.js';
import { type Clock, monotonicClock } from '../miner/clock.js';
import type { Job, MiningHow, Worker, WorkerStats } from '../miner/ports.js';
import { Random, type Seed } from '../miner/seed.js';
import { HELD_LANES, type HeldJob, HeldJobs } from './held-jobs.js';
import type { WorkerHow } from './row.js';

const DEFAULT_HASH_RATE = 1e6;

export interface SimulationOptions {
  /** Hashes a second, shared evenly by the jobs in hand. Default: 1,000,000. */
  readonly hashRate?: number | undefined;
  /** That one hash is a solution: above 0, at most 1. Default: the odds of the job's target. */
  readonly probability?: number | undefined;
  /** Fixes how many hashes each job costs. Default: `POW_NATIVE_SEED`, else a secure one. */
  readonly seed?: Seed | undefined;
}

interface Luck {
  readonly random: Random;
  /** Hashes still to be made up to its next solution. */
  left: number;
}

/** Solutions come when hashing at the given rate would find them: exponential waiting times. */
export class SimulationWorker implements Worker {
  readonly kind = 'simulation';
  readonly lanes = HELD_LANES;
  readonly #clock: Clock;
  readonly #hashRate: number;
  readonly #probability: number | null;
  readonly #random: Random;
  readonly #jobs: HeldJobs;
  readonly #lucks = new Map<HeldJob, Luck>();
  /** Until when hashes are counted. */
  #countedMs: number;
  #cancelAlarm: () => void = () => {};

  /** @throws {@link PowError} `POW_ARGUMENT` */
  constructor(options: SimulationOptions = {}, { clock = monotonicClock }: WorkerHow = {}) {
    requireObject(options, 'options');
    const { hashRate = DEFAULT_HASH_RATE, probability, seed } = options;
    if (!(Number.isFinite(hashRate) && hashRate > 0)) {
      throw badArgument('hashRate', 'a number of hashes a second above 0', hashRate);
    }
    if (probability !== undefined && !(probability > 0 && probability <= 1)) {
      throw badArgument('probability', 'a number above 0, at most 1', probability);
    }
    this.#clock = clock;
    this.#hashRate = hashRate;
    this.#probability = probability ?? null;
    this.#random = new Random(seed).fork('simulation');
    this.#countedMs = clock.now();
    this.#jobs = new HeldJobs({
      ...{ kind: this.kind, clock, random: this.#random.fork('nonces') },
      onTaken: (held) => this.#taken(held),
      onLeaving: (held) => this.#leaving(held),
    });
  }

  refuses(job: Job): string | null {
    return this.#jobs.refuses(job);
  }

  mine(job: Job, how: MiningHow): Promise<'exhausted' | 'stopped'> {
    return this.#jobs.hold(job, how);
  }

  stats(): WorkerStats {
    this.#count();
    return this.#jobs.stats();
  }

  async close(): Promise<void> {
    this.#jobs.close();
    this.#cancelAlarm();
  }

  #taken(held: HeldJob): void {
    this.#count();
    // Of the job alone, so that the order in which jobs come changes nothing.
    const random = this.#random.fork(`job ${held.job.id}`);
    this.#lucks.set(held, { random, left: this.#cost(held.job, random) });
    this.#setAlarm();
  }

  #leaving(held: HeldJob): void {
    this.#count();
    this.#lucks.delete(held);
    this.#setAlarm();
  }

  /** Hashes up to a solution: exponential, as long as one hash in very many is one. */
  #cost({ target }: Job, random: Random): number {
    const mean = this.#probability === null ? target.expectedHashes : 1 / this.#probability;
    return -Math.log(1 - random.fraction()) * mean;
  }

  /** Hashes that each job in hand gets in a millisecond. */
  get #share(): number {
    return this.#hashRate / 1000 / Math.max(1, this.#lucks.size);
  }

  #count(): void {
    const nowMs = this.#clock.now();
    const made = (nowMs - this.#countedMs) * this.#share;
    this.#countedMs = nowMs;
    for (const [held, luck] of this.#lucks) {
      held.hashes += made;
      luck.left -= made;
    }
  }

  #setAlarm(): void {
    this.#cancelAlarm();
    if (this.#lucks.size === 0) return;
    const least = Math.min(...[...this.#lucks.values()].map(({ left }) => left));
    this.#cancelAlarm = this.#clock.after(Math.max(0, least) / this.#share, () => this.#ring());
  }

  /** One solution of each job that is due: more than one in a millisecond is no simulation. */
  #ring(): void {
    this.#count();
    for (const [held, luck] of [...this.#lucks]) {
      // Less than a hash is what dividing and multiplying leave over.
      if (luck.left >= 1) continue;
      luck.left = this.#cost(held.job, luck.random);
      this.#jobs.solve(held);
    }
    this.#setAlarm();
  }
}
