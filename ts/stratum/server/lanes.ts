/** Which job each lane is at, and which lane each client works for. */

import type { Target } from '../../core/target.js';
import type { Found, Job } from '../../miner/ports.js';
import type { IssuedJob, JobBoard, Origin } from '../jobs/board.js';
import { dialectOf } from '../jobs/template.js';
import type { Client } from './client.js';

export interface JobEnd {
  /** Called with every solution of the lane's live jobs. */
  found(found: Found): void;
  /** The job is solved, as it was the only one wanted. */
  solved(): void;
}

export interface Lane {
  readonly name: string;
  origin: Origin;
  end: JobEnd;
  /** Older jobs whose solutions still count. */
  readonly older: Origin[];
  readonly clients: Set<Client>;
  issuedMs: number;
}

const MOST_OLDER = 8;

export class Lanes {
  readonly #board: JobBoard;
  readonly #lanes = new Map<string, Lane>();

  constructor(board: JobBoard) {
    this.#board = board;
  }

  get all(): Iterable<Lane> {
    return this.#lanes.values();
  }

  get(name: string | null): Lane | undefined {
    return name === null ? undefined : this.#lanes.get(name);
  }

  /** The lane that a solution of this job is for; `null`: it counts no more. */
  of(origin: Origin): Lane | null {
    const lane = this.#lanes.get(origin.job.lane);
    return origin.isLive && lane !== undefined ? lane : null;
  }

  /** @returns the lane with its first job issued; `null`: the job cannot be told to devices */
  start(job: Job, target: Target, end: JobEnd, nowMs: number): Lane | null {
    const origin = this.#board.open(job, target, nowMs);
    if (this.#board.issue(origin, nowMs) === null) return null;
    const running = this.#lanes.get(job.lane);
    if (running === undefined) {
      const lane = { name: job.lane, origin, end, older: [], clients: new Set<Client>() };
      const opened = { ...lane, issuedMs: nowMs };
      this.#lanes.set(job.lane, opened);
      return opened;
    }
    running.older.push(running.origin);
    const keep = job.change === 'refresh' ? MOST_OLDER : 0;
    for (const old of running.older.splice(0, running.older.length - keep)) this.#board.retire(old);
    Object.assign(running, { origin, end, issuedMs: nowMs });
    return running;
  }

  /** @returns clients without work, when that was the job of its lane */
  stop(origin: Origin): readonly Client[] {
    const lane = this.#lanes.get(origin.job.lane);
    if (lane === undefined || lane.origin !== origin) return [];
    for (const old of [...lane.older, origin]) this.#board.retire(old);
    this.#lanes.delete(lane.name);
    return [...lane.clients];
  }

  /** Whether there is other work of its job; a pool gives newer work by itself. */
  canRefresh({ origin: { job } }: Lane): boolean {
    return dialectOf(job) === 'bitcoin' ? job.goal === 'first' : job.variants > 1n;
  }

  /** A newer work of the lane's job. */
  reissue(lane: Lane, nowMs: number): IssuedJob | null {
    return this.#board.issue(lane.origin, nowMs);
  }

  /** Puts a client where the fewest are. */
  assign(client: Client): Lane | null {
    let best: Lane | null = null;
    for (const lane of this.#lanes.values()) {
      if (best === null || lane.clients.size < best.clients.size) best = lane;
    }
    this.leave(client);
    client.lane = best?.name ?? null;
    best?.clients.add(client);
    return best;
  }

  leave(client: Client): void {
    this.get(client.lane)?.clients.delete(client);
    client.lane = null;
  }
}
