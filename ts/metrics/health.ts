/** Whether there is anything to mine. Pure: what the source says and times in. */

import { printable } from '../core/printable.js';
import type { SourceStatus } from '../miner/ports.js';

/** The answer of `/health/ready`. */
export interface Readiness {
  readonly ready: boolean;
  /** Why not; empty when ready. */
  readonly reasons: readonly string[];
  readonly connection: SourceStatus['connection'];
  readonly lanes: number;
  /** Lanes that have fresh work now. */
  readonly freshLanes: number;
  /** Since work of any lane was last known to be the newest; `null`: there was none so far. */
  readonly workAgeMs: number | null;
}

/**
 * Ready: the source is connected, and some lane has fresh work, or had it when last asked: a lane
 * has none for a moment whenever a block was found. A lane that stands still stops nobody; its age
 * is a metric.
 */
export class Health {
  readonly #freshMs: number;
  /** When work was last known to be the newest. */
  #newestAtMs: number | null = null;

  /** @param freshMs - work that was last known to be the newest longer ago is not fresh */
  constructor(freshMs: number) {
    this.#freshMs = freshMs;
  }

  readiness({ connection, lanes, lastError }: SourceStatus, nowMs: number): Readiness {
    const ages = lanes.flatMap(({ workAgeMs }) => workAgeMs ?? []);
    for (const age of ages) {
      this.#newestAtMs = Math.max(this.#newestAtMs ?? Number.NEGATIVE_INFINITY, nowMs - age);
    }
    const workAgeMs = this.#newestAtMs === null ? null : nowMs - this.#newestAtMs;
    const reasons: string[] = [];
    if (connection !== 'connected') {
      const why = lastError === null ? '' : `: ${printable(lastError)}`;
      reasons.push(`the connection of the source is ${connection}${why}`);
    }
    if (workAgeMs === null) {
      reasons.push('the source has no work');
    } else if (workAgeMs > this.#freshMs) {
      const age = (workAgeMs / 1000).toFixed(1);
      reasons.push(`the newest work is ${age} s old, more than ${this.#freshMs / 1000} s`);
    }
    return {
      ...{ ready: reasons.length === 0, reasons, connection, lanes: lanes.length },
      freshLanes: ages.filter((age) => age <= this.#freshMs).length,
      workAgeMs,
    };
  }
}
