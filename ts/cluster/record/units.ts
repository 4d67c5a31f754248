/** One unit that is neither done nor given up. */

import type { Span } from './entries.js';

export interface UnitRecord {
  readonly index: number;
  readonly span: Span;
  /** Splits that it comes of. */
  readonly depth: number;

  // In the journal.
  /** Of its last lease, or the floor of its work. */
  fence: number;
  /** Of its last lease; `null`: it was never lent. */
  holder: string | null;
  /** Where its last lease began. */
  from: bigint;
  /** Everything below is hashed, as results have shown: here the next lease begins. */
  scannedTo: bigint;
  failures: number;

  // Of this process alone.
  readonly now: UnitNow;
}

export interface UnitNow {
  /** `away`: its holder's connection is gone; `outside`: a queue outside lends it. */
  state: 'ready' | 'leased' | 'away' | 'outside';
  /** `scannedTo` as the holder last said: a guess at when it is done, and at what it is busy with. */
  claimed: bigint;
  deadlineMs: number;
  /** Away: nobody gets it before, or, where `free`, only those for whom there is nothing else. */
  untilMs: number;
  free: boolean;
  /** Away: it counts as a failure when the holder does not come back. */
  blamed: boolean;
  /** Who gets it when the holder lets go; `null`: whoever is next. */
  moveTo: string | null;
  /** When the holder was told to let go; `null`: it was not. */
  movedMs: number | null;
  moves: number;
  lease: LeaseNow | null;
  /** Keys that it failed with, and how often; 0: it did not come to an end with it. */
  failedWith: Map<string, number> | null;
}

/** What this process saw of the unit's lease: it outlasts the lease, for results that come late. */
export interface LeaseNow {
  /** Whoever reported last, or has it. */
  worker: string;
  key: string;
  /** Shares so far: one that comes twice counts once. */
  seen: Set<bigint> | null;
  /** Told of by results so far. */
  hashes: number;
  /** The lease is older than this process: what was seen of its shares is not all. */
  readonly partly: boolean;
  /** When it began, as far as this process knows; `null`: it is in nobody's hands here. */
  sinceMs: number | null;
  /** What it was to take then, with all that the worker had to do before. */
  expectedMs: number;
  /** Its shares below were held against what was to be expected. */
  countedTo: bigint;
}

/** Without spread: this is made for every unit. */
export function newUnit(index: number, span: Span, depth: number, floor: number): UnitRecord {
  const now: UnitNow = {
    state: 'ready',
    claimed: span.start,
    deadlineMs: 0,
    untilMs: 0,
    free: false,
    blamed: false,
    moveTo: null,
    movedMs: null,
    moves: 0,
    lease: null,
    failedWith: null,
  };
  return {
    index,
    span,
    depth,
    fence: floor,
    holder: null,
    from: span.start,
    scannedTo: span.start,
    failures: 0,
    now,
  };
}

export function lengthOf(span: Span): bigint {
  return span.end - span.start;
}

/** Its holder says that everything below is hashed. */
export function claim(unit: UnitRecord, scannedTo: bigint): void {
  const to = openTo(unit, scannedTo);
  if (to > unit.now.claimed) unit.now.claimed = to;
}

/**
 * A unit whose end was reached and that has no result is hashed again from its last nonce on: no
 * lease is of nothing.
 */
export function openTo({ span }: UnitRecord, scannedTo: bigint): bigint {
  return scannedTo < span.end ? scannedTo : span.end - 1n;
}

export function leaseOf(
  unit: UnitRecord,
  { worker, key, partly }: Pick<LeaseNow, 'worker' | 'key' | 'partly'>,
): LeaseNow {
  const fresh = { seen: null, hashes: 0, sinceMs: null, expectedMs: 0 };
  return { worker, key, partly, countedTo: unit.from, ...fresh };
}
