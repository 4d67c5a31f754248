/** What the passing of time alone decides. */

import { isEndless } from './estimates.js';
import { noteEndless } from './failures.js';
import { giveBack, giveUpOn } from './giving-back.js';
import { leaveNow } from './leaving.js';
import { lend } from './lending.js';
import { keyOf, type State } from './state.js';
import { moveUnits } from './tail.js';
import { finish, letGo } from './work-ends.js';
import type { WorkerRecord } from './workers.js';

/** How often an idle worker is looked after. */
const TAIL_AGAIN_MS = 1_000;
/** A holder that was asked to hand over has so long. */
const MOVE_LIMIT_MS = 2_000;

export function doDue(state: State, nowMs: number): void {
  for (const worker of [...state.workers.values()]) {
    if (nowMs - worker.heardMs < state.rules.deadMs) endLeases(state, worker, nowMs);
    else {
      state.effect({ kind: 'drop', worker: worker.id, why: 'silent' });
      leaveNow(state, worker, { failed: true }, nowMs);
    }
  }
  for (const work of [...state.works.values()]) {
    for (const index of [...work.away]) {
      const unit = work.open.get(index);
      if (unit !== undefined && unit.now.untilMs <= nowMs) giveUpOn(state, work, unit, nowMs);
    }
    if (work.state === 'ending' && work.endingUntilMs <= nowMs) finish(state, work, nowMs);
    if (work.spec === null && nowMs - work.dormantSinceMs >= state.rules.dormantMs) {
      state.effect({ kind: 'cancel', work: work.id, reason: 'stale', holders: [] });
      work.endReason = 'stale';
      finish(state, work, nowMs);
    }
  }
  lend(state, nowMs);
  if (state.tailAtMs > nowMs) return;
  moveUnits(state, nowMs);
  state.tailAtMs = state.hungry.size > 0 ? nowMs + TAIL_AGAIN_MS : Number.POSITIVE_INFINITY;
}

function endLeases(state: State, worker: WorkerRecord, nowMs: number): void {
  const suspects = new Set(worker.suspects());
  for (const [unit, work] of [...worker.leases]) {
    const { deadlineMs, movedMs } = unit.now;
    const isLost = deadlineMs <= nowMs;
    const isLate = movedMs !== null && nowMs - movedMs >= MOVE_LIMIT_MS;
    if (isLost || isLate) {
      state.effect({ kind: 'end', worker: worker.id, lease: keyOf(work, unit), why: 'lost' });
      giveBack(state, { work, unit }, isLost && suspects.has(unit) ? 'lost' : 'none', nowMs);
      letGo(state, work, nowMs);
    } else if (movedMs === null && isEndless(unit, state.rules, nowMs)) {
      // What it has hashed of it is not lost.
      state.effect({ kind: 'end', worker: worker.id, lease: keyOf(work, unit), why: 'moved' });
      unit.now.movedMs = nowMs;
      noteEndless(unit, worker.key);
    }
  }
}
