/** Who gets which unit: what came back first, then new ones, round robin over works and workers. */

import { nextSpan, unitSize } from './carving.js';
import { OUTSIDE } from './entries.js';
import { isForOthers } from './failures.js';
import { FENCES } from './fence.js';
import { giveUpOn, nextFence } from './giving-back.js';
import { dismiss, quarantine } from './splitting.js';
import { type State, unitOf } from './state.js';
import { leaseOf, type UnitRecord } from './units.js';
import type { WorkRecord } from './work-record.js';
import type { Held, WorkerRecord } from './workers.js';

/** A unit of more than so many times what the asking worker should get is divided first. */
const TOO_LARGE = 4n;
/** Idle workers are looked after so long after there was nothing for them. */
const TAIL_MS = 50;

/** Lends until nobody wants more, or nothing is left. */
export function lend(state: State, nowMs: number): void {
  const idle: WorkerRecord[] = [];
  for (const worker of state.hungry) {
    state.hungry.delete(worker);
    if (!worker.wants(state.rules)) continue;
    const held = pick(state, worker, nowMs);
    if (held === null) {
      idle.push(worker);
      if (state.tailAtMs === Number.POSITIVE_INFINITY) state.tailAtMs = nowMs + TAIL_MS;
      // What there is, is not for this one.
      if (state.lendable.some(({ ready }) => ready.size > 0)) continue;
      break;
    }
    grant(state, worker, held, nowMs);
  }
  for (const worker of idle) state.hungry.add(worker);
}

/** Lends this unit, and lets the worker stand in line for the next one. */
function grant(state: State, worker: WorkerRecord, held: Held, nowMs: number): void {
  const { work, unit } = held;
  const fence = nextFence(state, unit);
  if (unit.holder !== null) state.totals.redelivered++;
  const lease = { kind: 'lease', work: work.id, index: unit.index, fence } as const;
  state.commit({ ...lease, holder: worker.id, from: unit.scannedTo }, nowMs);
  if (worker.leases.size === 0) worker.busySinceMs = nowMs;
  unit.now.lease = leaseOf(unit, { worker: worker.id, key: worker.key, partly: false });
  unit.now.claimed = unit.scannedTo;
  take(state, worker, held, nowMs);
  const { spec } = work;
  if (spec === null) throw new TypeError('lent before it was published');
  const ttlMs = unit.now.deadlineMs - nowMs;
  const assignment = { spec, unit: unitOf(work, unit), fence, resumeAt: unit.from, ttlMs };
  state.effect({ kind: 'assign', worker: worker.id, assignment });
  state.unitEvent(work, unit, 'assigned');
}

/** The unit is in the hands of the worker, under the fence that it has. */
export function take(state: State, worker: WorkerRecord, held: Held, nowMs: number): void {
  const { work, unit } = held;
  work.ready.delete(unit.index);
  work.away.delete(unit.index);
  work.leased++;
  unit.now.state = 'leased';
  worker.leases.set(unit, work);
  const { lease } = unit.now;
  if (lease !== null && lease.sinceMs === null) {
    lease.sinceMs = nowMs;
    lease.expectedMs = worker.backlogMs(state.rules, nowMs);
  }
  unit.now.deadlineMs = nowMs + worker.ttlMs(state.rules, nowMs);
  state.feed(worker);
}

/** Carves a unit of at most `most` nonces. */
export function carve(state: State, work: WorkRecord, most: bigint, nowMs: number): UnitRecord {
  const span = nextSpan(work, most, state.rules);
  work.patchOf(span.variant); // throws before anything has happened
  const index = work.next;
  state.commit({ kind: 'carve', work: work.id, index, span }, nowMs);
  return work.open.get(index) as UnitRecord;
}

/** The unit is lent by a queue outside from now on. */
export function lendOutside(state: State, work: WorkRecord, unit: UnitRecord, nowMs: number) {
  const fence = nextFence(state, unit);
  const lease = { kind: 'lease', work: work.id, index: unit.index, fence } as const;
  state.commit({ ...lease, holder: OUTSIDE, from: unit.scannedTo }, nowMs);
  work.ready.delete(unit.index);
  unit.now.state = 'outside';
  unit.now.lease = leaseOf(unit, { worker: OUTSIDE, key: OUTSIDE, partly: false });
  return unit;
}

function pick(state: State, worker: WorkerRecord, nowMs: number): Held | null {
  return (
    roundRobin(state, (work) => returned(state, work, worker, nowMs)) ??
    roundRobin(state, (work) => carved(state, work, worker, nowMs)) ??
    roundRobin(state, (work) => left(state, work, worker, nowMs))
  );
}

function roundRobin(state: State, from: (work: WorkRecord) => UnitRecord | null): Held | null {
  const { lendable, turn } = state;
  for (let i = 0; i < lendable.length; i++) {
    const at = (turn + i) % lendable.length;
    const work = lendable[at] as WorkRecord;
    let unit: UnitRecord | null;
    try {
      unit = from(work);
    } catch (error) {
      state.lendable = lendable.filter((other) => other !== work);
      state.notice('warn', `work ${work.id} is lent no more: ${String(error)}`);
      return roundRobin(state, from);
    }
    if (unit === null) continue;
    state.turn = (at + 1) % lendable.length;
    return { work, unit };
  }
  return null;
}

/** A unit that somebody gave back. */
function returned(state: State, work: WorkRecord, worker: WorkerRecord, nowMs: number) {
  for (const index of work.ready) {
    const unit = work.open.get(index) as UnitRecord;
    if (isForOthers(state, unit, worker.key)) continue;
    work.patchOf(unit.span.variant); // throws before anything has happened
    const lendable = nextFence(state, unit) < (state.epoch + 1) * FENCES;
    if (lendable) return fitting(state, work, unit, sizeFor(state, work, worker), nowMs);
    quarantine(state, work, unit, nowMs); // 65,535 leases and nothing came of them
  }
  return null;
}

/** The unit, or a part of it that is of that size. */
export function fitting(
  state: State,
  work: WorkRecord,
  unit: UnitRecord,
  size: bigint,
  nowMs: number,
): UnitRecord {
  const tooLarge = unit.span.end - unit.scannedTo > size * TOO_LARGE;
  if (!tooLarge || state.rules.fixedNonces !== undefined) return unit;
  return dismiss(state, work, unit, { at: unit.scannedTo + size, depth: unit.depth }, nowMs)[0];
}

function carved(state: State, work: WorkRecord, worker: WorkerRecord, nowMs: number) {
  return work.uncarved ? carve(state, work, sizeFor(state, work, worker), nowMs) : null;
}

/** There is nothing else: a unit whose holder may still come back. */
function left(state: State, work: WorkRecord, worker: WorkerRecord, nowMs: number) {
  for (const index of work.away) {
    const unit = work.open.get(index) as UnitRecord;
    if (!unit.now.free) continue;
    giveUpOn(state, work, unit, nowMs);
    const next = returned(state, work, worker, nowMs);
    if (next !== null) return next;
  }
  return null;
}

function sizeFor(state: State, work: WorkRecord, worker: WorkerRecord): bigint {
  const algorithm = work.spec?.work.algorithm ?? 'blake2s';
  const rate = worker.rates.of(algorithm);
  return unitSize(state.rules, work.shareTarget.expectedHashes, rate);
}
