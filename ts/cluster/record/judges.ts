/** What the record asks of whoever judges results and workers. */

import type { Share, Unit, WorkSpec } from '../queue.js';

/** What was found when the shares of a result were hashed again. */
export interface Judgement {
  /** Why the result counts for nothing; `null`: every share holds. */
  readonly rejected: string | null;
  /** Shares that meet the target. */
  readonly solutions: readonly Share[];
}

export interface Referee {
  /**
   * Hashes every share again. Nonces were found to lie within the lease before.
   *
   * @param shares - of one unit; never more than `MOST_SHARES`
   */
  check(spec: WorkSpec, unit: Unit, shares: readonly Share[]): Judgement;
}

/** What a lease leaves behind as hashed. */
export interface Scanned {
  readonly worker: string;
  readonly key: string;
  readonly spec: WorkSpec;
  readonly unit: Unit;
  /** What this key says that it hashed, within the unit. */
  readonly from: bigint;
  readonly to: bigint;
  /** Every share that was reported there; perhaps others of the unit. */
  readonly reported: ReadonlySet<bigint>;
}

/** What a key is remembered for: relative to now, for whoever has another clock. */
export interface Past {
  /** Strikes that count, oldest first. */
  readonly strikesAgoMs: readonly number[];
  /** Its newest strike, whether it counts or not. */
  readonly lastAgoMs: number;
  /** So far: the next one is longer for them. */
  readonly bans: number;
  /** How much longer it is banned; 0: it is not. */
  readonly bannedMs: number;
}

/** The good name of keys: several nodes may share one, and it outlives their connections. */
export interface Conduct {
  /**
   * Counts the shares of an accepted result against what was to be expected of its hashes.
   *
   * @returns what is wrong with them by now; `null`: nothing
   */
  count(key: string, made: { shares: number; expected: number }, nowMs: number): string | null;
  /** @returns for how long the key is banned from now on; 0: not yet */
  strike(key: string, reason: string, nowMs: number): number;
  /** For what was proved: no second time is needed. @returns for how long */
  ban(key: string, nowMs: number): number;
  /** How much longer the key is banned; 0: it is not. */
  bannedMs(key: string, nowMs: number): number;
  /** Strikes that count now. */
  strikes(key: string, nowMs: number): number;
  /** `null`: there is nothing that still counts. */
  past(key: string, nowMs: number): Past | null;
  /** Every key of which there is something. */
  pasts(nowMs: number): Iterable<[key: string, past: Past]>;
  /** What an earlier master remembered, instead of what is known of the key. */
  remember(key: string, past: Past, nowMs: number): void;
}
