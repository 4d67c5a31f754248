/** Looks whether the queue still holds what it should: servers have been known to forget. */

import type { UnitKey } from '../queue.js';
import type { RecordView } from '../record/keeper.js';
import type { CheckedNode } from './checked-options.js';
import type { Nats } from './connection.js';
import type { Filler } from './filler.js';
import type { Lendings } from './lendings.js';
import type { Stock } from './stock.js';
import { textOf } from './text-of.js';

/** Leases are given again by the server in one time of theirs: later than that is too late. */
const LATE = 3;

export interface WatchdogHow {
  readonly node: CheckedNode;
  readonly lendings: Lendings;
  readonly filler: Filler;
  readonly stock: Stock;
  readonly view: RecordView;
  readonly settle: () => Promise<void>;
  readonly onNotice: (text: string) => void;
}

export class Watchdog {
  readonly #nats: Nats;
  readonly #how: WatchdogHow;
  #isSuspicious = false;
  /** Nothing was given out, and something was left, the last time as well. */
  #wasIdle = false;
  /** As of the last look. */
  #missing: ReadonlySet<UnitKey> = new Set();

  constructor(nats: Nats, how: WatchdogHow) {
    this.#nats = nats;
    this.#how = how;
  }

  /** Something went wrong: compare at the next look. */
  suspect(): void {
    this.#isSuspicious = true;
  }

  async look(): Promise<void> {
    if (!this.#nats.isUp) return;
    try {
      const isIdle = (await this.#isIdle()) && this.#isLeft();
      const isStuck = isIdle && this.#wasIdle;
      this.#wasIdle = isIdle && !isStuck;
      const isMissing = await this.#isMissing();
      if (!isStuck && !this.#isSuspicious && !isMissing && !this.#isLate()) return;
      this.#isSuspicious = false;
      await this.#mend(isStuck);
    } catch (error) {
      this.#how.onNotice(`the queue could not be looked at: ${textOf(error)}`);
    }
  }

  async #mend(isStuck: boolean): Promise<void> {
    const { filler, stock, settle, onNotice } = this.#how;
    for (const { id } of filler.live) {
      const put = await stock.mend(id, settle, isStuck);
      if (put > 0) onNotice(`${put} units of work ${id} were missing in the queue`);
    }
    filler.fillAll();
  }

  /** Units are open that should be in the queue. */
  #isLeft(): boolean {
    const { filler, view } = this.#how;
    return filler.live.some(({ id }) => {
      const [open] = view.outstanding(id);
      return open !== undefined;
    });
  }

  /** No unit is in hands, and none waits for a hand. */
  async #isIdle(): Promise<boolean> {
    const { node, stock } = this.#how;
    const there = new Set<string>();
    let count = 0;
    for await (const consumer of this.#nats.jsm.consumers.list(node.names.units)) {
      there.add(consumer.name);
      count += consumer.num_pending + consumer.num_ack_pending;
    }
    await stock.keepConsumers(there);
    return count === 0;
  }

  /** A worker has dropped a unit that it took for void, say: of other works there is enough to do. */
  async #isMissing(): Promise<boolean> {
    const { filler, stock } = this.#how;
    const before = this.#missing;
    const missing = await Promise.all(filler.live.map(({ id }) => stock.missing(id)));
    this.#missing = new Set(missing.flat());
    return [...this.#missing].some((key) => before.has(key));
  }

  /** Somebody had a unit, and nobody says anything of it any more. */
  #isLate(): boolean {
    const { lendings, node } = this.#how;
    const beforeMs = node.clock.now() - LATE * node.limits.leaseMs;
    for (const { holder } of lendings.held()) if (holder.heardMs < beforeMs) return true;
    return false;
  }
}
