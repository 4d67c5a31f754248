/** Takes units out of the queue, as many as the worker wants, and makes leases of them. */

import { pause } from '../../miner/pause.js';
import type { WorkSpec } from '../queue.js';
import { epochOf } from '../record/fence.js';
import type { AssignedUnit } from '../wire/messages.js';
import { decodeWorkSpec } from '../wire/work-spec.js';
import type { CheckedNode } from './checked-options.js';
import { decodeUnit } from './codec.js';
import type { Nats } from './connection.js';
import { readResumeReply, readWantReply } from './control.js';
import { HeldLease, type LeaseOwner } from './held-lease.js';
import type { Known } from './known.js';
import { workKey } from './names.js';
import { type Delivery, Puller } from './pull.js';
import { textOf } from './text-of.js';

/** How long the master may take to answer; without it the worker goes on alone. */
const ASK_MS = 1_000;
/** Nothing is wanted: when to look again. */
const IDLE_MS = 100;
/** There is no work: the master has waited for one before it said so. */
const NO_WORK_MS = 25;
const NO_MASTER_MS = 250;
/** Where to look changes with our rate, and with who else is here: it is asked again after so long. */
const SIZES_MS = 10_000;
/** Units that were done here are acknowledged again when the first time was lost. */
const MOST_DONE = 8_192;

export interface IntakeHow {
  readonly node: CheckedNode;
  readonly known: Known;
  readonly owner: LeaseOwner;
  readonly onNotice: (text: string) => void;
}

export class Intake {
  readonly #nats: Nats;
  readonly #how: IntakeHow;
  readonly #puller: Puller;
  /** In hand, by unit. */
  readonly #held = new Map<string, HeldLease>();
  readonly #done = new Set<string>();
  readonly #ready: HeldLease[] = [];
  #arriving = 0;
  #sizes: readonly number[] = [];
  #askedMs = Number.NEGATIVE_INFINITY;
  #search: Promise<void> | null = null;
  #wake: () => void = () => {};

  constructor(nats: Nats, how: IntakeHow) {
    this.#nats = nats;
    this.#how = how;
    const { names, id, clock } = how.node;
    const from = { stream: names.units, inbox: `${names.inbox(id)}.pull`, clock };
    this.#puller = new Puller(nats.connection, from, (delivery) => void this.#accept(delivery));
    nats.onReconnect.add(() => this.#puller.giveUp());
  }

  get held(): Iterable<HeldLease> {
    return this.#held.values();
  }

  /** Resolves with the next leases; with none when `signal` aborts or it is time to look around. */
  async next(most: number, signal: AbortSignal): Promise<readonly HeldLease[]> {
    if (this.#ready.length === 0) {
      const credits = most - this.#held.size - this.#arriving;
      // Goes on while leases are handed out: it may have to wait for the last of what it asked for.
      if (credits > 0 && this.#search === null) {
        this.#search = this.#lookFor(most, credits, signal).finally(() => {
          this.#search = null;
          this.#wake();
        });
      }
      await this.#rest(IDLE_MS, signal);
    }
    return this.#ready.splice(0);
  }

  /** The lease is over. */
  forget(lease: HeldLease, isDone: boolean): void {
    const key = keyOf(lease.unit);
    if (this.#held.get(key) === lease) this.#held.delete(key);
    if (isDone) this.#remember(messageOf(key, lease.delivery));
    this.#wake();
  }

  close(): void {
    this.#puller.close();
  }

  /** Where it was found before; else the master says where, and then it is waited there. */
  async #lookFor(most: number, credits: number, signal: AbortSignal): Promise<void> {
    const { limits, clock } = this.#how.node;
    if (await this.#pull(credits, 0)) {
      // Of others' units there may always be some, and ours lie elsewhere.
      if (clock.now() - this.#askedMs >= SIZES_MS) void this.#ask(most, 0);
      return;
    }
    const noSizeMs = await this.#ask(most, credits);
    if (signal.aborted) return;
    if (this.#sizes.length === 0) await pause(clock, noSizeMs, signal);
    else if (!(await this.#pull(credits, 0))) await this.#pull(credits, limits.heartbeatMs);
  }

  /** @returns when to ask again if there is no work */
  async #ask(most: number, credits: number): Promise<number> {
    const { names, id, clock } = this.#how.node;
    this.#askedMs = clock.now();
    try {
      const question = JSON.stringify({ most, credits });
      const reply = await this.#nats.connection.request(names.want(id), question, {
        timeout: ASK_MS,
      });
      this.#sizes = readWantReply(reply.data)?.sizes ?? this.#sizes;
      return NO_WORK_MS;
    } catch {
      // The master is away: what lies in the queue is mined all the same.
      return NO_MASTER_MS;
    }
  }

  /**
   * @param waitMs - 0: at every size, but only what lies there; otherwise at the own one
   * @returns whether something came
   */
  async #pull(credits: number, waitMs: number): Promise<boolean> {
    const { names } = this.#how.node;
    for (const size of waitMs === 0 ? this.#sizes : this.#sizes.slice(0, 1)) {
      const consumer = names.consumer(size);
      const left = await this.#puller.pull({ consumer, most: credits, waitMs });
      if (left < credits) return true;
    }
    return false;
  }

  async #accept(delivery: Delivery): Promise<void> {
    this.#arriving += 1;
    try {
      const lease = await this.#leaseOf(delivery);
      if (lease === null) return;
      this.#held.set(keyOf(lease.unit), lease);
      this.#ready.push(lease);
    } catch (error) {
      // It stays in the queue and comes again when its time is up, here or elsewhere.
      this.#how.onNotice(`a unit could not be taken: ${textOf(error)}`);
    } finally {
      this.#arriving -= 1;
      this.#wake();
    }
  }

  async #leaseOf(delivery: Delivery): Promise<HeldLease | null> {
    const first = unitIn(delivery);
    const key = first === null ? '' : keyOf(first.unit);
    if (first === null || this.#done.has(messageOf(key, delivery))) return drop(delivery);
    const { known, owner, node } = this.#how;
    const { work } = first.unit;

    if (known.isVoid(epochOf(first.fence)) || known.isOver(work)) return drop(delivery);
    const same = this.#held.get(key);
    if (same !== undefined && same.fence >= first.fence) {
      same.deliveredAgain(delivery);
      return null;
    }
    // It was lent anew: with the older lease's result this message must not leave the queue.
    same?.end('lost');
    const spec = known.spec(work) ?? (await this.#fetchSpec(work));
    if (spec === null) return drop(delivery);
    const assigned = await this.#resume(first, delivery.attempt);
    // Both may have become known while we asked.
    if (assigned === null || known.isOver(work)) return drop(delivery);
    if (this.#held.has(key)) return null;
    return new HeldLease(spec, assigned, { delivery, owner, nowMs: node.clock.now() });
  }

  async #fetchSpec(work: string): Promise<WorkSpec | null> {
    const { known, node } = this.#how;
    const kv = await this.#nats.bucket(node.names.state);
    const entry = await kv.get(workKey(work));
    if (entry === null || entry.operation !== 'PUT') return null;
    const spec = decodeWorkSpec(entry.value);
    if (spec.id !== work) return null;
    known.add(spec);
    return spec;
  }

  /**
   * The holder before us died, or was too slow: the master knows how far it was.
   *
   * @returns `null`: nothing is left to do of it
   */
  async #resume(first: AssignedUnit, attempt: number): Promise<AssignedUnit | null> {
    if (attempt === 1) return first;
    const { names, id } = this.#how.node;
    const { work, index, end } = first.unit;
    const fence = first.fence + attempt - 1;
    try {
      const question = JSON.stringify({ work, index, fence });
      const { connection } = this.#nats;
      const subject = names.askResume(id);
      const { data } = await connection.request(subject, question, { timeout: ASK_MS });
      const reply = readResumeReply(data);
      if (reply?.gone) return null;
      const isFit = reply !== null && reply.resumeAt >= first.resumeAt && reply.resumeAt < end;
      return isFit
        ? { ...first, resumeAt: reply.resumeAt, fence: reply.fence }
        : { ...first, fence };
    } catch {
      // Without a master it is done from where its message says.
      return { ...first, fence };
    }
  }

  #remember(key: string): void {
    this.#done.add(key);
    if (this.#done.size <= MOST_DONE) return;
    const [oldest] = this.#done;
    if (oldest !== undefined) this.#done.delete(oldest);
  }

  /** Until a lease comes or goes. */
  async #rest(ms: number, signal: AbortSignal): Promise<void> {
    const awake = new AbortController();
    const wake = () => awake.abort();
    this.#wake = wake;
    signal.addEventListener('abort', wake, { once: true });
    if (this.#ready.length === 0 && !signal.aborted) {
      await pause(this.#how.node.clock, ms, awake.signal);
    }
    signal.removeEventListener('abort', wake);
  }
}

function keyOf({ work, index }: { work: string; index: number }): string {
  return `${work}.${index}`;
}

/** The same unit may have to be done again: that is another message. */
function messageOf(key: string, { sequence }: Delivery): string {
  return `${key} ${sequence}`;
}

/** It is over, or was never one: it leaves the queue. */
function drop(delivery: Delivery): null {
  delivery.ack();
  return null;
}

function unitIn(delivery: Delivery): AssignedUnit | null {
  try {
    return decodeUnit(delivery.data);
  } catch {
    return null;
  }
}
