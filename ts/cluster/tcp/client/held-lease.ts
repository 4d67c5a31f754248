/** A unit in the hands of this worker, as whoever hashes it sees it. */

import type { Lease, LeaseEnd, Unit, UnitResult, WorkSpec } from '../../queue.js';
import type { LeaseName, LeaseProgress, MessageOf } from '../../wire/messages.js';

/** What a lease asks of the queue that it came from. */
export interface LeaseOwner {
  /** Resolves when the master has stored it. */
  post(letter: LetterBody): Promise<void>;
  /** It is not in hand any more. */
  over(lease: HeldLease): void;
}

export type LetterBody = Omit<MessageOf<'result'>, 'serial'> | Omit<MessageOf<'release'>, 'serial'>;

export class HeldLease implements Lease {
  readonly spec: WorkSpec;
  readonly unit: Unit;
  readonly fence: number;
  readonly resumeAt: bigint;
  readonly signal: AbortSignal;
  readonly #stop = new AbortController();
  readonly #owner: LeaseOwner;
  #scannedTo: bigint;
  #isOver = false;
  /** When it is to be extended. */
  dueMs: number;

  constructor(
    spec: WorkSpec,
    of: { readonly unit: Unit; readonly fence: number; readonly resumeAt: bigint },
    dueMs: number,
    owner: LeaseOwner,
  ) {
    this.spec = spec;
    ({ unit: this.unit, fence: this.fence, resumeAt: this.resumeAt } = of);
    this.signal = this.#stop.signal;
    this.#scannedTo = of.resumeAt;
    this.dueMs = dueMs;
    this.#owner = owner;
  }

  get name(): LeaseName {
    const { work, index } = this.unit;
    return { work, index, fence: this.fence };
  }

  get held(): LeaseProgress {
    return { ...this.name, scannedTo: this.#scannedTo };
  }

  progress(scannedTo: bigint): void {
    if (scannedTo > this.#scannedTo && scannedTo <= this.unit.end) this.#scannedTo = scannedTo;
  }

  report(result: Omit<UnitResult, 'work' | 'index' | 'fence'>): Promise<void> {
    this.progress(result.scannedTo);
    const posted = this.#owner.post({ kind: 'result', result: { ...result, ...this.name } });
    if (result.outcome !== 'partial') this.#over();
    return posted;
  }

  async release(how: { readonly scannedTo: bigint; readonly failed?: string }): Promise<void> {
    if (this.#isOver) return;
    this.progress(how.scannedTo);
    const { failed } = how;
    const posted = this.#owner.post({ kind: 'release', ...this.held, failed });
    this.#over();
    await posted;
  }

  /** The worker must stop. */
  end(why: LeaseEnd): void {
    // Somebody else has it by now, and nobody waits for it here.
    if (why === 'lost' || why === 'revoked') this.#over();
    if (!this.signal.aborted) this.#stop.abort(why);
  }

  #over(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#owner.over(this);
  }
}
