/** What becomes of a unit that its holder does not finish: lent again, split, or given up. */

import { OUTSIDE } from './entries.js';
import { countFailure, type Fault } from './failures.js';
import { FENCES } from './fence.js';
import { countScanned } from './proving.js';
import type { State } from './state.js';
import type { UnitRecord } from './units.js';
import type { WorkRecord } from './work-record.js';
import type { Held } from './workers.js';

export function nextFence(state: State, unit: UnitRecord): number {
  return Math.max(state.epoch * FENCES + 1, unit.fence + 1);
}

/** Out of the hands of its holder. */
export function unhand(state: State, { work, unit }: Held): void {
  const { now } = unit;
  if (now.state === 'leased') {
    work.leased--;
    const holder = state.workers.get(unit.holder ?? '');
    if (holder?.leases.delete(unit)) state.feed(holder);
  }
  work.away.delete(unit.index);
  now.moveTo = endMove(state, unit);
  now.movedMs = null;
}

/** @returns who waited for it */
function endMove(state: State, unit: UnitRecord): string | null {
  const to = unit.now.moveTo;
  const asker = to === null ? undefined : state.workers.get(to);
  if (asker !== undefined) asker.awaited = Math.max(0, asker.awaited - 1);
  return asker === undefined ? null : to;
}

/** The unit is to be lent again, or has failed too often for that. */
export function giveBack(state: State, held: Held, fault: Fault, nowMs: number): void {
  const { work, unit } = held;
  unhand(state, held);
  countScanned(state, work, unit, unit.scannedTo, nowMs);
  const to = unit.now.moveTo;
  unit.now.moveTo = null;
  const how = { fault, worker: unit.holder ?? OUTSIDE };
  if (countFailure(state, work, unit, how, nowMs) !== null) return;
  unit.now.state = 'ready';
  work.ready.add(unit.index);
  state.unitEvent(work, unit, 'pending');
  const asker = to === null ? undefined : state.workers.get(to);
  if (asker === undefined) return;
  comeFirst(work.ready, unit.index);
  if (state.hungry.has(asker)) comeFirst(state.hungry, asker);
}

/** The holder's connection is gone; it may come back and claim what it holds. */
export function goAway(
  state: State,
  held: Held,
  how: { blamed: boolean; free: boolean },
  nowMs: number,
): void {
  const { work, unit } = held;
  unhand(state, held);
  unit.now.moveTo = null;
  unit.now.state = 'away';
  unit.now.blamed = how.blamed;
  unit.now.free = how.free;
  unit.now.untilMs = nowMs + state.rules.graceMs;
  work.ready.delete(unit.index);
  work.away.add(unit.index);
}

/** Its holder will not be waited for. */
export function giveUpOn(state: State, work: WorkRecord, unit: UnitRecord, nowMs: number): void {
  giveBack(state, { work, unit }, unit.now.blamed ? 'lost' : 'none', nowMs);
}

function comeFirst<T>(set: Set<T>, item: T): void {
  const others = [...set].filter((other) => other !== item);
  set.clear();
  set.add(item);
  for (const other of others) set.add(other);
}
