/**
 * What the node's clock shows at least. A creation time beyond it makes a block that the node
 * drops without a word. Pure: readings in, a bound out.
 */

const SECOND = 1e6;

/** One answer of the node: between `sentAtMs` and `receivedAtMs` its clock showed all of this. */
export interface ClockReading {
  /** Whole seconds since the POSIX epoch, rounded down; `null`: it did not say. */
  readonly serverSeconds: number | null;
  /** Creation time of work, which is the time at which the node made it. */
  readonly workMicros: bigint;
  readonly sentAtMs: number;
  readonly receivedAtMs: number;
}

/** Microseconds that the node's clock is ahead of ours; a double holds them to the microsecond. */
export class NodeClock {
  #leastOffset: number | null = null;

  observe({ serverSeconds, workMicros, sentAtMs, receivedAtMs }: ClockReading): void {
    if (serverSeconds !== null) {
      const most = (serverSeconds + 1) * SECOND - sentAtMs * 1e3;
      // The clock was set back: what was known of it is void.
      if (this.#leastOffset !== null && this.#leastOffset > most) this.#leastOffset = null;
      this.#raise(serverSeconds * SECOND - receivedAtMs * 1e3);
      // Work that must be later than its parents may be ahead of the clock.
      if (Number(workMicros) >= (serverSeconds + 1) * SECOND) return;
    }
    this.#raise(Number(workMicros) - receivedAtMs * 1e3);
  }

  /** How long until the node's clock surely shows `micros`; 0: it does. Unknown counts as 0. */
  waitMs(micros: bigint, nowMs: number): number {
    if (this.#leastOffset === null) return 0;
    return Math.max(0, (Number(micros) - this.#leastOffset) / 1e3 - nowMs);
  }

  #raise(offset: number): void {
    this.#leastOffset = Math.max(this.#leastOffset ?? offset, offset);
  }
}
