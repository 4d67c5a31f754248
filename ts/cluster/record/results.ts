/** Results: judged, counted, and each unit completed by the first that is valid. */

import type { QueueEvent, Share, Unit, UnitResult, Verdict } from '../queue.js';
import { strikeOn } from './bans.js';
import type { Answer } from './decisions.js';
import type { Span } from './entries.js';
import { giveBack, unhand } from './giving-back.js';
import { countScanned } from './proving.js';
import { remember } from './splitting.js';
import { distinct, flawOf, freshOf, lateIf, type Standing, standingOf } from './standing.js';
import { keyOf, type State, unitOf } from './state.js';
import { claim, leaseOf, lengthOf, openTo, type UnitRecord } from './units.js';
import { isOver, letGo, tellExhausted } from './work-ends.js';
import { solutionKey, type WorkRecord } from './work-record.js';

/** @returns `null`: the work is not published, nothing can be said of it yet */
export function takeResult(
  state: State,
  worker: string,
  result: UnitResult,
  nowMs: number,
): Answer | null {
  const work = state.works.get(result.work) ?? state.ended.get(result.work);
  if (work === undefined) {
    state.totals.stale++;
    return { verdict: 'stale', reason: 'no such work' };
  }
  if (work.spec === null) return null;
  const isBanned = state.conduct.bannedMs(state.whoIs(worker), nowMs) > 0;
  const standing = lateIf(isBanned, standingOf(state, work, worker, result));
  if (standing.kind === 'wrong')
    return reject(state, worker, work, null, standing.reason, result, nowMs);
  const current = standing.kind === 'current' ? standing.unit : null;
  const flaw = standing.span === null ? null : flawOf(work, standing, result);
  // What was lent in an earlier life of the work may lie anywhere.
  if (flaw !== null) return reject(state, worker, work, current, flaw, result, nowMs);
  const span = standing.span;
  if (span === null) return passOver(state, standing);
  const unit = unitOf(work, { index: result.index, span });
  const all = distinct(result.shares);
  const shares = freshOf(standing, all);
  const { rejected, solutions } =
    all.length === 0
      ? { rejected: null, solutions: [] }
      : state.referee.check(work.spec, unit, all);
  if (rejected !== null) return reject(state, worker, work, current, rejected, result, nowMs);
  const found = solutions.filter(
    ({ nonce }) => !work.solutions.has(solutionKey(unit.variant, nonce)),
  );
  if (result.outcome === 'found' && current !== null && work.solutions.size + found.length === 0) {
    return reject(state, worker, work, current, 'found, and no solution', result, nowMs);
  }
  const isEnded = state.works.get(work.id) !== work;
  keepSolutions(state, work, unit, { worker, fence: result.fence, found, isEnded }, nowMs);
  const verdict = isEnded ? 'stale' : VERDICTS[standing.kind];
  const hashes = Math.min(result.hashes, mostHashes(current, span));
  const counted = { solutions: found, shares: shares.length, hashes };
  tell(state, { worker, result, unit, verdict, ...counted });
  if (current !== null && !isEnded) {
    countWork(state, worker, work, current, { shares, hashes, result }, nowMs);
  }
  if (verdict === 'accepted') return { verdict };
  return { verdict, reason: isBanned ? 'banned' : REASONS[standing.kind] };
}

const VERDICTS = { current: 'accepted', late: 'stale', completed: 'duplicate' } as const;
const REASONS = {
  current: 'its work is over',
  late: 'its lease was over',
  completed: 'the unit is done',
} as const;

function passOver(state: State, { kind }: Standing): Answer {
  if (kind === 'completed') {
    state.totals.duplicates++;
    return { verdict: 'duplicate', reason: REASONS.completed };
  }
  state.totals.stale++;
  return { verdict: 'stale', reason: REASONS.late };
}

function keepSolutions(
  state: State,
  work: WorkRecord,
  { index, variant, start, end }: Unit,
  of: { worker: string; fence: number; found: readonly Share[]; isEnded: boolean },
  nowMs: number,
): void {
  const span = { variant, start, end };
  const { worker, fence } = of;
  for (const share of of.found) {
    const entry = { kind: 'solution', work: work.id, index, span, fence, worker, share } as const;
    if (of.isEnded) work.apply(entry);
    else state.commit(entry, nowMs);
  }
}

function tell(
  state: State,
  said: {
    worker: string;
    result: UnitResult;
    unit: Unit;
    verdict: Verdict;
    reason?: string;
    solutions: readonly Share[];
    shares: number;
    hashes: number;
  },
): void {
  const { totals } = state;
  const { result, ...rest } = said;
  const { fence, outcome } = result;
  if (said.verdict === 'accepted') {
    totals.hashes += said.hashes;
    totals.shares += said.shares;
  } else if (said.verdict === 'duplicate') totals.duplicates++;
  else totals[said.verdict]++;
  totals.solutions += said.solutions.length;
  state.event({ kind: 'result', ...rest, fence, outcome } satisfies QueueEvent);
}

function countWork(
  state: State,
  id: string,
  work: WorkRecord,
  unit: UnitRecord,
  made: { shares: readonly Share[]; hashes: number; result: UnitResult },
  nowMs: number,
): void {
  const worker = state.workers.get(id);
  const { outcome, scannedTo } = made.result;
  if (worker !== undefined && work.spec !== null) {
    const tookMs = nowMs - worker.busySinceMs;
    worker.rates.count(work.spec.work.algorithm, made.hashes, tookMs);
    worker.busySinceMs = nowMs;
    worker.shares += made.shares.length;
  }
  const key = state.whoIs(id);
  unit.now.lease ??= leaseOf(unit, { worker: id, key, partly: true });
  const { lease } = unit.now;
  Object.assign(lease, { worker: id, key });
  lease.hashes += made.hashes;
  for (const { nonce } of made.shares) {
    lease.seen ??= new Set();
    lease.seen.add(nonce);
  }
  if (work.spec?.goal === 'first' && work.solutions.size > 0) isOver(state, work, nowMs);
  if (outcome === 'partial') {
    prove(state, work, unit, scannedTo, nowMs);
    if (worker?.leases.has(unit)) unit.now.deadlineMs = nowMs + worker.ttlMs(state.rules, nowMs);
    return;
  }
  countScanned(state, work, unit, scannedTo, nowMs);
  complete(state, work, unit, nowMs);
  if (worker !== undefined) worker.completed++;
}

/** A lease is of so many nonces, less those of the results before. */
function mostHashes(current: UnitRecord | null, span: Span): number {
  if (current === null) return Number(lengthOf(span));
  return Math.max(0, Number(span.end - current.from) - (current.now.lease?.hashes ?? 0));
}

/** The next lease begins there. */
function prove(state: State, work: WorkRecord, unit: UnitRecord, to: bigint, nowMs: number): void {
  const scannedTo = openTo(unit, to);
  claim(unit, scannedTo);
  if (scannedTo <= unit.scannedTo) return;
  state.commit({ kind: 'progress', work: work.id, index: unit.index, scannedTo }, nowMs);
  const isInHand = unit.now.state === 'leased' || unit.now.state === 'outside';
  // It has let go, or was late: the next lease may be given at any time.
  if (!isInHand) countScanned(state, work, unit, scannedTo, nowMs);
}

function complete(state: State, work: WorkRecord, unit: UnitRecord, nowMs: number): void {
  unhand(state, { work, unit });
  remember(state, work, unit, 'completed');
  state.commit({ kind: 'done', work: work.id, index: unit.index }, nowMs);
  state.totals.units++;
  state.unitEvent(work, unit, 'completed');
  tellExhausted(state, work, nowMs);
  letGo(state, work, nowMs);
}

function reject(
  state: State,
  worker: string,
  work: WorkRecord,
  current: UnitRecord | null,
  reason: string,
  result: UnitResult,
  nowMs: number,
): Answer {
  const unit = unitOfRejected(work, current, result);
  const counted = { solutions: [], shares: 0, hashes: 0 };
  tell(state, { worker, result, unit, verdict: 'rejected', reason, ...counted });
  if (current !== null && current.now.state === 'leased' && state.works.get(work.id) === work) {
    state.effect({ kind: 'end', worker, lease: keyOf(work, current), why: 'revoked' });
    giveBack(state, { work, unit: current }, 'none', nowMs);
    letGo(state, work, nowMs);
  }
  strikeOn(state, { key: state.whoIs(worker), worker, reason }, nowMs);
  return { verdict: 'rejected', reason };
}

/** For what never was a unit: one without nonces. */
function unitOfRejected(work: WorkRecord, current: UnitRecord | null, { index }: UnitResult): Unit {
  const open = current ?? work.open.get(index);
  if (open !== undefined) return unitOf(work, open);
  return { work: work.id, index, variant: 0n, start: 0n, end: 0n, patch: null };
}
