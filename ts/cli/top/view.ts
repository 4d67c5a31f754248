/** Two snapshots of one process are its rates in between. Pure. */

import { printable } from '../../core/printable.js';
import { STARVED_SHARE } from '../../miner/starvation.js';
import type { Snapshot } from './snapshot.js';

type ThreadCounts = Snapshot['threads'][number];

export interface ThreadView {
  readonly hashesPerSecond: number;
  /** Shares of its time, 0 to 1: hashing, without work while there was some, without any. */
  readonly busy: number;
  readonly starved: number;
  readonly waiting: number;
  readonly isStarved: boolean;
  readonly job: string | null;
  readonly lastError: string | null;
}

/** Everything for one refresh, its texts safe to show. */
export interface ProcessView
  extends Pick<
    Snapshot,
    'pid' | 'command' | 'uptimeMs' | 'hashes' | 'running' | 'jobs' | 'blocks' | 'shares'
  > {
  readonly hashesPerSecond: number;
  readonly threads: readonly ThreadView[];
}

/** @param before - an earlier snapshot of the same process; without one: since it began */
export function viewOf(before: Snapshot | undefined, after: Snapshot): ProcessView {
  const passedMs = after.uptimeMs - (before?.uptimeMs ?? 0);
  const perSecond = (hashes: number) => (passedMs > 0 ? (hashes * 1000) / passedMs : 0);
  const { pid, uptimeMs, hashes, running, blocks, shares } = after;
  return {
    ...{ pid, command: printable(after.command), uptimeMs },
    ...{ hashes, hashesPerSecond: perSecond(hashes - (before?.hashes ?? 0)) },
    running,
    jobs: after.jobs.map((job) => ({
      ...job,
      id: printable(job.id),
      lane: printable(job.lane),
    })),
    ...{ blocks, shares },
    threads: after.threads.map((row, index) => threadView(before?.threads[index], row, perSecond)),
  };
}

function threadView(
  before: ThreadCounts | undefined,
  after: ThreadCounts,
  perSecond: (hashes: number) => number,
): ThreadView {
  const since = (key: 'hashes' | 'busyMs' | 'starvedMs' | 'waitingMs') =>
    Math.max(0, after[key] - (before?.[key] ?? 0));
  const times = [since('busyMs'), since('starvedMs'), since('waitingMs')] as const;
  // The three are all of its time.
  const wholeMs = times[0] + times[1] + times[2];
  const [busy, starved, waiting] = times.map((ms) => (wholeMs > 0 ? ms / wholeMs : 0)) as [
    number,
    number,
    number,
  ];
  return {
    hashesPerSecond: perSecond(since('hashes')),
    ...{ busy, starved, waiting, isStarved: starved > STARVED_SHARE },
    job: after.job && printable(after.job),
    lastError: after.lastError && printable(after.lastError),
  };
}
