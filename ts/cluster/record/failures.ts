/**
 * Failures of units: whether it is the unit, or whoever had it. One key alone must not make others
 * give up what they could hash.
 */

import { splitOrQuarantine } from './splitting.js';
import type { State } from './state.js';
import type { UnitRecord } from './units.js';
import type { WorkRecord } from './work-record.js';

/** `lost`: its holder died, or was silent; `failed`: that one said so. */
export type Fault = 'none' | 'failed' | 'lost';

/** @returns `null`: it is to be lent again; else its halves, none where it is given up */
export function countFailure(
  state: State,
  work: WorkRecord,
  unit: UnitRecord,
  how: { readonly fault: Fault; readonly worker: string },
  nowMs: number,
): UnitRecord[] | null {
  if (how.fault === 'none') return null;
  const key = state.whoIs(how.worker);
  if (how.fault === 'lost') noteLoss(state, { key, worker: how.worker }, nowMs);
  state.unitEvent(work, unit, 'failed');
  const { mostFailures } = state.rules;
  const times = timesOf(unit, key) + 1;
  if (times >= mostFailures && hasOthers(state, key)) return null; // let those try
  setTimes(unit, key, times);
  state.commit({ kind: 'failure', work: work.id, index: unit.index }, nowMs);
  return unit.failures < mostFailures ? null : splitOrQuarantine(state, work, unit, nowMs);
}

/** The lease of this key does not come to an end: the unit goes to another one, if there is one. */
export function noteEndless(unit: UnitRecord, key: string): void {
  setTimes(unit, key, timesOf(unit, key));
}

/** The unit has failed with this key, and less often with another one that is here and takes units. */
export function isForOthers(state: State, unit: UnitRecord, key: string): boolean {
  const { failedWith } = unit.now;
  const times = failedWith?.get(key);
  if (failedWith == null || times === undefined) return false;
  return [...state.workers.values()].some(
    (other) => other.most > 0 && (failedWith.get(other.key) ?? -1) < times,
  );
}

function noteLoss(state: State, by: { key: string; worker: string }, nowMs: number): void {
  const reason = state.losses.add(by, nowMs);
  // Judged when what is going on is over: a ban takes units out of hands.
  if (reason !== null) state.alarms.push({ ...by, reason });
}

function hasOthers(state: State, key: string): boolean {
  return [...state.workers.values()].some((other) => {
    return other.key !== key && other.node.role === 'worker';
  });
}

function timesOf({ now }: UnitRecord, key: string): number {
  return now.failedWith?.get(key) ?? 0;
}

function setTimes({ now }: UnitRecord, key: string, times: number): void {
  now.failedWith ??= new Map();
  now.failedWith.set(key, times);
}
