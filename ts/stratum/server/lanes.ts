/** Which job each lane is at, and which lane each client works for. */

import type { Target } from '../../core/target.js';
import type { Found, Job } from '../../miner/ports.js';
import type { IssuedJob, JobBoard, Origin } from '../jobs/board.js';
import { hasLaterWork } from '../jobs/template.js';
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
  /** Those that wait for a work of a later time, as there were too many at once. */
  readonly owed: Set<Client>;
  issuedMs: number;
}

const MOST_OLDER = 8;
/** Works may be so far ahead of the clock: nodes refuse a block from two hours ahead. */
const MOST_AHEAD_MS = 30_000;

export class Lanes {
  readonly #board: JobBoard;
  readonly #lanes = new Map<string, Lane>();

  constructor(board: JobBoard) {
    this.#board = board;
  }

  /** Clients by lane. */
  get load(): Readonly<Record<string, number>> {
    const lanes = [...this.#lanes.values()].map(({ name, clients }) => [name, clients.size]);
    return Object.fromEntries(lanes);
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
      const [clients, owed] = [new Set<Client>(), new Set<Client>()];
      const opened = { name: job.lane, origin, end, older: [], clients, owed, issuedMs: nowMs };
      this.#lanes.set(job.lane, opened);
      return opened;
    }
    running.older.push(running.origin);
    const keep = job.change === 'refresh' ? MOST_OLDER : 0;
    for (const old of running.older.splice(0, running.older.length - keep)) this.#board.retire(old);
    Object.assign(running, { origin, end, issuedMs: nowMs });
    running.owed.clear();
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

  /**
   * Another work of the lane's job for one client, at once: the one that somebody else got, or a
   * newer one. `null`: it is among the next {@link renewals}.
   */
  renewed(lane: Lane, client: Client, nowMs: number): IssuedJob | null {
    const { origin, owed } = lane;
    const { newest } = origin;
    if (newest !== null && newest.sequence > (client.state.job?.sequence ?? 0)) return newest;
    if (this.#board.aheadMs(origin, nowMs) < MOST_AHEAD_MS) {
      return this.#board.issue(origin, nowMs);
    }
    owed.add(client);
    return null;
  }

  /** Newer works, and who gets them: everybody of a lane from time to time, or who waits for one. */
  *renewals(nowMs: number, refreshMs: number): Generator<[IssuedJob, readonly Client[]]> {
    for (const lane of this.#lanes.values()) {
      const { origin, owed, clients } = lane;
      const isDue = nowMs - lane.issuedMs >= refreshMs && hasLaterWork(origin.job);
      if (!isDue && owed.size === 0) continue;
      const to = [...(isDue ? clients : owed)];
      owed.clear();
      if (isDue) lane.issuedMs = nowMs;
      const job = this.#board.issue(origin, nowMs);
      if (job !== null) yield [job, to];
    }
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
    const lane = this.get(client.lane);
    lane?.clients.delete(client);
    lane?.owed.delete(client);
    client.lane = null;
  }
}
