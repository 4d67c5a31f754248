/** How a work gets on record, or comes back to what it was there. */

import { PowError } from '../../errors.js';
import type { WorkSpace, WorkSpec } from '../queue.js';
import { OUTSIDE } from './entries.js';
import { FENCES } from './fence.js';
import { nextFloor } from './floors.js';
import type { State } from './state.js';
import { leaseOf } from './units.js';
import { finish, isOver, tellAgain, tellExhausted } from './work-ends.js';
import type { WorkRecord } from './work-record.js';

/** @throws {@link PowError} `POW_WORKER` for a space that holds nothing, or not that of the record */
export function publish(state: State, spec: WorkSpec, space: WorkSpace, nowMs: number): void {
  const { variants, nonces, first } = space;
  const pairs = variants * (nonces.end - nonces.start);
  if (variants < 1n || nonces.end <= nonces.start || first < nonces.start || first >= nonces.end) {
    throw new PowError('POW_WORKER', `work ${spec.id} has no nonces, or begins outside them`);
  }
  const before = state.works.get(spec.id);
  if (before?.state === 'ending') finish(state, before, nowMs);
  const work = state.works.get(spec.id) ?? create(state, spec, pairs, nowMs);
  if (work.pairs !== pairs) {
    throw new PowError('POW_WORKER', `work ${spec.id} is on record with another space`);
  }
  work.bring({ ...spec, shareTarget: work.shareTarget }, space);
  tellAgain(state, work);
  work.state = 'live';
  if (spec.goal === 'first' && work.solutions.size > 0) isOver(state, work, nowMs);
  tellExhausted(state, work, nowMs);
  state.relist();
}

/** After the journal was read: nobody is here, and those who hold units may come soon. */
export function begin(state: State, epoch: number, nowMs: number): void {
  if (!Number.isSafeInteger(epoch * FENCES) || epoch <= state.lastEpoch) {
    throw new PowError('POW_ARGUMENT', `epoch ${epoch}, after ${state.lastEpoch}`);
  }
  state.epoch = epoch;
  state.commit({ kind: 'epoch', epoch }, nowMs);
  for (const work of state.works.values()) {
    for (const unit of work.open.values()) {
      const { now, holder, index } = unit;
      if (holder === null) continue;
      work.ready.delete(index);
      now.lease = leaseOf(unit, { worker: holder, key: holder, partly: true });
      now.state = holder === OUTSIDE ? 'outside' : 'away';
      if (holder === OUTSIDE) continue;
      work.away.add(index);
      now.untilMs = nowMs + state.rules.graceMs;
    }
  }
}

function create(state: State, spec: WorkSpec, pairs: bigint, nowMs: number): WorkRecord {
  const floor = nextFloor(state);
  const { id: work, lane, shareTarget } = spec;
  state.commit({ kind: 'work', work, lane, shareTarget, pairs, floor }, nowMs);
  return state.works.get(spec.id) as WorkRecord;
}
