/** How a worker leaves: with the chance to come back, or for good. */

import { giveBack, goAway } from './giving-back.js';
import type { State } from './state.js';
import { letGo } from './work-ends.js';
import type { WorkerRecord } from './workers.js';

/** Its connection is gone: it may come back in a moment, or have died. */
export function leaveForNow(state: State, worker: WorkerRecord, nowMs: number): void {
  const suspects = new Set(worker.suspects());
  for (const [unit, work] of [...worker.leases]) {
    goAway(state, { work, unit }, { blamed: suspects.has(unit), free: true }, nowMs);
    letGo(state, work, nowMs);
  }
  forget(state, worker);
}

/** @param how - `failed`: what it was at counts as a failure */
export function leaveNow(
  state: State,
  worker: WorkerRecord,
  how: { failed: boolean },
  nowMs: number,
): void {
  const suspects = new Set(how.failed ? worker.suspects() : []);
  for (const [unit, work] of [...worker.leases]) {
    giveBack(state, { work, unit }, suspects.has(unit) ? 'lost' : 'none', nowMs);
    letGo(state, work, nowMs);
  }
  forget(state, worker);
}

function forget(state: State, worker: WorkerRecord): void {
  state.keepLeft(worker);
  state.workers.delete(worker.id);
  state.hungry.delete(worker);
  state.event({ kind: 'node', op: 'leave', node: worker.node });
}
