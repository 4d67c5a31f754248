/** Requests for work: one at a time per chain, none forgotten, all held back after a failure. */

import type { Clock } from '../../miner/clock.js';
import { failureOf, type NodeFailure } from '../../miner/node-failure.js';
import { Retry, type RetryRule } from '../../miner/retry.js';

/** A chain, or `null` for whichever the node likes. */
export type Wanted = number | null;

export interface WorkQueueOptions<Work> {
  ask(chain: Wanted, signal: AbortSignal): Promise<Work>;
  onWork(work: Work, chain: Wanted): void;
  /** @returns whether to ask again */
  onFailure(failure: NodeFailure, chain: Wanted): 'again' | 'give-up';
  /** Requests under way at once. */
  readonly concurrency: number;
  readonly retry: RetryRule;
  readonly clock: Clock;
  /** Random, `0 <= n < 1`. */
  fraction(): number;
}

export class WorkQueue<Work> {
  readonly #options: WorkQueueOptions<Work>;
  readonly #retry: Retry;
  readonly #closing = new AbortController();
  readonly #waiting = new Set<Wanted>();
  readonly #underWay = new Map<Wanted, Promise<void>>();
  #heldUntilMs = Number.NEGATIVE_INFINITY;
  #cancelHold: (() => void) | null = null;

  constructor(options: WorkQueueOptions<Work>) {
    this.#options = options;
    this.#retry = new Retry(options.retry, options.fraction);
  }

  /**
   * Asks for work. While a request for the same chain is under way another one follows it: an
   * answer that was on its way may be older than what made this call.
   */
  want(chain: Wanted): void {
    if (this.#closing.signal.aborted) return;
    this.#waiting.add(chain);
    this.#advance();
  }

  /** The node is there: what a failure holds back is asked for now. */
  lift(): void {
    this.#heldUntilMs = Number.NEGATIVE_INFINITY;
    this.#cancelHold?.();
    this.#cancelHold = null;
    this.#advance();
  }

  isAsking(chain: Wanted): boolean {
    return this.#waiting.has(chain) || this.#underWay.has(chain);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#cancelHold?.();
    await Promise.all(this.#underWay.values());
  }

  #advance(): void {
    const { clock, concurrency } = this.#options;
    if (this.#closing.signal.aborted || this.#isHeld(clock.now())) return;
    for (const chain of [...this.#waiting]) {
      if (this.#underWay.size >= concurrency) return;
      if (this.#underWay.has(chain)) continue;
      this.#waiting.delete(chain);
      this.#underWay.set(chain, this.#ask(chain));
    }
  }

  #isHeld(nowMs: number): boolean {
    if (nowMs >= this.#heldUntilMs) return false;
    this.#cancelHold ??= this.#options.clock.after(this.#heldUntilMs - nowMs, () => {
      this.#cancelHold = null;
      this.#advance();
    });
    return true;
  }

  async #ask(chain: Wanted): Promise<void> {
    const { ask, onWork, onFailure, clock } = this.#options;
    const { signal } = this.#closing;
    try {
      const work = await ask(chain, signal);
      this.#underWay.delete(chain);
      if (signal.aborted) return;
      this.#retry.succeeded();
      this.#heldUntilMs = Number.NEGATIVE_INFINITY;
      onWork(work, chain);
    } catch (error) {
      this.#underWay.delete(chain);
      if (signal.aborted) return;
      const failure = failureOf(error);
      this.#heldUntilMs = clock.now() + this.#restAfter(failure);
      if (onFailure(failure, chain) === 'again') this.#waiting.add(chain);
    }
    this.#advance();
  }

  /** What does not pass by itself is not asked for in haste. */
  #restAfter(failure: NodeFailure): number {
    const delayMs = this.#retry.failed(this.#options.clock.now());
    return failure.isPassing ? delayMs : this.#options.retry.patientMs;
  }
}
