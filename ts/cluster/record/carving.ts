/** Which nonces come next, and how many of them make a unit. */

import type { Span } from './entries.js';
import type { Rules } from './rules.js';
import type { WorkRecord } from './work-record.js';

/** Nonces of a unit for a worker of this rate; 1 or more. */
export function unitSize(rules: Rules, shareHashes: number, rate: number): bigint {
  if (rules.fixedNonces !== undefined) return rules.fixedNonces;
  const byTime = (rate * rules.targetMs) / 1_000;
  const size = Math.min(byTime, rules.mostShares * shareHashes);
  return size >= 1 ? BigInt(Math.floor(size)) : 1n;
}

/** The next `most` nonces of a work, or fewer: they never wrap around and are of one variant. */
export function nextSpan(work: WorkRecord, most: bigint, rules: Rules): Span {
  const { space, carved } = work;
  if (space === null) throw new TypeError('carved before it was published');
  const { start: low, end: high } = space.nonces;
  const nonces = high - low;
  const variant = carved / nonces;
  const taken = carved % nonces;
  const upper = high - space.first;
  const start = taken < upper ? space.first + taken : low + (taken - upper);
  const wall = taken < upper ? high : space.first;
  // A sliver costs a lease of its own: a unit that is sized by rate takes it along.
  const slack = rules.fixedNonces === undefined ? most / 4n : 0n;
  const end = wall - start <= most + slack ? wall : start + most;
  return { variant, start, end };
}
