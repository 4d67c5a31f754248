/** How works end: cancelled, found, exhausted, or forgotten by everybody. */

import type { CancelReason, WorkId } from '../queue.js';
import { passFences } from './floors.js';
import { unhand } from './giving-back.js';
import { type State, unitOf } from './state.js';
import type { WorkRecord } from './work-record.js';

/** Works that are over and that nobody has cancelled yet. */
const MOST_OVER = 64;

export function cancel(state: State, id: WorkId, reason: CancelReason, nowMs: number): void {
  const work = state.works.get(id);
  if (work === undefined) {
    state.effect({ kind: 'over', work: id, purged: 0 });
    return;
  }
  if (work.state === 'ending') return;
  work.state = 'ending';
  work.endReason = reason;
  work.endingUntilMs = nowMs + state.rules.cancelMs;
  work.purged = purgedOf(state, work);
  state.relist();
  state.effect({ kind: 'cancel', work: id, reason, holders: holdersOf(state, work) });
  letGo(state, work, nowMs);
}

/** To be called whenever a holder has let go of a unit of this work. */
export function letGo(state: State, work: WorkRecord, nowMs: number): void {
  if (work.state === 'ending' && work.leased === 0) finish(state, work, nowMs);
}

/** The work leaves the record; at a shutdown it stays there, for the next master. */
export function finish(state: State, work: WorkRecord, nowMs: number): void {
  if (state.works.get(work.id) !== work) return;
  for (const unit of work.open.values()) unhand(state, { work, unit });
  if (work.endReason === 'shutdown') {
    state.works.delete(work.id);
    state.works.set(work.id, dormant(work, nowMs));
  } else {
    passFences(state, work);
    state.commit({ kind: 'end', work: work.id }, nowMs);
  }
  state.effect({ kind: 'over', work: work.id, purged: work.purged });
}

/** Nothing is lent of the work any more; its owner will cancel it. */
export function isOver(state: State, work: WorkRecord, nowMs: number): void {
  if (work.state !== 'live') return;
  work.state = 'over';
  state.relist();
  const over = [...state.works.values()].filter((other) => other.state === 'over');
  const oldest = over[0];
  if (over.length > MOST_OVER && oldest !== undefined) finish(state, oldest, nowMs);
}

export function tellExhausted(state: State, work: WorkRecord, nowMs: number): void {
  if (work.state !== 'live' || !work.exhausted || work.spec === null) return;
  isOver(state, work, nowMs);
  state.event({ kind: 'exhausted', work: work.id });
}

/** What was found is told once more. */
export function tellAgain(state: State, work: WorkRecord): void {
  for (const { index, span, fence, worker, share } of work.solutions.values()) {
    state.event({
      ...{ kind: 'result', unit: unitOf(work, { index, span }), worker, fence },
      ...{ outcome: 'partial', verdict: 'accepted', solutions: [share], shares: 1, hashes: 0 },
    });
  }
}

/** As after a start: on record, and published by nobody. */
function dormant(work: WorkRecord, nowMs: number): WorkRecord {
  for (const unit of work.open.values()) {
    if (unit.now.state === 'outside') continue;
    unit.now.state = 'ready';
    work.ready.add(unit.index);
  }
  work.state = 'live';
  work.dormantSinceMs = nowMs;
  work.spec = null;
  work.space = null;
  return work;
}

function purgedOf({ rules }: State, work: WorkRecord): number {
  const waiting = work.ready.size + work.away.size;
  const { fixedNonces } = rules;
  if (fixedNonces === undefined || work.space === null) return waiting;
  const { start, end } = work.space.nonces;
  const perVariant = (end - start + fixedNonces - 1n) / fixedNonces;
  const all = perVariant * work.space.variants;
  return waiting + Math.max(0, Number(all) - work.next);
}

function holdersOf(state: State, work: WorkRecord): string[] {
  const holders = new Set<string>();
  for (const worker of state.workers.values()) {
    for (const held of worker.leases.values()) if (held === work) holders.add(worker.id);
  }
  return [...holders];
}
