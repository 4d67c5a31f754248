/** What the master knows of the units that lie in the queue, and of those in workers' hands. Pure. */

import type { Unit, UnitKey, WorkId } from '../queue.js';
import type { OpenUnit } from '../record/coordinator.js';
import { isOfMessage } from '../record/fence.js';
import type { LeaseProgress, ResumeReply } from './control.js';

export interface Holder {
  readonly worker: string;
  readonly fence: number;
  readonly sinceMs: number;
  heardMs: number;
  readonly from: bigint;
  scannedTo: bigint;
  /** It was told to let go, for that worker. */
  moved: { readonly to: string; readonly sinceMs: number } | null;
  /** The message of the unit has left the queue: nobody gets it when this one falls silent. */
  isLast: boolean;
}

export interface Lending {
  readonly unit: Unit;
  /** Class of the queue that it lies in. */
  size: number;
  /** Of its first delivery, or of the one that it was handed over with. */
  fence: number;
  resumeAt: bigint;
  holder: Holder | null;
}

/** One that a worker is at. */
export type InHands = Lending & { holder: Holder };

/** A sign of life of a lease. */
export interface Heard extends LeaseProgress {
  /** When it was given. */
  readonly atMs: number;
}

/** What a sign of life of a lease means. */
export type Sign =
  | { readonly kind: 'began'; readonly lending: Lending; readonly before: Holder | null }
  | { readonly kind: 'went-on'; readonly lending: Lending }
  /** Somebody else has it by now, or nobody may have it. */
  | { readonly kind: 'late' };

/** Of the time of a lease: whoever is alive says so three times in it. */
const SILENCE = 0.75;
/** Times of a lease: the queue has given the unit to another one long before, if anybody looks there. */
const UNTAKEN = 3;

export class Lendings {
  readonly #leaseMs: number;
  readonly #silentMs: number;
  /** Since when it was looked after holders without a break, and when last. */
  #listeningMs = 0;
  #lookedMs = Number.NEGATIVE_INFINITY;
  readonly #all = new Map<UnitKey, Lending>();
  readonly #queued = new Map<number, number>();

  /** @param leaseMs - how long a lease lasts without a sign of life */
  constructor(leaseMs: number) {
    this.#leaseMs = leaseMs;
    this.#silentMs = SILENCE * leaseMs;
  }

  get(work: WorkId, index: number): Lending | null {
    return this.#all.get(`${work}.${index}`) ?? null;
  }

  /** Published, or published again: nobody holds it. */
  add({ unit, fence, resumeAt }: OpenUnit, size: number): Lending {
    const key: UnitKey = `${unit.work}.${unit.index}`;
    const before = this.#all.get(key);
    if (before !== undefined && before.holder === null) this.#count(before.size, -1);
    const lending: Lending = { unit, size, fence, resumeAt, holder: null };
    this.#all.set(key, lending);
    this.#count(size, 1);
    return lending;
  }

  /** A worker says that it is at it. */
  hear(
    worker: string,
    { work, index }: { work: WorkId; index: number },
    { fence, scannedTo, atMs }: Heard,
  ): Sign {
    const lending = this.get(work, index);
    if (lending === null || !isOfMessage(fence, lending.fence)) return { kind: 'late' };
    const { holder, unit } = lending;
    const isWithin = scannedTo >= unit.start && scannedTo <= unit.end;
    if (!isWithin || (holder !== null && fence < holder.fence)) return { kind: 'late' };
    if (holder?.worker === worker && fence === holder.fence) {
      holder.heardMs = Math.max(holder.heardMs, atMs);
      if (scannedTo > holder.scannedTo) holder.scannedTo = scannedTo;
      return { kind: 'went-on', lending };
    }
    // The queue gives a unit to a second one only when the first is silent; anybody can say so.
    if (holder !== null && holder.worker !== worker && !this.isSilent(holder, atMs)) {
      return { kind: 'late' };
    }
    this.#begin(lending, worker, { fence, scannedTo, atMs });
    return { kind: 'began', lending, before: holder };
  }

  /** It is lent anew, to a worker that has its message: where and under what that begins. */
  handOver(
    lending: Lending,
    { worker, fence }: { readonly worker: string; readonly fence: number },
    { resumeAt }: OpenUnit,
    nowMs: number,
  ): Extract<ResumeReply, { gone: false }> {
    Object.assign(lending, { fence, resumeAt });
    this.#begin(lending, worker, { fence, scannedTo: resumeAt, atMs: nowMs });
    return { gone: false, fence, resumeAt };
  }

  /** Not heard for so long that the queue may have given the unit to another one. */
  isSilent({ heardMs }: Holder, nowMs: number): boolean {
    return nowMs - heardMs >= this.#silentMs;
  }

  /** Done, split, or its work is over. */
  remove(work: WorkId, index: number): void {
    const lending = this.get(work, index);
    if (lending === null) return;
    if (lending.holder === null) this.#count(lending.size, -1);
    this.#all.delete(`${work}.${index}`);
  }

  removeWork(work: WorkId): void {
    for (const { unit } of this.ofWork(work)) this.remove(work, unit.index);
  }

  *ofWork(work: WorkId): Iterable<Lending> {
    for (const lending of [...this.#all.values()]) if (lending.unit.work === work) yield lending;
  }

  /** In the queue, as far as is known. */
  *lying(): Iterable<Lending> {
    for (const lending of this.#all.values()) if (lending.holder === null) yield lending;
  }

  /** In hands. */
  *held(): Iterable<InHands> {
    for (const lending of this.#all.values()) {
      if (lending.holder !== null) yield lending as InHands;
    }
  }

  /**
   * Their holder is silent, and the queue will not give them to another one, or has found nobody who
   * takes them. To be called again and again: who was not heard while nobody listened may be alive.
   */
  abandoned(nowMs: number): readonly InHands[] {
    if (nowMs - this.#lookedMs > this.#leaseMs) this.#listeningMs = nowMs;
    this.#lookedMs = nowMs;
    return [...this.held()].filter(({ holder }) => {
      const silentMs = nowMs - Math.max(holder.heardMs, this.#listeningMs);
      if (silentMs >= UNTAKEN * this.#leaseMs) return true;
      return holder.isLast && this.isSilent(holder, nowMs);
    });
  }

  /** Lies in the queue of that size, as far as is known. */
  queued(size: number): number {
    return this.#queued.get(size) ?? 0;
  }

  get sizes(): ReadonlySet<number> {
    return new Set([...this.#queued].filter(([, count]) => count > 0).map(([size]) => size));
  }

  counts(work: WorkId): { queued: number; held: number } {
    const counts = { queued: 0, held: 0 };
    for (const { holder } of this.ofWork(work)) counts[holder === null ? 'queued' : 'held'] += 1;
    return counts;
  }

  #begin(lending: Lending, worker: string, { fence, scannedTo, atMs }: Heard): void {
    if (lending.holder === null) this.#count(lending.size, -1);
    const base = { worker, fence, sinceMs: atMs, heardMs: atMs };
    lending.holder = { ...base, from: scannedTo, scannedTo, moved: null, isLast: false };
  }

  #count(size: number, by: number): void {
    this.#queued.set(size, (this.#queued.get(size) ?? 0) + by);
  }
}
