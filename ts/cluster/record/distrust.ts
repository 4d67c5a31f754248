/** A key was proved to report what it did not hash: what it says that it hashed is hashed again. */

import { countScanned } from './proving.js';
import type { State } from './state.js';
import type { UnitRecord } from './units.js';

/** What it did longer ago is believed. */
const DISTRUST_MS = 600_000;

export function doAgain(state: State, key: string, nowMs: number): void {
  countOutside(state, key, nowMs);
  for (const { work: id, span, fence } of state.scanned.takeOf(key, nowMs - DISTRUST_MS)) {
    const work = state.works.get(id);
    if (work?.state !== 'live' || work.spec === null || fence <= work.floor) continue;
    const index = work.next;
    state.commit({ kind: 'again', work: id, index, span }, nowMs);
    state.unitEvent(work, work.open.get(index) as UnitRecord, 'pending');
  }
}

/** A ban does not take units of a queue outside out of its hands here: that queue lends them again. */
function countOutside(state: State, key: string, nowMs: number): void {
  for (const work of state.works.values()) {
    for (const unit of work.open.values()) {
      const { state: where, lease } = unit.now;
      if (where !== 'outside' || lease?.key !== key) continue;
      countScanned(state, work, unit, unit.scannedTo, nowMs);
    }
  }
}
