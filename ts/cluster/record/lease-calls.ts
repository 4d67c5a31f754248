/**
 * What a holder says of its lease: that it lives, how far it is, that it gives the unit back. How
 * far it is counts once results have shown it.
 */

import type { Extension, HeldLease } from './decisions.js';
import { giveBack } from './giving-back.js';
import type { State } from './state.js';
import { claim, type UnitRecord } from './units.js';
import { letGo } from './work-ends.js';
import type { WorkRecord } from './work-record.js';
import { isBegun } from './workers.js';

export function extend(state: State, worker: string, lease: HeldLease, nowMs: number): Extension {
  const record = state.workers.get(worker);
  const work = state.works.get(lease.work);
  if (work === undefined) return { kept: false, why: 'stale' };
  const unit = heldBy(work, worker, lease);
  if (unit === null || unit.now.state !== 'leased' || record === undefined) {
    return { kept: false, why: work.state === 'ending' ? work.endReason : 'lost' };
  }
  record.heardMs = nowMs;
  const wasBegun = isBegun(unit);
  claim(unit, lease.scannedTo);
  if (!wasBegun && isBegun(unit)) state.unitEvent(work, unit, 'computing');
  const ttlMs = record.ttlMs(state.rules, nowMs);
  unit.now.deadlineMs = nowMs + ttlMs;
  if (unit.now.movedMs !== null) return { kept: false, why: 'moved' };
  if (work.state === 'ending') return { kept: false, why: work.endReason };
  return { kept: true, ttlMs };
}

export function release(
  state: State,
  worker: string,
  lease: HeldLease,
  failed: string | null,
  nowMs: number,
): void {
  const work = state.works.get(lease.work);
  const unit = work === undefined ? null : heldBy(work, worker, lease);
  if (work === undefined || unit === null) return;
  if (failed !== null) {
    state.notice('warn', `unit ${work.id}.${unit.index} failed on ${worker}: ${failed}`);
  }
  if (unit.now.state === 'leased' || unit.now.state === 'away') {
    giveBack(state, { work, unit }, failed === null ? 'none' : 'failed', nowMs);
    letGo(state, work, nowMs);
  }
}

/** The unit, if this is its newest lease. */
function heldBy(work: WorkRecord, worker: string, lease: HeldLease): UnitRecord | null {
  const unit = work.open.get(lease.index);
  return unit?.fence === lease.fence && unit.holder === worker ? unit : null;
}
