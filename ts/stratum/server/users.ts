/** Shares and hash rates by user (`account.worker`), as many as are kept. */

import { printable } from '../../core/printable.js';
import { type RateEstimate, ShareRate } from '../session/share-rate.js';
import type { Verdict } from '../session/state.js';

export interface UserStats {
  /** Control characters are out of it. */
  readonly user: string;
  readonly accepted: number;
  readonly rejected: number;
  readonly rate: RateEstimate;
}

interface User {
  accepted: number;
  rejected: number;
  readonly rate: ShareRate;
}

/** The one that was silent for longest goes first. */
const MOST_USERS = 10_000;

export class Users {
  readonly #users = new Map<string, User>();
  readonly #verdicts = new Map<string, number>();
  readonly #total: ShareRate;
  #hashes = 0;

  constructor(nowMs: number) {
    this.#total = new ShareRate(nowMs);
  }

  note(user: string, verdict: Verdict, nowMs: number): void {
    this.#verdicts.set(verdict.kind, (this.#verdicts.get(verdict.kind) ?? 0) + 1);
    const known = this.#users.get(user);
    if (verdict.kind !== 'accepted') {
      // A name takes memory only once it has cost somebody work.
      if (known !== undefined) known.rejected += 1;
      return;
    }
    this.#hashes += verdict.hashes;
    this.#total.add(verdict.hashes, nowMs);
    const record = known ?? { accepted: 0, rejected: 0, rate: new ShareRate(nowMs) };
    record.accepted += 1;
    record.rate.add(verdict.hashes, nowMs);
    if (known !== undefined) this.#users.delete(user); // so that it goes to the end of the order
    this.#users.set(user, record);
    const [oldest] = this.#users.keys();
    if (this.#users.size > MOST_USERS && oldest !== undefined) this.#users.delete(oldest);
  }

  /** Hashes that every accepted share stands for. */
  get hashes(): number {
    return this.#hashes;
  }

  /** How often each verdict was given. */
  get verdicts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#verdicts);
  }

  total(nowMs: number): RateEstimate {
    return this.#total.estimate(nowMs);
  }

  stats(nowMs: number): readonly UserStats[] {
    return [...this.#users].map(([user, { accepted, rejected, rate }]) => {
      return { user: printable(user), accepted, rejected, rate: rate.estimate(nowMs) };
    });
  }
}
