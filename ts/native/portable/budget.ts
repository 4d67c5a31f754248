/** Time that an idle thread saves up at most, so that what comes after a pause begins at once. */
const BURST_MS = 20;

/**
 * The time that a thread may use: so many per cent of the time that passes. What a chunk costs is
 * paid for afterwards, and a sleep that was too long is earned back: the share holds on average.
 */
export class Budget {
  #seenMs: number | null = null;
  /** Below zero while the thread owes some. */
  #inHandMs = 0;

  /**
   * @param percent - the limit; 100: none
   * @returns how long to sleep before the next chunk; 0: not at all
   */
  nap(percent: number, nowMs: number): number {
    if (percent >= 100) {
      this.#seenMs = null;
      return 0;
    }
    if (this.#seenMs === null) this.#inHandMs = BURST_MS;
    const earnedMs = ((nowMs - (this.#seenMs ?? nowMs)) * percent) / 100;
    this.#inHandMs = Math.min(BURST_MS, this.#inHandMs + earnedMs);
    this.#seenMs = nowMs;
    return this.#inHandMs < 0 ? (-this.#inHandMs * 100) / percent : 0;
  }

  /** A chunk took so long. */
  use(busyMs: number): void {
    this.#inHandMs -= busyMs;
  }
}
