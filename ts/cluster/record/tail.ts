/**
 * The end of a job: nothing is left to carve, some workers are idle and others have units ahead.
 * A unit that an idle worker would finish sooner is moved to it: its holder lets go, says how far
 * it came, and the other one goes on from there.
 */

import { isLate, leftOf } from './estimates.js';
import { isForOthers, noteEndless } from './failures.js';
import { keyOf, type State } from './state.js';
import { type Held, isBegun, type WorkerRecord } from './workers.js';

/** What a move costs by itself: two messages, an engine that stops and one that starts. */
const MOVE_MS = 250;
/** Of one unit, however wrong the rates are. */
const MOST_MOVES = 4;

interface Candidate extends Held {
  readonly holder: WorkerRecord;
  readonly begun: boolean;
  /** Nonces. */
  readonly left: number;
  /** When its holder should be done with it, from now. */
  readonly doneMs: number;
}

export function moveUnits(state: State, nowMs: number): void {
  const candidates = candidatesOf(state, nowMs);
  for (const idle of state.hungry) {
    if (candidates.length === 0) return;
    if (!idle.wants(state.rules) || idle.awaited > 0) continue;
    const at = candidates.findIndex((candidate) => isFaster(state, idle, candidate, nowMs));
    const [best] = at < 0 ? [] : candidates.splice(at, 1);
    if (best === undefined) continue;
    best.unit.now.moveTo = idle.id;
    best.unit.now.movedMs = nowMs;
    best.unit.now.moves++;
    if (isLate(best.unit, state.rules, nowMs)) noteEndless(best.unit, best.holder.key);
    idle.awaited++;
    const lease = keyOf(best.work, best.unit);
    state.effect({ kind: 'end', worker: best.holder.id, lease, why: 'moved' });
  }
}

/** Those that were not begun first, then the ones that would take longest. */
function candidatesOf(state: State, nowMs: number): Candidate[] {
  const candidates: Candidate[] = [];
  for (const holder of state.workers.values()) {
    let doneMs = 0;
    for (const [unit, work] of holder.leases) {
      if (work.spec === null || work.state !== 'live') continue;
      const rate = holder.rates.of(work.spec.work.algorithm);
      const left = leftOf(unit, rate, state.rules, nowMs);
      doneMs += left.ms;
      if (unit.now.movedMs !== null || unit.now.moves >= MOST_MOVES) continue;
      candidates.push({ holder, work, unit, begun: isBegun(unit), left: left.nonces, doneMs });
    }
  }
  return candidates.sort((a, b) => Number(a.begun) - Number(b.begun) || b.doneMs - a.doneMs);
}

function isFaster(
  state: State,
  idle: WorkerRecord,
  { holder, work, unit, left, doneMs }: Candidate,
  nowMs: number,
): boolean {
  if (holder === idle || work.spec === null || isForOthers(state, unit, idle.key)) return false;
  const hereMs = (left / idle.rates.of(work.spec.work.algorithm)) * 1_000;
  return idle.backlogMs(state.rules, nowMs) + hereMs + MOVE_MS < doneMs;
}
