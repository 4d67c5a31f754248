/** The jobs that devices work on: unique ids, kept until stale, solutions counted once. */

import type { Target } from '../../core/target.js';
import type { Job, Roll } from '../../miner/ports.js';
import type { ServerDialect, ShareTarget } from '../wire/answers.js';
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
  /** By session number: digests of its accepted shares. */
  readonly accepted: Map<number, Set<string>>;
}

/** Between two works of one job, at least: a device that begins anew repeats nothing. */
const STEP_MS = { chainweb: 1, bitcoin: 1_000 } as const;
/** Of one of the miner's jobs; the oldest go first. At one a second that is 18 hours. */
const MOST_ISSUED = 65_536;
/** Of one session and one of the miner's jobs. Vardiff makes it a handful. */
const MOST_ACCEPTED = 16_384;
/** Bytes of a digest that tell shares apart. */
const DIGEST_KEY = 16;

export class JobBoard {
  readonly #dialect: ServerDialect;
  readonly #issued = new Map<number, IssuedJob>();
  #sequence = 0;

  constructor(dialect: ServerDialect) {
    this.#dialect = dialect;
  }

  /** @param job - whose target is a `Target` */
  open(job: Job, target: Target, nowMs: number): Origin {
    return {
      ...{ job, target, sinceMs: nowMs, newest: null, isLive: true, hashes: 0, ageMs: 0 },
      ...{ issued: new Set(), accepted: new Map() },
    };
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
    const job = { sequence, id, ...work, space, origin, ceiling };
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

  /** From now on its shares are stale. */
  retire(origin: Origin): void {
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

  /**
   * Remembers an accepted share. Its digest names it: only what cost work takes memory.
   *
   * @param digests - of a whole batch
   * @param at - where in it the digest begins
   */
  accept(
    { origin }: IssuedJob,
    session: number,
    digests: Uint8Array,
    at: number,
  ): 'new' | 'duplicate' | 'too-many' {
    let shares = origin.accepted.get(session);
    if (shares === undefined) {
      shares = new Set();
      origin.accepted.set(session, shares);
    }
    const key = Buffer.from(digests.buffer, digests.byteOffset + at, DIGEST_KEY).toString('latin1');
    if (shares.has(key)) return 'duplicate';
    if (shares.size >= MOST_ACCEPTED) return 'too-many';
    shares.add(key);
    return 'new';
  }

  /** Issued and live. */
  get size(): number {
    return this.#issued.size;
  }
}
