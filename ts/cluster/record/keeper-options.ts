/** What a keeper of the record is opened with. */

import type { Clock } from '../../miner/clock.js';
import type { Effect } from './decisions.js';
import type { Disk } from './journal-disk.js';
import type { Conduct, Referee } from './judges.js';
import type { Rules } from './rules.js';

export interface KeeperOptions {
  /** Default: none, in memory alone. */
  readonly journalFile?: string | undefined;
  readonly snapshotBytes?: number | undefined;
  /** For tests: one that fails. */
  readonly disk?: Disk | undefined;
  /**
   * Decides on the epoch of this master where that is not for the journal to do (compare-and-set).
   *
   * @param above - the journal's last one: it must be higher
   */
  readonly epoch?: ((above: number) => Promise<number>) | undefined;
  readonly referee: Referee;
  readonly conduct: Conduct;
  readonly rules?: Partial<Rules> | undefined;
  readonly clock: Clock;
  /** Milliseconds since 1970; default: of this machine. */
  readonly wallNowMs?: (() => number) | undefined;
  /**
   * Carries out an effect; it does not throw. `cancel`, `end` and `drop` come at once, the others
   * when what they stand on is stored, and `assign` only where its lease is not over by then.
   * `over` has answered `Keeper.cancel`.
   */
  perform(effect: Effect): void;
}
