/** Leases in the hands of this worker, and the works that they are of. */

import type { CancelReason, WorkId, WorkSpec } from '../../queue.js';
import {
  type LeaseName,
  type LeaseProgress,
  type LeaseVerdict,
  type Message,
  type MessageOf,
  MOST_LEASES,
} from '../../wire/messages.js';
import { HeldLease, type LeaseOwner } from './held-lease.js';
import type { Letters } from './letters.js';

/** A lease is extended when so much of its time is over. */
const PART = 3;

export interface HandEvents {
  /** A lease has come, or has gone. */
  onChange(): void;
}

export class Hand implements LeaseOwner {
  readonly #letters: Letters;
  readonly #events: HandEvents;
  readonly #specs = new Map<WorkId, WorkSpec>();
  readonly #leases = new Map<string, HeldLease>();
  /** Not taken yet by whoever hashes. */
  #new: HeldLease[] = [];

  constructor(letters: Letters, events: HandEvents) {
    this.#letters = letters;
    this.#events = events;
  }

  get leases(): readonly HeldLease[] {
    return [...this.#leases.values()];
  }

  /** What is said in a hello: leases in hand, and those whose last word is on its way. */
  get held(): readonly LeaseProgress[] {
    const held = new Map<string, LeaseProgress>();
    for (const lease of this.#letters.leases) held.set(nameOf(lease), progressOf(lease));
    for (const [name, lease] of this.#leases) held.set(name, lease.held);
    return [...held.values()].slice(0, MOST_LEASES);
  }

  /** The next one to hash; `null`: none has come. */
  take(): HeldLease | null {
    return this.#new.shift() ?? null;
  }

  /** Gives back what nobody has taken, and nobody will. */
  untake(): void {
    for (const lease of this.#new.splice(0)) giveBack(lease);
  }

  received(message: Message, nowMs: number): void {
    switch (message.kind) {
      case 'work':
        this.#specs.set(message.spec.id, message.spec);
        break;
      case 'assign':
        this.#assigned(message, nowMs);
        break;
      case 'cancel':
        this.#cancelled(message.work, message.reason);
        break;
      case 'revoke':
        this.#leases.get(nameOf(message))?.end(message.reason);
        break;
      case 'extended':
        for (const verdict of message.leases) this.#judged(verdict, nowMs);
        break;
      default:
    }
    this.#untakeEnded();
  }

  /** After a new connection: which leases go on. Works that nobody is at are told again. */
  reclaimed(kept: readonly LeaseVerdict[], nowMs: number): void {
    const isKept = new Set(kept.filter(({ ttlMs }) => ttlMs > 0).map(nameOf));
    for (const [name, lease] of this.#leases) if (!isKept.has(name)) lease.end('lost');
    for (const verdict of kept) this.#judged(verdict, nowMs);
    const works = new Set([...this.#leases.values()].map(({ unit }) => unit.work));
    for (const work of this.#specs.keys()) if (!works.has(work)) this.#specs.delete(work);
    this.#untakeEnded();
  }

  /** Leases whose time is up to be extended. */
  due(nowMs: number): readonly LeaseProgress[] {
    const due = this.leases.filter(({ dueMs }) => dueMs <= nowMs);
    if (due.length === 0) return [];
    return this.leases.slice(0, MOST_LEASES).map(({ held }) => held);
  }

  /** Nobody wants us any more. */
  lose(): void {
    this.#new = [];
    for (const lease of this.leases) lease.end('lost');
  }

  /** Everything stops, and goes back as far as it is. */
  giveBack(): void {
    this.untake();
    for (const lease of this.leases) {
      const { scannedTo } = lease.held;
      lease.end('shutdown');
      lease.release({ scannedTo }).catch(() => {});
    }
  }

  post: LeaseOwner['post'] = (body) => this.#letters.post(body);

  over(lease: HeldLease): void {
    this.#leases.delete(nameOf(lease.name));
    this.#events.onChange();
  }

  #assigned({ units }: MessageOf<'assign'>, nowMs: number): void {
    for (const assigned of units) {
      const { unit, fence, resumeAt, ttlMs } = assigned;
      const name = { work: unit.work, index: unit.index, fence };
      const spec = this.#specs.get(unit.work);
      if (spec === undefined) {
        // Of a work that was cancelled while this was on its way.
        this.post({ kind: 'release', ...name, scannedTo: resumeAt }).catch(() => {});
        continue;
      }
      if (this.#leases.has(nameOf(name))) continue;
      const lease = new HeldLease(spec, assigned, nowMs + ttlMs / PART, this);
      this.#leases.set(nameOf(name), lease);
      this.#new.push(lease);
    }
    this.#events.onChange();
  }

  #cancelled(work: WorkId, reason: CancelReason): void {
    this.#specs.delete(work);
    for (const lease of this.leases) if (lease.unit.work === work) lease.end(reason);
  }

  /** Ended before anybody saw it: nobody else would give it back. */
  #untakeEnded(): void {
    const ended = this.#new.filter(({ signal }) => signal.aborted);
    if (ended.length === 0) return;
    this.#new = this.#new.filter(({ signal }) => !signal.aborted);
    for (const lease of ended) giveBack(lease);
  }

  #judged(verdict: LeaseVerdict, nowMs: number): void {
    const lease = this.#leases.get(nameOf(verdict));
    if (lease === undefined) return;
    if (verdict.ttlMs > 0) lease.dueMs = nowMs + verdict.ttlMs / PART;
    else if (!lease.signal.aborted) lease.end('lost');
  }
}

function giveBack(lease: HeldLease): void {
  // Refused only when the queue closes, and then the master takes it back itself.
  lease.release({ scannedTo: lease.resumeAt }).catch(() => {});
}

const nameOf = ({ work, index, fence }: LeaseName): string => `${work}.${index}.${fence}`;

const progressOf = ({ work, index, fence, scannedTo }: LeaseProgress): LeaseProgress => ({
  work,
  index,
  fence,
  scannedTo,
});
