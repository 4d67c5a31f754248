/** Whether there is anything to mine. Pure. */

import { printable } from '../core/printable.js';
import type { SourceStatus } from '../miner/ports.js';

/** The answer of `/health/ready`. */
export interface Readiness {
  readonly ready: boolean;
  /** Why not; empty when ready. */
  readonly reasons: readonly string[];
  readonly connection: SourceStatus['connection'];
  readonly lanes: number;
  /** Lanes whose work is fresh. */
  readonly freshLanes: number;
  /** Of the lane with the freshest work; `null`: there is no work. */
  readonly workAgeMs: number | null;
}

/**
 * Ready: the source is connected, and at least one lane has fresh work. A lane that stands still
 * stops nobody; its age is a metric.
 *
 * @param freshMs - work that was last known to be the newest longer ago is not fresh
 */
export function readinessOf(status: SourceStatus, freshMs: number): Readiness {
  const { connection, lanes, lastError } = status;
  const ages = lanes.flatMap(({ workAgeMs }) => workAgeMs ?? []);
  const workAgeMs = ages.length === 0 ? null : ages.reduce((least, age) => Math.min(least, age));
  const reasons: string[] = [];
  if (connection !== 'connected') {
    const why = lastError === null ? '' : `: ${printable(lastError)}`;
    reasons.push(`the connection of the source is ${connection}${why}`);
  }
  if (workAgeMs === null) {
    reasons.push('the source has no work');
  } else if (workAgeMs > freshMs) {
    const age = (workAgeMs / 1000).toFixed(1);
    reasons.push(`the newest work is ${age} s old, more than ${freshMs / 1000} s`);
  }
  return {
    ...{ ready: reasons.length === 0, reasons, connection, lanes: lanes.length },
    freshLanes: ages.filter((age) => age <= freshMs).length,
    workAgeMs,
  };
}
