/** A queue and leases that do what a test says, and write down what they hear. */

import type {
  Capabilities,
  ClusterStatus,
  Lease,
  LeaseEnd,
  NodeInfo,
  Share,
  UnitResult,
  WorkerQueue,
  WorkSpec,
} from '../../../ts/cluster/queue.js';
import { workOfJob } from '../../../ts/cluster/work-of-job.js';
import type { Job } from '../../../ts/miner/ports.js';

type Result = Omit<UnitResult, 'work' | 'index' | 'fence'>;

export interface ScriptedLeaseOptions {
  readonly index?: number;
  readonly fence?: number;
  readonly variant?: bigint;
  readonly resumeAt?: bigint;
  /** Expected hashes of a share, 32 times; default: solutions alone are shares. */
  readonly unitHashes?: number;
  readonly spec?: Partial<WorkSpec>;
}

export class ScriptedLease implements Lease {
  readonly spec: WorkSpec;
  readonly unit: Lease['unit'];
  readonly fence: number;
  readonly resumeAt: bigint;
  readonly end = new AbortController();
  readonly signal: AbortSignal = this.end.signal;
  readonly results: Result[] = [];
  readonly releases: { readonly scannedTo: bigint; readonly failed?: string }[] = [];
  readonly progressed: bigint[] = [];
  /** What reports wait for. */
  answer: () => Promise<void> = async () => {};

  constructor(of: Job, start: bigint, end: bigint, options: ScriptedLeaseOptions = {}) {
    const { index = 0, fence = 65_537, variant = 0n, unitHashes } = options;
    const { spec, space } = workOfJob(of, unitHashes === undefined ? {} : { unitHashes });
    this.spec = { ...spec, ...options.spec };
    const patch = space.patchOf(variant);
    this.unit = { work: spec.id, index, variant, start, end, patch };
    this.fence = fence;
    this.resumeAt = options.resumeAt ?? start;
  }

  get shares(): readonly Share[] {
    return this.results.flatMap(({ shares }) => shares);
  }

  get nonces(): readonly bigint[] {
    return this.shares.map(({ nonce }) => nonce).sort((left, right) => (left < right ? -1 : 1));
  }

  get hashes(): number {
    return this.results.reduce((sum, { hashes }) => sum + hashes, 0);
  }

  get isOver(): boolean {
    const last = this.results.at(-1);
    // As in the hands of an adapter.
    const isTaken = this.end.signal.reason === 'lost' || this.end.signal.reason === 'revoked';
    return (
      isTaken || this.releases.length > 0 || (last !== undefined && last.outcome !== 'partial')
    );
  }

  stop(reason: LeaseEnd): void {
    this.end.abort(reason);
  }

  progress(scannedTo: bigint): void {
    this.progressed.push(scannedTo);
  }

  async report(result: Result): Promise<void> {
    this.results.push(result);
    await this.answer();
  }

  async release(how: { readonly scannedTo: bigint; readonly failed?: string }): Promise<void> {
    this.releases.push(how);
  }
}

export class ScriptedQueue implements WorkerQueue {
  readonly guarantees = {
    durable: 'memory',
    outlivesMaster: false,
    mostMessageBytes: 1e6,
  } as const;
  readonly announced: Capabilities[] = [];
  /** Given to the worker, oldest first. */
  readonly lent: ScriptedLease[] = [];
  readonly #waiting: ScriptedLease[] = [];
  #wake: () => void = () => {};
  #failure: { readonly error: unknown } | null = null;
  isClosed = false;
  /** `false`: it lends more than it is asked for. */
  isStrict = true;
  /** What the worker last said that it wants. */
  most: () => number = () => 0;

  put(...leases: readonly ScriptedLease[]): void {
    this.#waiting.push(...leases);
    this.#wake();
  }

  fail(error: unknown): void {
    this.#failure = { error };
    this.#wake();
  }

  async *leases(how: { most(): number; signal: AbortSignal }): AsyncIterable<Lease> {
    this.most = how.most;
    how.signal.addEventListener('abort', () => this.#wake());
    while (!how.signal.aborted && !this.isClosed) {
      if (this.#failure !== null) throw this.#failure.error;
      const inHand = this.lent.filter(({ isOver }) => !isOver).length;
      const isWanted = !this.isStrict || inHand < how.most();
      const next = isWanted ? this.#waiting.shift() : undefined;
      if (next !== undefined) {
        this.lent.push(next);
        yield next;
        continue;
      }
      // As adapters do, it looks again when something ends; a test need not say when.
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, 2);
      });
    }
  }

  announce(capabilities: Capabilities): void {
    this.announced.push(capabilities);
  }

  connection(): 'connected' | 'closed' {
    return this.isClosed ? 'closed' : 'connected';
  }

  lastError(): string | null {
    return null;
  }

  async status(): Promise<ClusterStatus> {
    throw new Error('a scripted queue has no master');
  }

  peers(): readonly NodeInfo[] {
    return [];
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.#wake();
  }
}
