/**
 * Notices threads that starve: awake, with work running, and nothing left for them to claim. That
 * is what a miner suffers from that takes candidates one by one. Pure: counts and times in.
 */

import type { ThreadStats } from '../native/contract.js';

/** How often the threads are looked at. */
export const STARVATION_WINDOW_MS = 1_000;
/** A thread that starved for a larger part of a window counts. */
export const STARVED_SHARE = 0.25;
/** Told at most so often. */
const TOLD_EVERY_MS = 10_000;

/** What happened since it was last told, at most {@link Starved.windowMs} ago. */
export interface Starved {
  /** Most threads that starved at the same time, and how many there are. */
  readonly threads: number;
  readonly ofThreads: number;
  /** How long they starved, added up over threads. */
  readonly starvedMs: number;
  readonly windowMs: number;
}

export class Starvation {
  #last: { readonly atMs: number; readonly rows: readonly ThreadStats[] } | null = null;
  #toldAtMs = Number.NEGATIVE_INFINITY;
  /** Not told yet. */
  #threads = 0;
  #starvedMs = 0;
  #sinceMs = 0;

  /** Once in every window. */
  look(rows: readonly ThreadStats[], nowMs: number): Starved | null {
    const last = this.#last;
    this.#last = { atMs: nowMs, rows };
    if (last !== null && nowMs > last.atMs) this.#add(last.rows, rows, last.atMs, nowMs);
    if (this.#threads === 0 || nowMs - this.#toldAtMs < TOLD_EVERY_MS) return null;
    const [threads, starvedMs] = [this.#threads, this.#starvedMs];
    this.#toldAtMs = nowMs;
    this.#threads = 0;
    this.#starvedMs = 0;
    return { threads, ofThreads: rows.length, starvedMs, windowMs: nowMs - this.#sinceMs };
  }

  #add(
    before: readonly ThreadStats[],
    after: readonly ThreadStats[],
    fromMs: number,
    toMs: number,
  ): void {
    // A thread that is new, or began again, is looked at from the next window on.
    const starved = after
      .map(({ starvedMs }, row) => starvedMs - (before[row]?.starvedMs ?? starvedMs))
      .filter((ms) => ms > STARVED_SHARE * (toMs - fromMs));
    if (starved.length === 0) return;
    if (this.#threads === 0) this.#sinceMs = fromMs;
    this.#threads = Math.max(this.#threads, starved.length);
    this.#starvedMs += starved.reduce((sum, ms) => sum + ms, 0);
  }
}
