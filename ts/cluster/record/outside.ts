/** Units that a queue outside lends by its own rules: here they are carved, judged and counted. */

import type { Unit, WorkId } from '../queue.js';
import { OUTSIDE } from './entries.js';
import { countFailure, type Fault } from './failures.js';
import { carve, fitting, lendOutside } from './lending.js';
import { countScanned } from './proving.js';
import { type State, unitOf } from './state.js';
import type { UnitRecord } from './units.js';
import { letGo } from './work-ends.js';
import type { WorkRecord } from './work-record.js';

/** A unit that is neither done nor given up. */
export interface OpenUnit {
  readonly unit: Unit;
  readonly fence: number;
  readonly resumeAt: bigint;
}

export interface CameBack {
  readonly fault: Fault;
  /** Who had it; `null`: that is not known. */
  readonly worker: string | null;
}

export function carveOutside(
  state: State,
  id: WorkId,
  how: { nonces: bigint; most: number },
  nowMs: number,
): OpenUnit[] {
  const work = state.works.get(id);
  const units: OpenUnit[] = [];
  while (work?.state === 'live' && work.spec !== null && units.length < how.most) {
    const [index] = work.ready;
    const returned = index === undefined ? undefined : work.open.get(index);
    if (returned === undefined && !work.uncarved) break;
    const unit =
      returned === undefined
        ? carve(state, work, how.nonces, nowMs)
        : fitting(state, work, returned, how.nonces, nowMs);
    units.push(openUnit(work, lendOutside(state, work, unit, nowMs)));
  }
  return units;
}

/** What is to be carved (again) is not among them: it has no fence yet under which it could be lent. */
export function* openUnits(state: State, id: WorkId): Generator<OpenUnit> {
  const work = state.works.get(id);
  if (work === undefined) return;
  for (const unit of work.open.values()) {
    if (unit.now.state === 'outside') yield openUnit(work, unit);
  }
}

/** Nobody out there takes a unit of that size: what is left of it is carved again. */
export function takeIn(state: State, id: WorkId, index: number, nowMs: number): void {
  const work = state.works.get(id);
  const unit = work?.open.get(index);
  if (work === undefined || unit?.now.state !== 'outside') return;
  countScanned(state, work, unit, unit.scannedTo, nowMs);
  unit.now.state = 'ready';
  work.ready.add(index);
}

/**
 * The unit under a new fence, with what is left of it; its halves where it failed too often.
 *
 * @returns none: it is done, given up, or lent from here
 */
export function lendOutsideAgain(
  state: State,
  id: WorkId,
  index: number,
  { fault, worker }: CameBack,
  nowMs: number,
): OpenUnit[] {
  const work = state.works.get(id);
  const unit = work?.open.get(index);
  if (work === undefined || unit?.now.state !== 'outside') return [];
  countScanned(state, work, unit, unit.scannedTo, nowMs);
  const halves = countFailure(state, work, unit, { fault, worker: worker ?? OUTSIDE }, nowMs);
  if (halves !== null) {
    const units = halves.map((half) => openUnit(work, lendOutside(state, work, half, nowMs)));
    letGo(state, work, nowMs);
    return units;
  }
  state.totals.redelivered++;
  return [openUnit(work, lendOutside(state, work, unit, nowMs))];
}

function openUnit(work: WorkRecord, unit: UnitRecord): OpenUnit {
  return { unit: unitOf(work, unit), fence: unit.fence, resumeAt: unit.scannedTo };
}
