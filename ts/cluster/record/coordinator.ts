/**
 * The record of a cluster: which units of which works are carved, lent, done. Pure: the time comes
 * in, decisions come out, and what must outlive the process is among them.
 */

import type {
  CancelReason,
  Capabilities,
  NodeInfo,
  UnitResult,
  WorkId,
  WorkSpace,
  WorkSpec,
} from '../queue.js';
import { banFor, conductEntries, strikeAlarms, strikeOn } from './bans.js';
import type { Answer, Decisions, Extension, HeldLease, LeaseKey } from './decisions.js';
import { doAgain } from './distrust.js';
import { doDue } from './due.js';
import type { Entry } from './entries.js';
import { join, type Seat } from './joining.js';
import type { Conduct, Referee } from './judges.js';
import { extend, release } from './lease-calls.js';
import { leaveForNow } from './leaving.js';
import { lend } from './lending.js';
import {
  type CameBack,
  carveOutside,
  lendOutsideAgain,
  type OpenUnit,
  openUnits,
  takeIn,
} from './outside.js';
import { begin, publish } from './publishing.js';
import { type RecordStatus, statusOf } from './report.js';
import { takeResult } from './results.js';
import { RULES, type Rules } from './rules.js';
import { State } from './state.js';
import { cancel, tellExhausted } from './work-ends.js';

/** How often {@link Coordinator.wake} looks around while there is something to look at. */
const ROUND_MS = 250;

export interface CoordinatorOptions {
  readonly referee: Referee;
  readonly conduct: Conduct;
  readonly rules?: Partial<Rules> | undefined;
  /** Milliseconds since 1970. For strikes and bans, which outlive the process; else time comes in. */
  wallNowMs(): number;
}

export type { CameBack, OpenUnit, RecordStatus, Seat };

export class Coordinator {
  readonly #state: State;
  #roundMs: number;

  /** @param entries - of the journal, oldest first. Then comes {@link Coordinator.begin} */
  constructor(options: CoordinatorOptions, entries: Iterable<Entry>, nowMs: number) {
    this.#state = new State({ ...options, rules: { ...RULES, ...options.rules } });
    this.#roundMs = nowMs;
    for (const entry of entries) this.#state.apply(entry, nowMs);
  }

  /** Of the newest master that the journal knows; 0: none. */
  get lastEpoch(): number {
    return this.#state.lastEpoch;
  }

  /**
   * Once, before anything else.
   *
   * @param epoch - above that of every master before
   */
  begin(epoch: number, nowMs: number): Decisions {
    begin(this.#state, epoch, nowMs);
    return this.#state.take();
  }

  /**
   * Begins to lend units of a work. One that is on record goes on where it was, with the share
   * target that it had, and what was found of it is told again.
   *
   * @throws {@link PowError} `POW_WORKER`
   */
  publish(spec: WorkSpec, space: WorkSpace, nowMs: number): Decisions {
    publish(this.#state, spec, space, nowMs);
    return this.#decide(nowMs);
  }

  /**
   * Ends a work. The effect `over` tells when nobody is at it any more. After `shutdown` it stays
   * on record. Idempotent.
   */
  cancel(work: WorkId, reason: CancelReason, nowMs: number): Decisions {
    cancel(this.#state, work, reason, nowMs);
    return this.#decide(nowMs);
  }

  /**
   * A worker has connected, or connected again: of what it holds, it keeps what nobody else has
   * got meanwhile. An older connection of the same id is out of the game: close it without
   * {@link Coordinator.leave}.
   *
   * @returns `bannedMs` above 0: it is refused, and nothing else has happened
   */
  join(
    node: NodeInfo,
    seat: Seat,
    nowMs: number,
  ): { bannedMs: number; kept: readonly LeaseKey[]; decisions: Decisions } {
    const bannedMs = this.#state.conduct.bannedMs(seat.key, nowMs);
    const kept = bannedMs > 0 ? [] : join(this.#state, node, seat, nowMs);
    return { bannedMs, kept, decisions: this.#decide(nowMs) };
  }

  /** The connection is gone. What the worker held is lent to others; first, others' units are. */
  leave(worker: string, nowMs: number): Decisions {
    const record = this.#state.workers.get(worker);
    if (record !== undefined) leaveForNow(this.#state, record, nowMs);
    return this.#decide(nowMs);
  }

  /** The worker says what it can do now. */
  announce(worker: string, capabilities: Capabilities, nowMs: number): Decisions {
    const record = this.#state.workers.get(worker);
    if (record !== undefined) {
      record.node = { ...record.node, capabilities };
      record.rates.capabilities = capabilities;
      record.heardMs = nowMs;
      this.#state.feed(record);
      this.#state.event({ kind: 'node', op: 'update', node: record.node });
    }
    return this.#decide(nowMs);
  }

  /** Any sign of life. */
  heard(worker: string, nowMs: number): void {
    const record = this.#state.workers.get(worker);
    if (record !== undefined) record.heardMs = nowMs;
  }

  /**
   * The worker takes leases as long as fewer than `most` are in its hands, those on their way to it
   * included: it need not ask again after each unit. 0: none from now on.
   */
  want(worker: string, most: number, nowMs: number): Decisions {
    const record = this.#state.workers.get(worker);
    if (record !== undefined) {
      record.most = most > 0 ? Math.floor(most) : 0;
      record.heardMs = nowMs;
      this.#state.feed(record);
    }
    return this.#decide(nowMs);
  }

  /** The lease lives. Call it for every lease of the worker at each of its signs of life. */
  progress(
    worker: string,
    lease: HeldLease,
    nowMs: number,
  ): { extension: Extension; decisions: Decisions } {
    const extension = extend(this.#state, worker, lease, nowMs);
    return { extension, decisions: this.#state.take() };
  }

  /** The worker gives a unit back. */
  release(worker: string, lease: HeldLease, failed: string | null, nowMs: number): Decisions {
    this.heard(worker, nowMs);
    release(this.#state, worker, lease, failed, nowMs);
    return this.#decide(nowMs);
  }

  /**
   * A result, hashed again and judged.
   *
   * @returns `null`: its work is on record and was not published since the master started; bring
   *   the result again after the next {@link Coordinator.publish}, or after a while
   */
  result(
    worker: string,
    result: UnitResult,
    nowMs: number,
  ): { answer: Answer; decisions: Decisions } | null {
    this.heard(worker, nowMs);
    const answer = takeResult(this.#state, worker, result, nowMs);
    return answer === null ? null : { answer, decisions: this.#decide(nowMs) };
  }

  /** Whoever has the key did what no honest worker does; three times are a ban. */
  strike(key: string, worker: string, reason: string, nowMs: number): Decisions {
    strikeOn(this.#state, { key, worker, reason }, nowMs);
    return this.#decide(nowMs);
  }

  /** A re-scan has proved that the key reports what it did not hash. */
  distrust(key: string, worker: string, reason: string, nowMs: number): Decisions {
    banFor(this.#state, { key, worker, reason }, nowMs);
    doAgain(this.#state, key, nowMs); // what it had in its hands included
    return this.#decide(nowMs);
  }

  /** What is due by now: leases that ran out, workers that are silent, cancels that took long. */
  wake(nowMs: number): Decisions {
    this.#roundMs = nowMs;
    doDue(this.#state, nowMs);
    return this.#decide(nowMs);
  }

  /** When {@link Coordinator.wake} has something to do next; `Infinity`: never. */
  get wakeAtMs(): number {
    const { workers, works, tailAtMs } = this.#state;
    const round = workers.size + works.size > 0 ? this.#roundMs + ROUND_MS : Infinity;
    return Math.min(round, tailAtMs);
  }

  /**
   * Carves units that a queue outside lends by its own rules (JetStream). They are assigned to
   * nobody; any worker's first valid result completes them, under the fence given here or up to
   * 4,095 above it (deliveries).
   *
   * @param how - `nonces`: of each unit, at most
   */
  carve(
    id: WorkId,
    how: { nonces: bigint; most: number },
    nowMs: number,
  ): { units: readonly OpenUnit[]; decisions: Decisions } {
    const units = carveOutside(this.#state, id, how, nowMs);
    return { units, decisions: this.#state.take() };
  }

  /** It lies in a queue outside, and nobody takes it there: it is carved again. */
  takeIn(id: WorkId, index: number, nowMs: number): Decisions {
    takeIn(this.#state, id, index, nowMs);
    return this.#decide(nowMs);
  }

  /** Lent units of a work that are neither done nor given up: what a queue outside must hold. */
  outstanding(id: WorkId): Iterable<OpenUnit> {
    return openUnits(this.#state, id);
  }

  /**
   * A unit of a queue outside came back without a result: with what is left of it, under a new
   * fence, it is to be lent again; or its halves, where it failed too often.
   *
   * @returns none: it is done or given up
   */
  relend(
    id: WorkId,
    index: number,
    how: CameBack,
    nowMs: number,
  ): { units: readonly OpenUnit[]; decisions: Decisions } {
    const units = lendOutsideAgain(this.#state, id, index, how, nowMs);
    return { units, decisions: this.#decide(nowMs) };
  }

  /** How much longer the key of a worker is banned; 0: it is not. */
  bannedMs(worker: string, nowMs: number): number {
    return this.#state.conduct.bannedMs(this.#state.whoIs(worker), nowMs);
  }

  /** A published work as its leases know it. */
  spec(work: WorkId): WorkSpec | null {
    return this.#state.works.get(work)?.spec ?? null;
  }

  /** The record in entries that make the same record again: for a snapshot. */
  *entries(nowMs: number): Generator<Entry> {
    yield { kind: 'epoch', epoch: this.#state.lastEpoch };
    yield* conductEntries(this.#state, nowMs);
    for (const work of this.#state.works.values()) yield* work.entries();
  }

  status(nowMs: number): RecordStatus {
    return statusOf(this.#state, nowMs);
  }

  #decide(nowMs: number): Decisions {
    strikeAlarms(this.#state, nowMs);
    lend(this.#state, nowMs);
    for (const work of this.#state.thinned) tellExhausted(this.#state, work, nowMs);
    this.#state.thinned.clear();
    return this.#state.take();
  }
}
