/** A worker comes, or comes again and says what it still holds. */

import type { NodeInfo } from '../queue.js';
import type { HeldLease, LeaseKey } from './decisions.js';
import { giveUpOn, goAway } from './giving-back.js';
import { take } from './lending.js';
import type { State } from './state.js';
import { leaseOf } from './units.js';
import { letGo } from './work-ends.js';
import { WorkerRecord } from './workers.js';

/** What a worker may claim; more than it can have been lent is not looked at. */
const MOST_CLAIMS = 256;

export interface Seat {
  /** What it proved to have; strikes and bans are of the key. An id belongs to one key. */
  readonly key: string;
  readonly address: string;
  /**
   * Leases that it says it holds, from an earlier connection. How far they are does not count yet:
   * it has to bring what it found there first.
   */
  readonly held: readonly HeldLease[];
}

export function join(state: State, node: NodeInfo, seat: Seat, nowMs: number): LeaseKey[] {
  const before = state.workers.get(node.id);
  if (before !== undefined) replace(state, before, nowMs);
  const worker = new WorkerRecord(node, seat, nowMs, state.left.get(node.id)?.rates);
  state.workers.set(node.id, worker);
  const kept = seat.held
    .slice(0, MOST_CLAIMS)
    .filter((lease) => claim(state, worker, lease, nowMs))
    .map(({ work, index, fence }) => ({ work, index, fence }));
  giveUpRest(state, node.id, seat.held.length === 0, nowMs);
  state.event({ kind: 'node', op: before === undefined ? 'join' : 'update', node });
  return kept;
}

/** The older connection of the same worker is no more. */
function replace(state: State, before: WorkerRecord, nowMs: number): void {
  const suspects = new Set(before.suspects());
  for (const [unit, work] of [...before.leases]) {
    goAway(state, { work, unit }, { blamed: suspects.has(unit), free: true }, nowMs);
    letGo(state, work, nowMs);
  }
  state.keepLeft(before);
  state.workers.delete(before.id);
  state.hungry.delete(before);
}

function claim(state: State, worker: WorkerRecord, lease: HeldLease, nowMs: number): boolean {
  const work = state.works.get(lease.work);
  const unit = work?.open.get(lease.index);
  if (work === undefined || unit === undefined || work.state !== 'live') return false;
  if (unit.fence !== lease.fence || unit.holder !== worker.id) return false;
  if (unit.now.state !== 'away' && unit.now.state !== 'ready') return false;
  unit.now.lease ??= leaseOf(unit, { worker: worker.id, key: worker.key, partly: true });
  take(state, worker, { work, unit }, nowMs);
  return true;
}

/**
 * What it had and does not have any more. A worker that knows of none has died meanwhile; one that
 * lacks some never got them.
 */
function giveUpRest(state: State, worker: string, hasDied: boolean, nowMs: number): void {
  for (const work of state.works.values()) {
    for (const index of [...work.away]) {
      const unit = work.open.get(index);
      if (unit === undefined || unit.holder !== worker) continue;
      if (!hasDied) unit.now.blamed = false;
      giveUpOn(state, work, unit, nowMs);
    }
  }
}
