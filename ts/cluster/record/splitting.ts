/** Units that are lent no more: two others take their place, or none. */

import type { SplitEntry } from './entries.js';
import { type State, unitOf } from './state.js';
import type { UnitRecord } from './units.js';
import type { WorkRecord } from './work-record.js';

/** @returns the halves; none: it is quarantined */
export function splitOrQuarantine(
  state: State,
  work: WorkRecord,
  unit: UnitRecord,
  nowMs: number,
): UnitRecord[] {
  const { scannedTo, span, depth } = unit;
  const left = span.end - scannedTo;
  if (depth >= state.rules.mostSplits || left < 2n) {
    quarantine(state, work, unit, nowMs);
    return [];
  }
  return dismiss(state, work, unit, { at: scannedTo + left / 2n, depth: depth + 1 }, nowMs);
}

/** Two units take the place of this one. */
export function dismiss(
  state: State,
  work: WorkRecord,
  unit: UnitRecord,
  how: Pick<SplitEntry, 'at' | 'depth'>,
  nowMs: number,
): [UnitRecord, UnitRecord] {
  state.unitEvent(work, unit, 'split');
  remember(state, work, unit, 'split');
  const first = work.next;
  state.commit({ kind: 'split', work: work.id, index: unit.index, ...how }, nowMs);
  const halves = [work.open.get(first), work.open.get(first + 1)] as [UnitRecord, UnitRecord];
  for (const half of halves) state.unitEvent(work, half, 'pending');
  return halves;
}

export function quarantine(state: State, work: WorkRecord, unit: UnitRecord, nowMs: number): void {
  remember(state, work, unit, 'quarantined');
  state.commit({ kind: 'quarantine', work: work.id, index: unit.index }, nowMs);
  state.totals.quarantined++;
  state.thinned.add(work);
  state.unitEvent(work, unit, 'quarantined');
  const { variant, start, end } = unitOf(work, unit);
  const where = `nonces ${start} to ${end} of variant ${variant}`;
  state.notice('warn', `unit ${work.id}.${unit.index} is given up: ${where} are not hashed`);
}

export function remember(
  state: State,
  work: WorkRecord,
  unit: UnitRecord,
  how: 'completed' | 'split' | 'quarantined',
): void {
  const { index, span, fence } = unit;
  state.recent.add({ work: work.id, index, span, fence, how });
}
