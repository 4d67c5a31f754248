/** Nonces that were hashed have shares: what a lease leaves behind as hashed is held against them. */

import { type State, unitOf } from './state.js';
import type { UnitRecord } from './units.js';
import type { WorkRecord } from './work-record.js';

/**
 * Nobody is going to hash the unit below `to` again. To be called before another lease of it
 * begins, and when it is done. What was counted before does not count twice.
 */
export function countScanned(
  state: State,
  work: WorkRecord,
  unit: UnitRecord,
  to: bigint,
  nowMs: number,
): void {
  const { lease } = unit.now;
  if (lease === null || to <= lease.countedTo) return;
  const from = lease.countedTo;
  lease.countedTo = to;
  const { worker, key, seen, partly } = lease;
  const span = { variant: unit.span.variant, start: from, end: to };
  state.scanned.add({ work: work.id, span, fence: unit.fence, key, atMs: nowMs });
  if (partly || work.spec === null) return;
  const reported = seen ?? new Set<bigint>();
  let shares = 0;
  for (const nonce of reported) if (nonce >= from && nonce < to) shares++;
  const expected = Number(to - from) / work.shareTarget.expectedHashes;
  const reason = state.conduct.count(key, { shares, expected }, nowMs);
  // Judged when what is going on is over: a ban takes units out of hands.
  if (reason !== null) state.alarms.push({ key, worker, reason });
  const { spec } = work;
  const scanned = { worker, key, spec, unit: unitOf(work, unit), from, to, reported };
  state.effect({ kind: 'scanned', scanned });
}
