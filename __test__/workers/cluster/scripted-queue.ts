/** A master's queue that does what a test says, and remembers what it was told. */

import type {
  CancelReason,
  ClusterStatus,
  MasterQueue,
  QueueEvent,
  UnitResult,
  Verdict,
  WorkerStatus,
  WorkId,
  WorkSpace,
  WorkSpec,
} from '../../../ts/cluster/queue.js';
import { patchedWork } from '../../../ts/cluster/work-of-job.js';
import { hash } from '../../../ts/index.js';

export interface Published {
  readonly spec: WorkSpec;
  readonly space: WorkSpace;
}

export class ScriptedQueue implements MasterQueue {
  readonly guarantees = { durable: 'memory', outlivesMaster: false, mostMessageBytes: 1 } as const;
  readonly epoch = 1;
  readonly tell: (event: QueueEvent) => void;
  readonly published: Published[] = [];
  readonly cancelled: string[] = [];
  readonly works = new Map<WorkId, Published>();
  closed = 0;
  workers: readonly WorkerStatus[] = [];
  /** What a test may replace. */
  onPublish: (published: Published) => Promise<void> = async () => {};
  onCancel: (work: WorkId, reason: CancelReason) => Promise<void> = async () => {};
  #index = 0;

  constructor(tell: (event: QueueEvent) => void) {
    this.tell = tell;
  }

  async publish(spec: WorkSpec, space: WorkSpace): Promise<void> {
    this.published.push({ spec, space });
    this.works.set(spec.id, { spec, space });
    await this.onPublish({ spec, space });
  }

  async cancel(work: WorkId, reason: CancelReason): Promise<{ purged: number }> {
    this.cancelled.push(`${work} ${reason}`);
    await this.onCancel(work, reason);
    this.works.delete(work);
    return { purged: 0 };
  }

  status(): ClusterStatus {
    const works = [...this.works.values()].map(({ spec: { id, lane } }) => {
      return { id, lane, pending: 0, leased: 0, completed: 0, quarantined: 0, done: 0 };
    });
    const zero = { hashes: 0, units: 0, solutions: 0, shares: 0, redelivered: 0, duplicates: 0 };
    const none = { stale: 0, rejected: 0, quarantined: 0, strikes: 0, bans: 0 };
    const totals = { ...zero, ...none };
    return { master: 'm', adapter: 'tcp', epoch: 1, workers: this.workers, works, totals };
  }

  async close(): Promise<void> {
    this.closed += 1;
  }

  /** A worker hashed some nonces of a variant. */
  result(
    { spec, space }: Published,
    what: {
      variant?: bigint;
      nonces?: readonly bigint[];
      shares?: number;
      hashes?: number;
      outcome?: UnitResult['outcome'];
      verdict?: Verdict;
    },
  ): void {
    const { variant = 0n, nonces = [], hashes = 100 } = what;
    const { outcome = 'exhausted', verdict = 'accepted', shares = nonces.length } = what;
    const patch = space.patchOf(variant);
    const work = patchedWork(spec.work, patch);
    const solutions = nonces.map((nonce) => ({ nonce, hash: hash(work, nonce) }));
    const { start, end } = space.nonces;
    const unit = { work: spec.id, index: this.#index++, variant, start, end, patch };
    this.tell({
      ...{ kind: 'result', unit, worker: 'w', fence: 1, outcome, verdict },
      ...{ solutions, shares, hashes },
    });
  }
}
