/**
 * That this master still leads: renewed from the moment that it does, whatever else has to be laid
 * out first, and asked for where it is in doubt.
 */

import { PowError } from '../../errors.js';
import type { CheckedNode } from './checked-options.js';
import { every } from './every.js';
import type { Leader, LeaderClaim } from './leader.js';

/** Who is told what becomes of it. */
export interface LeadEars {
  /** Called once, with the higher epoch. */
  readonly onDeposed: (epoch: number) => void;
  /** It leads for certain, as of now. */
  readonly onRenewed: () => Promise<void>;
  readonly onTrouble: (error: unknown) => void;
}

export class Lead {
  readonly #leader: Leader;
  readonly #node: CheckedNode;
  readonly #isUp: () => boolean;
  readonly #stopped = new AbortController();
  #ears: LeadEars | null = null;
  /** When nobody else led, for certain. */
  #confirmedMs: number;
  #confirming: Promise<void> | null = null;
  #telling: Promise<void> | null = null;
  /** Lost to another one, or given back. */
  #isOver = false;
  #deposedBy: number | null = null;

  /** @param isUp - whether there is a link: without one nothing is renewed */
  constructor(leader: Leader, node: CheckedNode, isUp: () => boolean) {
    this.#leader = leader;
    this.#node = node;
    this.#isUp = isUp;
    this.#confirmedMs = node.clock.now();
    const { clock, limits } = node;
    // Not waited for: what is to be done then may take longer than the claim lasts.
    every(clock, limits.leaderMs / 3, this.#stopped.signal, () => void this.keep());
  }

  get claim(): LeaderClaim {
    return this.#leader.claim;
  }

  /** What became of it before is told as well. */
  follow(ears: LeadEars): void {
    this.#ears = ears;
    if (this.#deposedBy !== null) ears.onDeposed(this.#deposedBy);
  }

  /** Renews it now. */
  async keep(): Promise<void> {
    if (!this.#isUp()) return;
    try {
      await this.#renew();
      if (this.#isOver || this.#stopped.signal.aborted) return;
      this.#telling ??= (this.#ears?.onRenewed() ?? Promise.resolve()).finally(() => {
        this.#telling = null;
      });
      await this.#telling;
    } catch (error) {
      this.#ears?.onTrouble(error);
    }
  }

  /**
   * Whoever was stopped for so long that another one may lead by now asks before it does anything.
   * Rejects when another one leads, or that cannot be told.
   */
  async confirm(): Promise<void> {
    const { clock, limits } = this.#node;
    if (clock.now() - this.#confirmedMs >= limits.leaderMs) {
      this.#confirming ??= this.#renew().finally(() => {
        this.#confirming = null;
      });
      await this.#confirming;
    }
    if (this.#isOver) throw new PowError('POW_WORKER', 'this master leads no longer');
  }

  /** A higher epoch was seen. */
  depose(epoch: number): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#deposedBy = epoch;
    this.stop();
    this.#ears?.onDeposed(epoch);
  }

  /** From here on `confirm` rejects; a later claim of another one is no news. */
  async resign(): Promise<void> {
    this.stop();
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#isUp()) await this.#leader.resign();
  }

  /** It is not renewed any more: others lead when its time is up. */
  stop(): void {
    this.#stopped.abort();
  }

  /** Rejects when the server does not answer. */
  async #renew(): Promise<void> {
    const nowMs = this.#node.clock.now();
    const other = await this.#leader.renew();
    if (other !== null) this.depose(other.epoch);
    else this.#confirmedMs = nowMs;
  }
}
