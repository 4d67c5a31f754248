import * as assert from 'uvu/assert';
import type { QueueEvent } from '../../../ts/cluster/queue.js';

const HOUR_MS = 3_600_000;

/** What masters, one after the other, said of workers: none of them may forget it. */
export class Blames {
  readonly #strikesMs = new Map<string, number[]>();
  readonly #bannedUntilMs = new Map<string, number>();

  note(event: QueueEvent, nowMs: number): void {
    if (event.kind === 'strike') {
      this.#strikesMs.set(event.worker, [...(this.#strikesMs.get(event.worker) ?? []), nowMs]);
    } else if (event.kind === 'banned') {
      this.#strikesMs.delete(event.worker);
      this.#bannedUntilMs.set(event.worker, nowMs + event.forMs);
    }
  }

  bannedMs(worker: string, nowMs: number): number {
    return Math.max(0, (this.#bannedUntilMs.get(worker) ?? 0) - nowMs);
  }

  check(nowMs: number): void {
    for (const [worker, strikesMs] of this.#strikesMs) {
      const strikes = strikesMs.filter((atMs) => nowMs - atMs < HOUR_MS).length;
      assert.ok(strikes < 3, `${worker} has ${strikes} strikes, and is not banned`);
    }
  }
}
