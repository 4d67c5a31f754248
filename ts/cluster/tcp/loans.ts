/** Units on their way to one worker, and the works that it must have before. */

import type { CancelReason, LeaseEnd, WorkId } from '../queue.js';
import type { Assignment, HeldLease, LeaseKey } from '../record/decisions.js';
import { type AssignedUnit, MOST_UNITS } from '../wire/messages.js';
import type { Link } from './link.js';

export interface LoanEvents {
  /** It was over before the worker was told of it. */
  onUnheard(lease: HeldLease): void;
}

export class Loans {
  readonly #link: Pick<Link, 'send' | 'outbox'>;
  readonly #events: LoanEvents;
  /** Works that were sent over this connection. */
  readonly #known = new Set<WorkId>();
  /** Works of leases that it brought along: it is told them again, and hears when they are over. */
  readonly #brought = new Set<WorkId>();
  #new: Assignment[] = [];
  #isWaiting = false;

  constructor(link: Pick<Link, 'send' | 'outbox'>, events: LoanEvents) {
    this.#link = link;
    this.#events = events;
  }

  /** What comes in one turn is sent together. */
  add(assignment: Assignment): void {
    this.#new.push(assignment);
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    queueMicrotask(() => {
      this.#isWaiting = false;
      this.#send();
    });
  }

  bring(work: WorkId): void {
    this.#brought.add(work);
  }

  cancel(work: WorkId, reason: CancelReason): void {
    for (const { units } of this.#link.outbox.forget(work)) units.forEach(this.#unheard);
    const over = this.#new.filter(({ spec }) => spec.id === work);
    this.#new = this.#new.filter(({ spec }) => spec.id !== work);
    over.forEach(this.#unheard);
    const isKnown = this.#known.delete(work);
    if (this.#brought.delete(work) || isKnown) this.#link.send({ kind: 'cancel', work, reason });
  }

  /** One lease is over. What stops work jumps the queue, so what is on its way there is looked at. */
  end({ work, index, fence }: LeaseKey, reason: LeaseEnd): void {
    const isIt = (of: Omit<AssignedUnit, 'ttlMs'>) =>
      of.fence === fence && of.unit.index === index && of.unit.work === work;
    const early = this.#new.find(isIt);
    const unsent = early ?? this.#takeBack(isIt);
    this.#new = this.#new.filter((assignment) => assignment !== early);
    if (unsent === null) this.#link.send({ kind: 'revoke', work, index, fence, reason });
    else this.#unheard(unsent);
  }

  clear(): void {
    this.#new = [];
  }

  /** By work, and the work itself before the first of its units. */
  #send(): void {
    const byWork = new Map<WorkId, Assignment[]>();
    for (const assignment of this.#new) {
      const of = byWork.get(assignment.spec.id);
      if (of === undefined) byWork.set(assignment.spec.id, [assignment]);
      else of.push(assignment);
    }
    this.#new = [];
    for (const [work, of] of byWork) {
      const [first] = of;
      if (first !== undefined && !this.#known.has(work)) {
        this.#link.send({ kind: 'work', spec: first.spec });
        this.#known.add(work);
      }
      for (let i = 0; i < of.length; i += MOST_UNITS) {
        this.#link.send({ kind: 'assign', units: of.slice(i, i + MOST_UNITS).map(assignedUnit) });
      }
    }
  }

  /** Out of the message that it waits in; `null`: there is none. */
  #takeBack(isIt: (unit: AssignedUnit) => boolean): AssignedUnit | null {
    const gone = this.#link.outbox.takeBack(
      (message) => message.kind === 'assign' && message.units.some(isIt),
    );
    let found: AssignedUnit | null = null;
    for (const message of gone) {
      if (message.kind !== 'assign') continue;
      found ??= message.units.find(isIt) ?? null;
      const units = message.units.filter((unit) => !isIt(unit));
      if (units.length > 0) this.#link.send({ kind: 'assign', units });
    }
    return found;
  }

  readonly #unheard = ({ unit, fence, resumeAt: scannedTo }: Omit<AssignedUnit, 'ttlMs'>) => {
    const { work, index } = unit;
    this.#events.onUnheard({ work, index, fence, scannedTo });
  };
}

function assignedUnit({ unit, fence, resumeAt, ttlMs }: Assignment): AssignedUnit {
  return { unit, fence, resumeAt, ttlMs: Math.ceil(ttlMs) };
}
