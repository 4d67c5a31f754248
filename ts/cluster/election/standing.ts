/**
 * Leadership where the master's end of the queue itself waits until nobody else leads (NATS): a
 * node with a source is always about to be the master, and waits in `startMaster`.
 */

import type { Clock } from '../../miner/clock.js';
import type { Decision, Leadership } from './auto.js';

/** After it was deposed: who is faster may have it. */
const AGAIN_MS = 1000;

export class Standing implements Leadership {
  readonly #stands: boolean;
  readonly #clock: Clock;
  #epoch = 1;
  #onDecision: (decision: Decision) => void = () => {};
  #untime = () => {};

  constructor(stands: boolean, clock: Clock) {
    this.#stands = stands;
    this.#clock = clock;
  }

  follow(onDecision: (decision: Decision) => void): void {
    this.#onDecision = onDecision;
    this.#decide();
  }

  opened(epoch: number): void {
    this.#epoch = epoch;
  }

  ended(seenEpoch: number): void {
    this.#epoch = Math.max(this.#epoch, seenEpoch) + 1;
    this.#onDecision({ kind: 'looking' });
    this.#untime = this.#clock.after(AGAIN_MS, () => this.#decide());
  }

  async close(): Promise<void> {
    this.#untime();
  }

  #decide(): void {
    const { kind, epoch } = { kind: 'master' as const, epoch: this.#epoch };
    this.#onDecision(this.#stands ? { kind, epoch } : { kind: 'looking' });
  }
}
