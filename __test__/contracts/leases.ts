/** What the contract of the queue does with leases, and asks of events. */

import * as assert from 'uvu/assert';
import type { Lease, NodeInfo, WorkerQueue } from '../../ts/cluster/queue.js';
import { patchedWork } from '../../ts/cluster/work-of-job.js';
import type { Work } from '../../ts/index.js';
import { accepted, isExhausted, work } from '../cluster/nats/fixture.js';
import { until } from '../until.js';
import type { QueuePlace } from './queues.js';

/** Takes leases and keeps them. */
export function hold(
  queue: WorkerQueue,
  most: number,
  ended: (lease: Lease) => void = () => {},
): readonly Lease[] {
  const held: Lease[] = [];
  void work(
    queue,
    (lease) => {
      held.push(lease);
      lease.signal.addEventListener('abort', () => ended(lease));
    },
    most,
  );
  return held;
}

/** The work is exhausted, and each of so many units was accepted once. */
export async function allDone({ events }: QueuePlace, units: number): Promise<void> {
  await until('the work is exhausted', () => isExhausted(events));
  const counts = accepted(events);
  assert.is(counts.size, units);
  assert.ok([...counts.values()].every((count) => count === 1));
}

/** Says that the first nonce of the lease is the solution. */
export function bring(lease: Lease, hashed: Uint8Array): Promise<void> {
  const share = { nonce: lease.resumeAt, hash: hashed };
  const scannedTo = lease.resumeAt + 1n;
  return lease.report({ outcome: 'found', scannedTo, shares: [share], hashes: 1 });
}

export function workLent({ spec, unit }: Lease): Work {
  return patchedWork(spec.work, unit.patch);
}

export function nodesOf({ events }: QueuePlace, op: 'join' | 'update'): readonly NodeInfo[] {
  return events.flatMap((event) => (event.kind === 'node' && event.op === op ? [event.node] : []));
}
