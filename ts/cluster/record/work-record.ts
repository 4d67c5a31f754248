/**
 * One work as the journal has it, entry by entry: the same entries give the same record, whether
 * they are made now or read. Completed units are counted, not kept, so that its size is that of
 * what is in hand.
 */

import type { Goal } from '../../core/goal.js';
import { PowError } from '../../errors.js';
import type { CancelReason, Patch, WorkSpace, WorkSpec } from '../queue.js';
import type { Entry, SolutionEntry, StepEntry, WorkEntry } from './entries.js';
import { lengthOf, newUnit, type UnitRecord } from './units.js';

/** Told again when the work is published again; of more, the newest. */
const MOST_SOLUTIONS = 4_096;
const MOST_PATCHES = 64;

export class WorkRecord {
  readonly id: string;
  readonly lane: string;
  readonly shareTarget: Goal;
  readonly pairs: bigint;
  readonly floor: number;

  /** Units that are neither done nor given up. */
  readonly open = new Map<number, UnitRecord>();
  readonly solutions = new Map<string, SolutionEntry>();
  /** Of the next unit. */
  next = 0;
  /** Pairs that were carved. */
  carved = 0n;
  /** Pairs that were hashed, but for those of open units; what is done again is taken off. */
  donePairs = 0n;
  completed = 0;
  quarantined = 0;
  /** The highest fence that a unit of it had. */
  topFence: number;

  // Of this process alone.
  /** `null`: nobody has published it since the master started. */
  spec: WorkSpec | null = null;
  space: WorkSpace | null = null;
  /** `over`: found or exhausted; `ending`: cancelled, its holders are being told. */
  state: 'live' | 'over' | 'ending' = 'live';
  endingUntilMs = 0;
  endReason: CancelReason = 'stale';
  purged = 0;
  /** Indices of open units, in the order in which they are lent. */
  readonly ready = new Set<number>();
  readonly away = new Set<number>();
  leased = 0;
  dormantSinceMs: number;
  readonly #patches = new Map<bigint, Patch | null>();

  constructor(entry: Omit<WorkEntry, 'kind'>, nowMs: number) {
    this.id = entry.work;
    this.lane = entry.lane;
    this.shareTarget = entry.shareTarget;
    this.pairs = entry.pairs;
    this.floor = entry.floor;
    this.topFence = entry.floor;
    this.dormantSinceMs = nowMs;
  }

  get exhausted(): boolean {
    return this.carved === this.pairs && this.open.size === 0;
  }

  /** Where units are still to be carved from. */
  get uncarved(): boolean {
    return this.carved < this.pairs;
  }

  /** Somebody has published it. */
  bring(spec: WorkSpec, space: WorkSpace): void {
    this.spec = spec;
    this.space = space;
    this.#patches.clear();
  }

  patchOf(variant: bigint): Patch | null {
    let patch = this.#patches.get(variant);
    if (patch === undefined) {
      if (this.space === null) return null;
      patch = this.space.patchOf(variant);
      if (this.#patches.size >= MOST_PATCHES) this.#patches.clear();
      this.#patches.set(variant, patch);
    }
    return patch;
  }

  /** @throws {@link PowError} `POW_ARGUMENT` for an entry that cannot come next */
  apply(entry: StepEntry): void {
    switch (entry.kind) {
      case 'counts':
        this.next = entry.next;
        this.carved = entry.carved;
        this.donePairs = entry.donePairs;
        this.completed = entry.completed;
        this.quarantined = entry.quarantined;
        return;
      case 'solution':
        this.#keep(entry);
        return;
      case 'unit': {
        const unit = this.#add(entry.index, entry.span, entry.depth);
        unit.failures = entry.failures;
        this.#lent(unit, entry);
        this.#scanned(unit, entry.scannedTo);
        return;
      }
      case 'carve':
        this.#addNext(entry.index, entry.span, 0);
        this.carved += lengthOf(entry.span);
        return;
      case 'again':
        this.#addNext(entry.index, entry.span, 0);
        this.donePairs -= lengthOf(entry.span);
        return;
      default:
        this.#step(entry, this.#unit(entry));
    }
  }

  /** Entries that make this record. */
  *entries(): Generator<Entry> {
    const { id: work, lane, shareTarget, pairs, floor } = this;
    yield { kind: 'work', work, lane, shareTarget, pairs, floor };
    const { next, carved, donePairs, completed, quarantined } = this;
    yield { kind: 'counts', work, next, carved, donePairs, completed, quarantined };
    for (const unit of this.open.values()) {
      const { index, span, depth, failures, fence, holder, from, scannedTo } = unit;
      const state = { failures, fence, holder, from, scannedTo };
      yield { kind: 'unit', work, index, span, depth, ...state };
    }
    yield* this.solutions.values();
  }

  #step(
    entry: Extract<
      StepEntry,
      { kind: 'lease' | 'progress' | 'failure' | 'split' | 'quarantine' | 'done' }
    >,
    unit: UnitRecord,
  ): void {
    switch (entry.kind) {
      case 'lease':
        this.#lent(unit, entry);
        return;
      case 'progress':
        this.#scanned(unit, entry.scannedTo);
        return;
      case 'failure':
        unit.failures++;
        return;
      case 'split': {
        this.#remove(unit);
        this.donePairs += unit.scannedTo - unit.span.start;
        const { variant, end } = unit.span;
        this.#addNext(this.next, { variant, start: unit.scannedTo, end: entry.at }, entry.depth);
        this.#addNext(this.next, { variant, start: entry.at, end }, entry.depth);
        return;
      }
      case 'quarantine':
        this.#remove(unit);
        this.donePairs += unit.scannedTo - unit.span.start;
        this.quarantined++;
        return;
      case 'done':
        this.#remove(unit);
        this.donePairs += lengthOf(unit.span);
        this.completed++;
    }
  }

  #unit({ kind, index }: { kind: string; index: number }): UnitRecord {
    const unit = this.open.get(index);
    if (unit === undefined) throw this.#bad(`${kind} of unit ${index}, which is not open`);
    return unit;
  }

  #addNext(index: number, span: { variant: bigint; start: bigint; end: bigint }, depth: number) {
    if (index !== this.next) throw this.#bad(`unit ${index} after ${this.next - 1}`);
    this.next++;
    this.#add(index, span, depth);
  }

  #add(index: number, span: UnitRecord['span'], depth: number): UnitRecord {
    const unit = newUnit(index, span, depth, this.floor);
    this.open.set(index, unit);
    this.ready.add(index);
    return unit;
  }

  #lent(unit: UnitRecord, { fence, holder, from }: Pick<UnitRecord, 'fence' | 'holder' | 'from'>) {
    Object.assign(unit, { fence, holder, from });
    this.topFence = Math.max(this.topFence, fence);
  }

  #remove({ index }: UnitRecord): void {
    this.open.delete(index);
    this.ready.delete(index);
    this.away.delete(index);
  }

  #scanned(unit: UnitRecord, to: bigint): void {
    if (to > unit.scannedTo) unit.scannedTo = to;
    if (to > unit.now.claimed) unit.now.claimed = to;
  }

  #keep(entry: SolutionEntry): void {
    this.solutions.set(solutionKey(entry.span.variant, entry.share.nonce), entry);
    if (this.solutions.size <= MOST_SOLUTIONS) return;
    const [oldest] = this.solutions.keys();
    this.solutions.delete(oldest as string);
  }

  #bad(detail: string): PowError {
    return new PowError('POW_ARGUMENT', `the record of work ${this.id}: ${detail}`);
  }
}

export function solutionKey(variant: bigint, nonce: bigint): string {
  return `${variant}.${nonce}`;
}
