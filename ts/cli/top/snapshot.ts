/** What a mining process tells of itself: counts since it began. Rates are made by who looks. */

import { z } from 'zod';
import type { RunningJob } from '../../miner/ports.js';
import type { MinerStats } from '../../miner/stats.js';
import type { ThreadStats } from '../../native/contract.js';

/** Jobs told of one by one. */
const MOST_JOBS = 64;
const LONGEST_TEXT = 200;
const MOST_ROWS = 1024;

const count = z.number().nonnegative();
const text = z.string().max(LONGEST_TEXT);
const outcomes = z.object({
  accepted: count,
  stale: count,
  duplicate: count,
  rejected: count,
  unknown: count,
});

/** Whoever owns the socket may have written anything. */
const SNAPSHOT = z.object({
  pid: z.int().positive(),
  /** The subcommand. */
  command: text,
  /** Since the process began to publish. */
  uptimeMs: count,
  hashes: count,
  /** Jobs in hand; `jobs` are some of them. */
  running: count,
  jobs: z.array(z.object({ id: text, lane: text, hashes: count, ageMs: count })).max(MOST_ROWS),
  /** `null`: it has no source to send solutions to. */
  blocks: outcomes.nullable(),
  shares: outcomes.nullable(),
  threads: z
    .array(
      z.object({
        hashes: count,
        busyMs: count,
        starvedMs: count,
        waitingMs: count,
        job: text.nullable(),
        lastError: text.nullable(),
      }),
    )
    .max(MOST_ROWS),
});

export type Snapshot = Readonly<z.output<typeof SNAPSHOT>>;

/** No snapshot takes more bytes: every text of the greatest length, in any script, fits. */
export const SNAPSHOT_LIMIT = 1 << 21;

/** What a process knows of itself when asked. */
export interface Facts {
  readonly hashes: number;
  readonly jobs: readonly RunningJob[];
  readonly threads: readonly ThreadStats[];
  readonly outcomes: Pick<MinerStats, 'blocks' | 'shares'> | null;
}

export function snapshotOf(command: string, uptimeMs: number, facts: Facts): Snapshot {
  const { hashes, jobs, threads, outcomes } = facts;
  return {
    pid: process.pid,
    command,
    uptimeMs,
    hashes,
    running: jobs.length,
    jobs: jobs
      .slice(0, MOST_JOBS)
      .map((job) => ({ ...job, id: shortened(job.id), lane: shortened(job.lane) })),
    blocks: outcomes?.blocks ?? null,
    shares: outcomes?.shares ?? null,
    threads: threads.slice(0, MOST_ROWS).map((thread) => ({
      ...thread,
      job: shortened(thread.job),
      lastError: shortened(thread.lastError),
    })),
  };
}

function shortened<T extends string | null>(value: T): T {
  return (value?.slice(0, LONGEST_TEXT) ?? null) as T;
}

/** `null`: not one. */
export function parseSnapshot(json: string): Snapshot | null {
  try {
    return SNAPSHOT.parse(JSON.parse(json));
  } catch {
    return null;
  }
}
