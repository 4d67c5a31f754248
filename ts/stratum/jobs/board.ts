/** The jobs that devices work on: unique ids, kept until stale, solutions counted once. */

import type { Target } from '../../core/target.js';
import type { Job, Roll } from '../../miner/ports.js';
import type { ServerDialect, ShareTarget } from '../wire/answers.js';
import { Accepted } from './accepted.js';
import { type Space, spaceOf } from './space.js';
import { type Template, templatedWork } from './template.js';

/** A job as devices get it: one of the works of one of the miner's jobs. */
export interface IssuedJob {
  /** Counted up, never given twice. */
  readonly sequence: number;
  readonly id: string;
  readonly template: Template;
  readonly roll: Roll;
  readonly space: Space;
  readonly origin: Origin;
  /** The target of the job itself, as the dialect says it: nobody has to find more. */
  readonly ceiling: ShareTarget;
}

/** One of the miner's jobs, while its solutions count. */
export interface Origin {
  readonly job: Job;
  readonly target: Target;
  readonly sinceMs: number;
  /** Of what was issued last; `null`: nothing yet. */
  newest: IssuedJob | null;
  isLive: boolean;
  /** Hashes that its accepted shares stand for. */
  hashes: number;
  /** Of the newest work, from the job's start: no two are alike. */
  ageMs: number;
  /** Issued and live, oldest first. */
  readonly issued: Set<number>;
  readonly accepted: Accepted;
}

/** Between two works of one job, at least: a device that begins anew repeats nothing. */
const STEP_MS = { chainweb: 1, bitcoin: 1_000 } as const;
/** Of one of the miner's jobs; the oldest go first. At one a second that is 18 hours. */
const MOST_ISSUED = 65_536;

export class JobBoard {
  readonly #dialect: ServerDialect;
  readonly #issued = new Map<number, IssuedJob>();
  readonly #live = new Set<Origin>();
  #sequence = 0;

  constructor(dialect: ServerDialect) {
    this.#dialect = dialect;
  }

  /** @param job - whose target is a `Target` */
  open(job: Job, target: Target, nowMs: number): Origin {
    const [issued, accepted] = [new Set<number>(), new Accepted()];
    const [sinceMs, newest, isLive, hashes, ageMs] = [nowMs, null, true, 0, 0];
    const origin = { job, target, sinceMs, newest, isLive, hashes, ageMs, issued, accepted };
    this.#live.add(origin);
    return origin;
  }

  /**
   * Makes a new job of the same work, a little later. `null` when it does not fit the dialect.
   */
  issue(origin: Origin, nowMs: number): IssuedJob | null {
    const isFirst = origin.newest === null;
    const nextMs = isFirst ? 0 : origin.ageMs + STEP_MS[origin.newest?.template.kind ?? 'bitcoin'];
    const ageMs = Math.max(nowMs - origin.sinceMs, nextMs);
    const work = templatedWork(origin.job, ageMs);
    const space = work === null ? null : spaceOf(work.template);
    if (work === null || space === null) return null;
    this.#sequence += 1;
    const sequence = this.#sequence;
    const ceiling = origin.newest?.ceiling ?? this.#dialect.easiest(origin.target);
    const id = sequence.toString(16).padStart(8, '0');
    const { template, roll } = work;
    const job = { sequence, id, template, roll, space, origin, ceiling };
    this.#issued.set(sequence, job);
    origin.issued.add(sequence);
    origin.newest = job;
    origin.ageMs = ageMs;
    const [oldest] = origin.issued;
    if (origin.issued.size > MOST_ISSUED && oldest !== undefined) {
      origin.issued.delete(oldest);
      this.#issued.delete(oldest);
    }
    return job;
  }

  /** How far the newest work is ahead of the clock: each is of a later time than the one before. */
  aheadMs({ ageMs, sinceMs }: Origin, nowMs: number): number {
    return ageMs - (nowMs - sinceMs);
  }

  /** From now on its shares are stale. */
  retire(origin: Origin): void {
    this.#live.delete(origin);
    origin.isLive = false;
    for (const sequence of origin.issued) this.#issued.delete(sequence);
    origin.issued.clear();
    origin.accepted.clear();
  }

  /** @returns why there is none: it was, or it never was */
  find(id: string): IssuedJob | 'stale' | 'unknown-job' {
    const sequence = /^[0-9a-f]{1,12}$/i.test(id) ? Number.parseInt(id, 16) : 0;
    const job = this.#issued.get(sequence);
    if (job !== undefined) return job;
    return sequence >= 1 && sequence <= this.#sequence ? 'stale' : 'unknown-job';
  }

  /** The session of that number is over. */
  leave(session: number): void {
    for (const { accepted } of this.#live) accepted.leave(session);
  }

  /** Issued and live. */
  get size(): number {
    return this.#issued.size;
  }
}
