/** What a result is a result of, and what of it can be told without hashing. */

import { MOST_SHARES, type Share, type UnitResult } from '../queue.js';
import { OUTSIDE, type Span } from './entries.js';
import { isOfMessage, MOST_DELIVERIES } from './fence.js';
import type { State } from './state.js';
import type { UnitRecord } from './units.js';
import type { WorkRecord } from './work-record.js';

export type Standing =
  /** Of the newest lease of an open unit. */
  | { readonly kind: 'current'; readonly unit: UnitRecord; readonly span: Span }
  /** Of an older lease, or of a unit that was split; `span`: where that is known. */
  | { readonly kind: 'late'; readonly span: Span | null }
  /** The unit is completed. */
  | { readonly kind: 'completed'; readonly span: Span | null }
  | { readonly kind: 'wrong'; readonly reason: string };

export function standingOf(
  state: State,
  work: WorkRecord,
  worker: string,
  { index, fence }: UnitResult,
): Standing {
  if (!Number.isSafeInteger(index) || index < 0) return wrong('no such unit');
  if (fence <= work.floor) return { kind: 'late', span: null };
  if (index >= work.next) return wrong('no such unit');
  const unit = work.open.get(index);
  if (unit === undefined) return overOf(state, work, index, fence);
  const { span } = unit;
  if (fence < unit.fence) return { kind: 'late', span };
  if (unit.holder === OUTSIDE) {
    return isOfMessage(fence, unit.fence)
      ? { kind: 'current', unit, span }
      : wrong('a fence that was never given');
  }
  if (fence > unit.fence) return wrong('a fence that was never given');
  return unit.holder === worker
    ? { kind: 'current', unit, span }
    : wrong('the lease of another worker');
}

/** What a banned key says that it hashed counts for nothing; solutions are proofs of themselves. */
export function lateIf(isBanned: boolean, standing: Standing): Standing {
  return isBanned && standing.kind === 'current' ? { kind: 'late', span: standing.span } : standing;
}

/** Why the result cannot be one of that unit; `null`: it may be. */
export function flawOf(work: WorkRecord, standing: Standing, result: UnitResult): string | null {
  const { shares, hashes, outcome, scannedTo } = result;
  if (shares.length > MOST_SHARES) return `${shares.length} shares`;
  if (!Number.isFinite(hashes) || hashes < 0) return 'a count of hashes that is none';
  if (outcome === 'found' && work.spec?.goal !== 'first') return 'found, where every share counts';
  if (standing.kind === 'wrong' || standing.span === null) return null;
  const { start, end } = standing.span;
  const low = standing.kind === 'current' ? standing.unit.from : start;
  if (scannedTo < low || scannedTo > end) return 'scanned to outside its unit';
  if (outcome === 'exhausted' && scannedTo !== end) return 'exhausted, and not to the end';
  const outside = shares.find(({ nonce }) => nonce < low || nonce >= end);
  return outside === undefined ? null : `nonce ${outside.nonce} lies outside the lease`;
}

/** Each nonce once. */
export function distinct(shares: readonly Share[]): Share[] {
  return [...new Map(shares.map((share) => [share.nonce, share])).values()];
}

/** None that the lease has reported before: after a lost answer, results come twice. */
export function freshOf(standing: Standing, shares: readonly Share[]): Share[] {
  const before = standing.kind === 'current' ? standing.unit.now.lease?.seen : undefined;
  return shares.filter(({ nonce }) => !before?.has(nonce));
}

function overOf(state: State, work: WorkRecord, index: number, fence: number): Standing {
  const recent = state.recent.get(work.id, index);
  if (recent === undefined) return { kind: 'completed', span: null };
  if (fence >= recent.fence + MOST_DELIVERIES) return wrong('a fence that was never given');
  const { how, span } = recent;
  return how === 'completed' ? { kind: 'completed', span } : { kind: 'late', span };
}

function wrong(reason: string): Standing {
  return { kind: 'wrong', reason };
}
