import type { LatencyStats } from '../contract.js';

/** Adds up durations. */
export class Latency {
  #stats: LatencyStats = { count: 0, totalMs: 0, maxMs: 0, lastMs: 0 };

  get stats(): LatencyStats {
    return this.#stats;
  }

  note(ms: number): void {
    const { count, totalMs, maxMs } = this.#stats;
    this.#stats = {
      count: count + 1,
      totalMs: totalMs + ms,
      maxMs: Math.max(maxMs, ms),
      lastMs: ms,
    };
  }
}
