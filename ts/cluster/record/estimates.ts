/**
 * How long a lease should take from now on. What its holder says of it is believed as far as its
 * rate allows, and for a few times as long as was to be expected.
 */

import type { Rules } from './rules.js';
import type { UnitRecord } from './units.js';

/** Nobody who is honest is so much faster or slower than before, but for a while. */
const SLACK = 4;
/** A lease that takes so many times what was to be expected is called back. */
export const MOST_TIMES = 16;

/** Nonces that are left of a unit in the hands of a worker of this rate, and what they take it. */
export function leftOf(
  unit: UnitRecord,
  rate: number,
  rules: Rules,
  nowMs: number,
): { nonces: number; ms: number } {
  const { span, from, scannedTo, now } = unit;
  const rest = Number(span.end - scannedTo);
  if (isLate(unit, rules, nowMs)) return { nonces: rest, ms: rules.leaseMs.most };
  const most = (SLACK * rate * ageOf(unit, nowMs).ageMs) / 1_000;
  const claimed = Math.min(Number(now.claimed - from), most) - Number(scannedTo - from);
  const nonces = Math.max(1, rest - Math.max(0, claimed));
  return { nonces, ms: (nonces / rate) * 1_000 };
}

/** It takes longer than its holder can make believe. */
export function isLate(unit: UnitRecord, { leaseMs }: Rules, nowMs: number): boolean {
  const { ageMs, expectedMs } = ageOf(unit, nowMs);
  return ageMs > Math.max(leaseMs.least, SLACK * expectedMs);
}

/** Whatever its holder says, it does not come to an end. */
export function isEndless(unit: UnitRecord, { leaseMs }: Rules, nowMs: number): boolean {
  const { ageMs, expectedMs } = ageOf(unit, nowMs);
  return ageMs > Math.max(leaseMs.most, MOST_TIMES * expectedMs);
}

function ageOf({ now: { lease } }: UnitRecord, nowMs: number) {
  const { sinceMs, expectedMs } = lease ?? { sinceMs: null, expectedMs: 0 };
  return { ageMs: sinceMs === null ? 0 : nowMs - sinceMs, expectedMs };
}
