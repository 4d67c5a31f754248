/** Failures on demand: what a client must survive, switched on and off while the node runs. */

import { badArgument, requireInteger } from '../../core/arguments.js';
import { ROUTE_NAMES, type RouteName } from './api/routes.js';

/** One way to fail. */
export interface Fault {
  readonly kind: FaultKind;
  /** `delay`: milliseconds; `status`: which. */
  readonly value?: number | undefined;
  /** How many requests fail. Default: all, until the switch is moved. */
  readonly times?: number | undefined;
}

/** Every kind of fault. Help walks this table. */
export const FAULTS = [
  { kind: 'delay', value: [0, 3_600_000], summary: 'answers after so many milliseconds' },
  { kind: 'hang', value: null, summary: 'never answers' },
  { kind: 'status', value: [400, 599], summary: 'refuses with this status, and does nothing' },
  { kind: 'drop', value: null, summary: 'closes the connection, and does nothing' },
  { kind: 'lose', value: null, summary: 'does what was asked; closes the connection unanswered' },
  { kind: 'garbage', value: null, summary: 'answers with as many bytes that mean nothing' },
  { kind: 'short', value: null, summary: 'leaves out the last byte of the answer' },
  { kind: 'half', value: null, summary: 'closes the connection in the middle of the answer' },
  { kind: 'silent', value: null, summary: 'updates: a stream without events' },
  { kind: 'closed', value: null, summary: 'updates: a stream that ends at once' },
] as const;
export type FaultKind = (typeof FAULTS)[number]['kind'];

export type FaultPlace = RouteName | 'all';
export const FAULT_PLACES: readonly FaultPlace[] = [...ROUTE_NAMES, 'all'];

export class FaultSwitches {
  readonly #faults = new Map<FaultPlace, { readonly fault: Fault; left: number }>();

  /** @param fault - `null`: none from now on */
  set(place: FaultPlace, fault: Fault | null): void {
    if (!FAULT_PLACES.includes(place)) {
      throw badArgument('place', `one of ${FAULT_PLACES.join(', ')}`, place);
    }
    if (fault === null) {
      this.#faults.delete(place);
      return;
    }
    checkFault(place, fault);
    this.#faults.set(place, { fault, left: fault.times ?? Number.POSITIVE_INFINITY });
  }

  /** How the next request fails; `null`: it does not. */
  take(route: RouteName): Fault | null {
    const place = this.#faults.has(route) ? route : 'all';
    const entry = this.#faults.get(place);
    if (entry === undefined) return null;
    entry.left -= 1;
    if (entry.left <= 0) this.#faults.delete(place);
    return entry.fault;
  }
}

function checkFault(place: FaultPlace, fault: Fault): void {
  const row = FAULTS.find(({ kind }) => kind === fault.kind);
  if (row === undefined) {
    throw badArgument('fault', `one of ${FAULTS.map(({ kind }) => kind).join(', ')}`, fault.kind);
  }
  if ((row.kind === 'silent' || row.kind === 'closed') && place !== 'updates') {
    throw badArgument('place', `updates for ${row.kind}`, place);
  }
  if (row.value !== null) requireInteger(fault.value, row.value[0], row.value[1], 'fault.value');
  else if (fault.value !== undefined) throw badArgument('fault.value', 'left out', fault.value);
  if (fault.times !== undefined) requireInteger(fault.times, 1, 1e9, 'fault.times');
}

/**
 * `work=delay:500`, `solved=drop`: a place, a kind, and its number if it has one.
 *
 * @throws {@link PowError} `POW_ARGUMENT` that says what was expected
 */
export function parseFault(text: string): { place: FaultPlace; fault: Fault } {
  const [, place, kind, value] = /^([\w-]+)=([a-z]+)(?::(\d{1,9}))?$/.exec(text) ?? [];
  if (kind === undefined) throw badArgument('fault', 'PLACE=KIND or PLACE=KIND:NUMBER', text);
  const fault: Fault = {
    kind: kind as FaultKind,
    value: value === undefined ? undefined : Number(value),
  };
  new FaultSwitches().set(place as FaultPlace, fault);
  return { place: place as FaultPlace, fault };
}
