/**
 * Where jobs wait until they are taken, all in one go: newest job per lane, the whole live set at
 * every read. A burst of any length costs one read and the memory of its lanes. Sources keep their
 * jobs here and give out {@link Intake.sets} as their stream.
 */

import { PowError } from '../errors.js';
import type { Job } from './ports.js';

/** Far above the chains of any network; so that a source gone wild does not fill the memory. */
const MOST_LANES = 1024;

export interface IntakeStats {
  /** Jobs put in. */
  readonly jobs: number;
  /** Jobs that a newer one of their lane replaced before anyone took them. */
  readonly superseded: number;
  /** Lanes dropped because there were too many: the longest unchanged ones. */
  readonly overflowed: number;
  /** Sets taken by all readers, and the most new jobs that one of them brought. */
  readonly taken: number;
  readonly largestBatch: number;
}

interface Entry {
  readonly job: Job;
  /** Tick of this job, and of the last one of its lane that replaced what was before. */
  readonly putAt: number;
  readonly replacedAt: number;
}

export class Intake {
  readonly #mostLanes: number;
  /** In the order of the last change, oldest first. */
  readonly #entries = new Map<string, Entry>();
  readonly #wakes = new Set<() => void>();
  /** Counts changes: a reader that remembers one knows what is new to it. */
  #tick = 0;
  /** The last tick that some reader has seen. */
  #seen = 0;
  #end: { readonly error: unknown } | null = null;
  readonly #counts = { jobs: 0, superseded: 0, overflowed: 0, taken: 0, largestBatch: 0 };

  /** @param mostLanes - beyond it the lane that has not changed for longest is dropped */
  constructor(mostLanes = MOST_LANES) {
    if (!Number.isInteger(mostLanes) || mostLanes < 1) {
      const detail = 'mostLanes must be an integer from 1';
      throw new PowError('POW_ARGUMENT', detail, { argument: 'mostLanes' });
    }
    this.#mostLanes = mostLanes;
  }

  /** Adds jobs, each the newest of its lane from now on. */
  put(...jobs: readonly Job[]): void {
    for (const job of jobs) this.#put(job);
    this.#wake();
  }

  /** Takes lanes out of the live set. */
  drop(...lanes: readonly string[]): void {
    for (const lane of lanes) if (this.#entries.delete(lane)) this.#tick += 1;
    this.#wake();
  }

  /** Ends every reader, now and later: by itself, or by throwing `error` when one is given. */
  end(error?: unknown): void {
    this.#end ??= { error };
    this.#wake();
  }

  /**
   * The live set at once, then again after every change; what changed while the reader was busy
   * comes as one set. A reader may be one of many. Ends when `signal` aborts.
   */
  async *sets(signal: AbortSignal): AsyncGenerator<readonly Job[], void, undefined> {
    let seen = 0;
    const aborted = () => this.#wake();
    signal.addEventListener('abort', aborted);
    try {
      while (!signal.aborted) {
        if (this.#end !== null) {
          if (this.#end.error !== undefined) throw this.#end.error;
          return;
        }
        if (this.#tick > seen) {
          const set = this.#since(seen);
          seen = this.#tick;
          yield set;
        } else {
          await new Promise<void>((wake) => this.#wakes.add(wake));
        }
      }
    } finally {
      signal.removeEventListener('abort', aborted);
    }
  }

  stats(): IntakeStats {
    return { ...this.#counts };
  }

  #put(job: Job): void {
    this.#tick += 1;
    this.#counts.jobs += 1;
    const old = this.#entries.get(job.lane);
    if (old !== undefined && old.putAt > this.#seen) this.#counts.superseded += 1;
    // A lane that was away has replaced whatever it was before.
    const replaces = old === undefined || job.change === 'replace';
    const replacedAt = replaces ? this.#tick : old.replacedAt;
    this.#entries.delete(job.lane); // so that it goes to the end of the order
    this.#entries.set(job.lane, { job, putAt: this.#tick, replacedAt });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > this.#mostLanes && oldest !== undefined) {
      this.#entries.delete(oldest);
      this.#counts.overflowed += 1;
    }
  }

  /** The live set, for a reader that knows it up to tick `seen`. */
  #since(seen: number): readonly Job[] {
    const entries = [...this.#entries.values()];
    const fresh = entries.filter(({ putAt }) => putAt > seen).length;
    this.#counts.taken += 1;
    this.#counts.largestBatch = Math.max(this.#counts.largestBatch, fresh);
    this.#seen = this.#tick;
    return entries.map(({ job, putAt, replacedAt }) =>
      putAt > seen && replacedAt > seen ? replacing(job) : job,
    );
  }

  #wake(): void {
    const wakes = [...this.#wakes];
    this.#wakes.clear();
    for (const wake of wakes) wake();
  }
}

/** A refresh of a job that the reader never saw replaces the one that it did see. */
function replacing(job: Job): Job {
  if (job.change === 'replace') return job;
  const { id, lane, target, goal, proof, deadlineMs, variants, nonces, template } = job;
  return {
    ...{ id, lane, change: 'replace', target, goal, proof, deadlineMs, variants, nonces, template },
    work: (variant) => job.work(variant),
  };
}
