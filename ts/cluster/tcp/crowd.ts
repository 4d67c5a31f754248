/** Everybody who is connected to a master: what the record decides reaches the right one. */

import type { Socket } from 'node:net';
import { printable } from '../../core/printable.js';
import type { Clock } from '../../miner/clock.js';
import type { ChunkHost } from '../datasets/host.js';
import type { ClusterStatus, NodeInfo, QueueEvent, WorkId } from '../queue.js';
import type { Effect } from '../record/decisions.js';
import type { Keeper } from '../record/keeper.js';
import type { TcpLimits } from './limits.js';
import { Link, type LinkFault } from './link.js';
import type { Arrival } from './listener.js';
import { type Hub, Session } from './session.js';

export interface CrowdOptions {
  readonly master: { readonly id: string; readonly name: string };
  readonly limits: TcpLimits;
  readonly clock: Clock;
  readonly chunks: ChunkHost | null;
  readonly status: () => ClusterStatus;
  /** A worker has seen a master of a higher epoch. */
  readonly outranked: (epoch: number) => void;
  readonly onEvent: (event: QueueEvent) => void;
}

/** Around the links: whether one is too slow. */
const SWEEP_MS = 250;
/** Joins come in crowds: the others are told of them together. */
const PEERS_MS = 1_000;

export class Crowd implements Hub {
  readonly master: { readonly id: string; readonly name: string };
  readonly limits: TcpLimits;
  readonly clock: Clock;
  readonly chunks: ChunkHost | null;
  readonly status: () => ClusterStatus;
  readonly #outranked: (epoch: number) => void;
  readonly #onEvent: (event: QueueEvent) => void;
  readonly #links = new Map<Session, Link>();
  readonly #byWorker = new Map<string, Session>();
  #keeper: Keeper | null = null;
  #cancelSweep: () => void;
  #cancelPeers: (() => void) | null = null;
  #isClosing = false;

  constructor(options: CrowdOptions) {
    ({
      master: this.master,
      limits: this.limits,
      clock: this.clock,
      chunks: this.chunks,
      status: this.status,
    } = options);
    this.#outranked = options.outranked;
    this.#onEvent = options.onEvent;
    this.#cancelSweep = this.clock.after(SWEEP_MS, this.#sweep);
  }

  /** Set before the first connection. */
  set keeper(keeper: Keeper) {
    this.#keeper = keeper;
  }

  get keeper(): Keeper {
    if (this.#keeper === null) throw new Error('no record yet');
    return this.#keeper;
  }

  get nodes(): readonly NodeInfo[] {
    return [...this.#byWorker.values()].flatMap(({ node }) => (node === null ? [] : [node]));
  }

  /** Workers that have the dataset, to be asked for its chunks. */
  holders(root: string): readonly ChunkHost[] {
    return [...this.#byWorker.values()]
      .filter(({ node }) => node?.capabilities.datasets.includes(root))
      .map(({ chunks }) => chunks);
  }

  enter(socket: Socket, arrival: Arrival): void {
    const { limits, clock } = this;
    const link: Link = new Link({
      ...{ socket, limits, clock, from: 'worker', first: 'hello', isBounded: true },
      onMessage: (message) => session.received(message),
      onFlood: (about, retryAfterMs) => {
        link.send({ kind: 'error', about, text: 'too many messages', retryAfterMs });
      },
      onEnd: (reason, fault) => this.#ended(session, reason, fault),
    });
    const session = new Session(this, link, arrival);
    this.#links.set(session, link);
  }

  joined(session: Session): void {
    const id = session.node?.id ?? '';
    const older = this.#byWorker.get(id);
    this.#byWorker.set(id, session);
    if (older !== undefined) this.#links.get(older)?.cut('it has connected again', null);
    this.#tellPeers();
  }

  announced(): void {
    this.#tellPeers();
  }

  outranked(session: Session, epoch: number): void {
    const { address, principal } = session.arrival;
    const who = `${printable(principal.name)} at ${address}`;
    this.#notice('warn', `${who} has seen a master of epoch ${epoch}, above that of this one`);
    this.#outranked(epoch);
  }

  offended(session: Session, reason: string): void {
    const link = this.#links.get(session);
    link?.finish(reason);
    this.#strike(session, reason);
  }

  perform(effect: Effect): void {
    switch (effect.kind) {
      case 'assign':
        this.#byWorker.get(effect.worker)?.assign(effect.assignment);
        break;
      case 'end':
        this.#byWorker.get(effect.worker)?.end(effect.lease, effect.why);
        break;
      case 'cancel':
        this.#cancel(effect.work, effect);
        break;
      case 'drop':
        this.#drop(effect.worker, effect.why);
        break;
      case 'event':
        this.#happened(effect.event);
    }
  }

  /** Closes connections, with a word. */
  dismiss(reason: string, whose: (session: Session) => boolean = () => true): void {
    for (const [session, link] of this.#links) if (whose(session)) link.finish(reason);
  }

  /** Resolves when everybody is gone. */
  async close(reason: string, withinMs: number): Promise<void> {
    this.#isClosing = true;
    this.#cancelSweep();
    this.#cancelPeers?.();
    this.dismiss(reason);
    const late = this.clock.now() + withinMs;
    while (this.#links.size > 0 && this.clock.now() < late) {
      await new Promise<void>((resolve) => void this.clock.after(10, resolve));
    }
    for (const link of this.#links.values()) link.cut(reason, null);
  }

  readonly #sweep = () => {
    this.#cancelSweep = this.clock.after(SWEEP_MS, this.#sweep);
    const nowMs = this.clock.now();
    this.#relieve();
    for (const [session, link] of this.#links) {
      link.sweep(nowMs);
      const { helloMs, deadMs } = this.limits;
      if (session.node === null && nowMs - session.arrival.sinceMs > helloMs) {
        link.cut('no HELLO in time', 'slow');
      } else if (nowMs - link.heardMs > deadMs) {
        link.cut('nothing was heard of it', 'slow');
      }
    }
  };

  /** Many slow readers together hold no more than a bound. */
  #relieve(): void {
    let queued = 0;
    for (const link of this.#links.values()) queued += link.unsentBytes;
    if (queued <= this.limits.mostQueuedBytes) return;
    const byBytes = [...this.#links.values()].sort((a, b) => b.unsentBytes - a.unsentBytes);
    for (const link of byBytes) {
      if (queued <= this.limits.mostQueuedBytes) return;
      queued -= link.unsentBytes;
      link.cut('too much is queued for too many', 'unread');
    }
  }

  #ended(session: Session, reason: string, fault: LinkFault): void {
    this.#links.delete(session);
    session.closed();
    const { node, arrival } = session;
    const who = printable(node?.name ?? arrival.principal.name);
    this.#notice('debug', `${who} at ${arrival.address}: ${printable(reason)}`);
    if (node !== null && this.#byWorker.get(node.id) === session) {
      this.#byWorker.delete(node.id);
      this.keeper.leave(node.id);
      this.#tellPeers();
    }
    if (fault === 'wire' || fault === 'flood') this.#strike(session, reason);
  }

  #strike(session: Session, reason: string): void {
    const worker = session.node?.id ?? session.arrival.principal.name;
    this.keeper.strike(session.key, worker, reason);
  }

  /** Those that hold its units first. */
  #cancel(work: WorkId, { reason, holders }: Extract<Effect, { kind: 'cancel' }>): void {
    const first = new Set(holders);
    for (const worker of first) this.#byWorker.get(worker)?.cancel(work, reason);
    for (const [worker, session] of this.#byWorker) {
      if (!first.has(worker)) session.cancel(work, reason);
    }
  }

  #drop(worker: string, why: 'banned' | 'silent'): void {
    const session = this.#byWorker.get(worker);
    if (session === undefined) return;
    const link = this.#links.get(session);
    if (why === 'banned') link?.finish('banned');
    else link?.cut('nothing was heard of it', 'slow');
  }

  #happened(event: QueueEvent): void {
    // Whoever has heard of the work can forget it.
    if (event.kind === 'exhausted') {
      for (const session of this.#byWorker.values()) session.cancel(event.work, 'stale');
    }
    this.#onEvent(event);
  }

  #tellPeers(): void {
    if (this.#isClosing) return;
    this.#cancelPeers ??= this.clock.after(PEERS_MS, () => {
      this.#cancelPeers = null;
      const { nodes } = this;
      for (const session of this.#byWorker.values()) session.peers(nodes);
    });
  }

  #notice(level: 'debug' | 'info' | 'warn', text: string): void {
    this.#onEvent({ kind: 'notice', level, text });
  }
}
