/** One lease as a job of a source: what is found of it goes back, and in the end the lease. */

import { solutionOf } from '../../core/solution.js';
import { workPlan } from '../../core/work.js';
import type { Job, Outcome } from '../../miner/ports.js';
import type { WorkPlan } from '../../native/contract.js';
import type { Lease } from '../queue.js';
import { patchedWork } from '../work-of-job.js';
import { Reports } from '../worker/reports.js';

export interface LeasedJobHow {
  /** One of a fixed few, free again when the lease is let go. */
  readonly lane: string;
  readonly deadlineMs: number;
  readonly onError: (error: unknown) => void;
}

export class LeasedJob {
  readonly job: Job;
  readonly lease: Lease;
  readonly #plan: WorkPlan;
  readonly #reports: Reports;
  readonly #onError: (error: unknown) => void;
  #isOver = false;

  /** @throws what is wrong with the work */
  constructor(lease: Lease, { lane, deadlineMs, onError }: LeasedJobHow) {
    const { spec, unit, fence, resumeAt } = lease;
    const work = patchedWork(spec.work, unit.patch);
    this.lease = lease;
    this.#plan = workPlan(work, 'spec.work');
    this.#onError = onError;
    this.#reports = new Reports(lease, { onError, onRoom: () => {} });
    this.job = {
      ...{ id: `${unit.work}.${unit.index}.${fence}`, lane, change: 'replace', deadlineMs },
      // All of it, also where one solution ends the work: shares prove that it was hashed.
      ...{ target: spec.shareTarget, goal: 'all', proof: 'required', variants: 1n },
      nonces: { start: resumeAt, end: unit.end },
      work: () => ({ work, roll: {} }),
    };
  }

  /** The lease is let go: what comes now is late. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Somebody else has it, and what is said of it is late. */
  get isGone(): boolean {
    const { reason } = this.lease.signal;
    return reason === 'lost' || reason === 'revoked';
  }

  /** Hashes the nonce again and hands it on. Never rejects. */
  submit(nonce: bigint): Promise<Outcome> {
    const { spec, unit, resumeAt } = this.lease;
    if (nonce < resumeAt || nonce >= unit.end) {
      const reason = `nonce ${nonce} is not in the lease`;
      return Promise.resolve({ result: 'rejected', block: false, reason });
    }
    let hash: Uint8Array;
    try {
      hash = solutionOf(this.#plan, spec.shareTarget, nonce).hash;
    } catch (error) {
      return Promise.resolve({ result: 'rejected', block: false, reason: textOf(error) });
    }
    const block = spec.target.isMetBy(hash, this.#plan.hashOrder);
    if (this.#isOver) return this.#late({ nonce, hash }, block);
    return new Promise((resolve) => {
      this.#reports.found({ nonce, hash }, block, (error) => {
        if (error === null) resolve({ result: 'accepted', block });
        else resolve({ result: 'unknown', block, reason: textOf(error) });
      });
      this.#reports.tell(resumeAt);
    });
  }

  /** Everything was hashed. */
  async exhausted(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    const { resumeAt, unit } = this.lease;
    this.#reports.hashed(Number(unit.end - resumeAt));
    await this.#reports.end('exhausted', unit.end);
  }

  /** Gives it back: how far it is nobody knows. */
  async letGo(failed?: string): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    const { resumeAt } = this.lease;
    const { isGone } = this;
    if (!isGone || this.#reports.hasSolution) await this.#reports.end('partial', resumeAt);
    if (isGone) return;
    try {
      await this.lease.release({
        scannedTo: resumeAt,
        ...(failed === undefined ? {} : { failed }),
      });
    } catch (error) {
      this.#onError(error);
    }
  }

  /** A share proves nothing any more; a solution may still be worth something to the master. */
  async #late(share: { nonce: bigint; hash: Uint8Array }, block: boolean): Promise<Outcome> {
    const { lease } = this;
    const result = { outcome: 'partial', scannedTo: lease.resumeAt, hashes: 0 } as const;
    if (block) {
      try {
        await lease.report({ ...result, shares: [share] });
      } catch (error) {
        this.#onError(error);
      }
    }
    return { result: 'stale', block };
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
