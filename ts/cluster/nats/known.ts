/** What a worker knows of the works of its cluster, and of the master. Pure. */

import type { CancelReason, WorkId, WorkSpec } from '../queue.js';
import { MOST_EPOCH } from '../statement.js';
import type { LeaderClaim } from './leader.js';

/** Between the epochs of two masters; a claim may be higher than that. */
const MOST_LEAP = 2 ** 20;
/** Works that are over are remembered: their units may still come. */
const MOST_OVER = 4_096;

export class Known {
  readonly #works = new Map<WorkId, WorkSpec>();
  readonly #over = new Map<WorkId, CancelReason>();
  #claim: LeaderClaim | null = null;
  /** The highest that was heard. */
  #epoch = 0;

  /** @returns whether that is news of the newest master there is */
  lead(claim: LeaderClaim): boolean {
    if (claim.epoch < this.#epoch) return false;
    this.#epoch = claim.epoch;
    this.#claim = claim;
    return true;
  }

  /**
   * Whether the word of a master of that epoch counts; a higher one is remembered. One that is far
   * above the claim of the last leader is no master's: after it no other one would be heard.
   */
  hears(epoch: number): boolean {
    if (epoch < this.#epoch || epoch > Math.min(MOST_EPOCH, this.#epoch + MOST_LEAP)) return false;
    this.#epoch = epoch;
    return true;
  }

  /** Units that were lent under an older epoch are void: another record did not know them. */
  isVoid(epoch: number): boolean {
    return epoch < (this.#claim?.since ?? 0);
  }

  add(spec: WorkSpec): void {
    this.#over.delete(spec.id);
    this.#works.set(spec.id, spec);
  }

  end(work: WorkId, reason: CancelReason): void {
    this.#works.delete(work);
    this.#over.delete(work);
    this.#over.set(work, reason);
    if (this.#over.size <= MOST_OVER) return;
    const [oldest] = this.#over.keys();
    if (oldest !== undefined) this.#over.delete(oldest);
  }

  /** @returns ids of the works that are known and not among `current` */
  missing(current: ReadonlySet<WorkId>): readonly WorkId[] {
    return [...this.#works.keys()].filter((work) => !current.has(work));
  }

  spec(work: WorkId): WorkSpec | null {
    return this.#works.get(work) ?? null;
  }

  isOver(work: WorkId): boolean {
    return this.#over.has(work);
  }
}
