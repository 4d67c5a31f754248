/** A unit in the hands of this worker, as the engine sees it. */

import type { Lease, LeaseEnd, Unit, UnitResult, WorkSpec } from '../queue.js';
import type { AssignedUnit } from '../wire/messages.js';
import type { Report } from './codec.js';
import type { Delivery } from './pull.js';

/** What a lease asks of the queue that it came from. */
export interface LeaseOwner {
  /** Resolves when the server keeps it. */
  store(lease: HeldLease, report: Report): Promise<void>;
  /** It is over: nothing more is said about it. `done`: to its end. */
  over(lease: HeldLease, how: 'done' | 'released' | 'dropped'): void;
}

export class HeldLease implements Lease {
  readonly spec: WorkSpec;
  readonly unit: Unit;
  readonly fence: number;
  readonly resumeAt: bigint;
  readonly signal: AbortSignal;
  /** How long it lasts without a sign of life. */
  readonly ttlMs: number;
  /** When the last one was given. */
  extendedMs: number;
  readonly #owner: LeaseOwner;
  readonly #stop = new AbortController();
  #delivery: Delivery;
  #scannedTo: bigint;
  #isOver = false;

  constructor(
    spec: WorkSpec,
    assigned: AssignedUnit,
    { delivery, owner, nowMs }: { delivery: Delivery; owner: LeaseOwner; nowMs: number },
  ) {
    this.ttlMs = assigned.ttlMs;
    this.extendedMs = nowMs;
    this.spec = spec;
    this.unit = assigned.unit;
    this.fence = assigned.fence;
    this.resumeAt = assigned.resumeAt;
    this.signal = this.#stop.signal;
    this.#delivery = delivery;
    this.#scannedTo = assigned.resumeAt;
    this.#owner = owner;
  }

  get scannedTo(): bigint {
    return this.#scannedTo;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** The message of the unit. It may come a second time while we are still at it. */
  get delivery(): Delivery {
    return this.#delivery;
  }

  deliveredAgain(delivery: Delivery): void {
    this.#delivery = delivery;
  }

  end(why: LeaseEnd): void {
    if (!this.signal.aborted) this.#stop.abort(why);
    // Somebody else has it by now: whatever is still said of it is a late result.
    if (why === 'lost' || why === 'revoked') this.#over('dropped');
  }

  progress(scannedTo: bigint): void {
    if (scannedTo > this.#scannedTo) this.#scannedTo = scannedTo;
  }

  async report(result: Omit<UnitResult, 'work' | 'index' | 'fence'>): Promise<void> {
    this.progress(result.scannedTo);
    const { work, index } = this.unit;
    const whole = { ...result, work, index, fence: this.fence };
    await this.#owner.store(this, { kind: 'result', result: whole });
    if (result.outcome === 'partial') return;
    if (!this.#isOver) this.#delivery.ack();
    this.#over('done');
  }

  async release(how: { readonly scannedTo: bigint; readonly failed?: string }): Promise<void> {
    if (this.#isOver) return;
    this.progress(how.scannedTo);
    const { work, index } = this.unit;
    const { failed } = how;
    const lease = { work, index, fence: this.fence, scannedTo: how.scannedTo };
    await this.#owner.store(this, { kind: 'release', ...lease, failed });
    // The master puts it back with what is left: this message of it is over.
    if (!this.#isOver) this.#delivery.ack();
    this.#over('released');
  }

  #over(how: 'done' | 'released' | 'dropped'): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#owner.over(this, how);
  }
}
