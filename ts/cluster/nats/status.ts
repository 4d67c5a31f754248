/** The record as it is, with what only the queue knows: who holds what, and how fast they are. */

import type { ClusterStatus } from '../queue.js';
import type { RecordStatus } from '../record/coordinator.js';
import type { Crew } from './crew.js';
import type { Lendings } from './lendings.js';

export interface StatusHow {
  readonly master: string;
  readonly epoch: number;
  readonly lendings: Lendings;
  readonly crew: Crew;
}

export function statusOf(record: RecordStatus, how: StatusHow): ClusterStatus {
  const { master, epoch, lendings, crew } = how;
  const leases = new Map<string, number>();
  for (const { holder } of lendings.held()) {
    leases.set(holder.worker, (leases.get(holder.worker) ?? 0) + 1);
  }
  return {
    ...{ master, adapter: 'nats', epoch, totals: record.totals },
    workers: record.workers.map((worker) => ({
      ...worker,
      hashesPerSecond: crew.measured(worker.id),
      leases: leases.get(worker.id) ?? 0,
    })),
    works: record.works.map((work) => {
      const open = work.pending + work.leased;
      const leased = Math.min(open, lendings.counts(work.id).held);
      return { ...work, leased, pending: open - leased };
    }),
  };
}
