/** What came of it: hashes, shares and blocks by outcome, stales, switches, in all and per lane. */

import { errorCode } from './error-code.js';
import type { MinerEvent } from './events.js';
import type { Outcome, WorkerStats } from './ports.js';

/** Lanes remembered; of more, the one heard of longest ago is forgotten (the totals keep it). */
const MOST_LANES = 1024;

export type OutcomeCounts = Readonly<Record<Outcome['result'], number>>;

interface Counts {
  /** Started in place of an older job of their lane. */
  readonly switches: number;
  /** Refreshes that were no other work. */
  readonly skipped: number;
  readonly solutions: number;
  /** Of the solutions: found when their job had been replaced. */
  readonly stales: number;
  /** Of the solutions: the source could not send them. */
  readonly undelivered: number;
  readonly blocks: OutcomeCounts;
  readonly shares: OutcomeCounts;
}

export interface LaneCounts extends Counts {
  readonly lane: string;
  readonly hashes: number;
}

/** Since the miner was made. */
export interface MinerStats extends Counts {
  /** Of the worker, which may be older than the miner. */
  readonly hashes: number;
  /** Made on jobs that had been told to stop. */
  readonly wastedHashes: number;
  /** Live sets taken, jobs they brought, and the most that one of them did. */
  readonly sets: number;
  readonly jobs: number;
  readonly largestBatch: number;
  readonly refused: number;
  /** Solutions sent and not answered yet. */
  readonly submitting: number;
  /** How often each `POW_*` code came up. */
  readonly errors: Readonly<Record<string, number>>;
  readonly lanes: readonly LaneCounts[];
}

type Own<T> = {
  -readonly [Key in keyof T]: T[Key] extends OutcomeCounts ? Own<OutcomeCounts> : T[Key];
};

export class Tally {
  readonly #total = noCounts();
  readonly #lanes = new Map<string, Own<LaneCounts>>();
  readonly #sets = { sets: 0, jobs: 0, largestBatch: 0, refused: 0 };
  readonly #errors = new Map<string, number>();

  note(event: MinerEvent): void {
    switch (event.kind) {
      case 'taken':
        this.#sets.sets += 1;
        this.#sets.jobs += event.fresh;
        this.#sets.largestBatch = Math.max(this.#sets.largestBatch, event.fresh);
        break;
      case 'refused':
        this.#sets.refused += 1;
        break;
      case 'started':
        if (event.switchedFrom !== null) this.#count(event.job.lane, 'switches');
        break;
      case 'skipped':
        this.#count(event.job.lane, 'skipped');
        break;
      case 'ended':
        this.#lane(event.job.lane).hashes += event.hashes;
        break;
      case 'failed':
        this.#lane(event.job.lane).hashes += event.hashes;
        this.#error(event.error, 'POW_WORKER');
        break;
      case 'found':
        this.#count(event.found.job.lane, 'solutions');
        if (event.found.stale) this.#count(event.found.job.lane, 'stales');
        break;
      case 'outcome': {
        const { result, block } = event.outcome;
        const which = block ? 'blocks' : 'shares';
        this.#total[which][result] += 1;
        this.#lane(event.found.job.lane)[which][result] += 1;
        break;
      }
      case 'undelivered':
        this.#count(event.found.job.lane, 'undelivered');
        this.#error(event.error, 'POW_SOURCE');
    }
  }

  /** A copy of everything. Hashes of jobs that still run come from the worker. */
  stats(worker: WorkerStats, submitting: number): MinerStats {
    const lanes = new Map([...this.#lanes].map(([name, lane]) => [name, copyOf(lane)]));
    for (const { lane: name, hashes } of worker.running) {
      const lane = lanes.get(name);
      if (lane !== undefined) lane.hashes += hashes;
    }
    return {
      ...copyOf(this.#total),
      ...this.#sets,
      hashes: worker.hashes,
      wastedHashes: worker.wastedHashes,
      submitting,
      errors: Object.fromEntries(this.#errors),
      lanes: [...lanes.values()],
    };
  }

  #count(
    lane: string,
    what: 'switches' | 'skipped' | 'solutions' | 'stales' | 'undelivered',
  ): void {
    this.#total[what] += 1;
    this.#lane(lane)[what] += 1;
  }

  #error(error: unknown, otherwise: string): void {
    const code = errorCode(error, otherwise);
    this.#errors.set(code, (this.#errors.get(code) ?? 0) + 1);
  }

  #lane(name: string): Own<LaneCounts> {
    const lane = this.#lanes.get(name) ?? { lane: name, hashes: 0, ...noCounts() };
    this.#lanes.delete(name); // so that it goes to the end of the order
    this.#lanes.set(name, lane);
    const [oldest] = this.#lanes.keys();
    if (this.#lanes.size > MOST_LANES && oldest !== undefined) this.#lanes.delete(oldest);
    return lane;
  }
}

function noCounts(): Own<Counts> {
  const none = { accepted: 0, stale: 0, duplicate: 0, rejected: 0, unknown: 0 };
  const [blocks, shares] = [{ ...none }, { ...none }];
  return { switches: 0, skipped: 0, solutions: 0, stales: 0, undelivered: 0, blocks, shares };
}

function copyOf<T extends Counts>(counts: T): T {
  return { ...counts, blocks: { ...counts.blocks }, shares: { ...counts.shares } };
}
