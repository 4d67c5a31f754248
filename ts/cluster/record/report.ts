/** The record for those who look at it. */

import type { ClusterTotals, WorkerStatus, WorkStatus } from '../queue.js';
import type { State } from './state.js';
import type { WorkRecord } from './work-record.js';
import type { WorkerRecord } from './workers.js';

export interface RecordStatus {
  readonly workers: readonly WorkerStatus[];
  readonly works: readonly WorkStatus[];
  readonly totals: ClusterTotals;
}

export function statusOf(state: State, nowMs: number): RecordStatus {
  return {
    workers: [...state.workers.values()]
      .filter(({ node }) => node.role !== 'observer') // whoever asks would count itself
      .map((worker) => workerStatus(state, worker, nowMs)),
    works: [...state.works.values()].map(workStatus),
    totals: { ...state.totals },
  };
}

function workerStatus(state: State, worker: WorkerRecord, nowMs: number): WorkerStatus {
  const { id, node, address, key, leases, completed, shares, sinceMs } = worker;
  const isSuspect = nowMs - worker.heardMs >= state.rules.suspectMs;
  return {
    ...{ id, name: node.name, address, state: isSuspect ? 'suspect' : 'up' },
    ...{ threads: node.capabilities.threads, hashesPerSecond: worker.rates.measured },
    ...{ leases: leases.size, completed, shares },
    ...{ strikes: state.conduct.strikes(key, nowMs), sinceMs: nowMs - sinceMs },
  };
}

function workStatus(work: WorkRecord): WorkStatus {
  const { id, lane, completed, quarantined, open, leased } = work;
  let outside = 0;
  let hashed = work.donePairs;
  for (const { now, span, scannedTo } of open.values()) {
    if (now.state === 'outside') outside++;
    hashed += scannedTo - span.start;
  }
  const all = leased + outside;
  const done = Number(hashed) / Number(work.pairs);
  return { id, lane, pending: open.size - all, leased: all, completed, quarantined, done };
}
