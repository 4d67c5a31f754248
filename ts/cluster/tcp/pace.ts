/** Whether a frame comes fast enough, once it has begun to come. Pure: times in. */

import type { FrameWait } from '../wire/frame-reader.js';
import type { TcpLimits } from './limits.js';

type PaceLimits = Pick<TcpLimits, 'headerMs' | 'payloadMs' | 'chunkMs' | 'leastBytesPerSecond'>;

/** Before the least rate counts. */
const START_MS = 1_000;

export class Pace {
  readonly #limits: PaceLimits;
  #part: FrameWait['part'] | null = null;
  #sinceMs = 0;

  constructor(limits: PaceLimits) {
    this.#limits = limits;
  }

  /** A frame is complete: the next one has its own time. */
  completed(): void {
    this.#part = null;
  }

  /** Nothing was read for so long by our own will. */
  paused(forMs: number): void {
    this.#sinceMs += forMs;
  }

  /** @returns what is too slow; `null`: nothing is */
  look(wait: FrameWait | null, nowMs: number): string | null {
    const part = wait?.part ?? null;
    if (part !== this.#part) {
      this.#part = part;
      this.#sinceMs = nowMs;
    }
    if (wait === null || nowMs - this.#sinceMs <= this.#mostMs(wait)) return null;
    return `the ${wait.part} of a frame comes too slowly`;
  }

  #mostMs({ part, need, row }: FrameWait): number {
    const { headerMs, payloadMs, chunkMs, leastBytesPerSecond } = this.#limits;
    if (part === 'header') return headerMs;
    const most = row?.kind === 'dataset-chunk' ? chunkMs : payloadMs;
    return Math.min(most, START_MS + (need / leastBytesPerSecond) * 1_000);
  }
}
