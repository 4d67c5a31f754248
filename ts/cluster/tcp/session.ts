/**
 * One worker at its master: what it says goes to the record, what the record decides comes back.
 * It knows messages alone; sockets are those of its link.
 */

import { createHash } from 'node:crypto';
import { printable } from '../../core/printable.js';
import type { Clock } from '../../miner/clock.js';
import { ChunkAnswerer, ChunkAsker } from '../datasets/exchange.js';
import type { ChunkHost } from '../datasets/host.js';
import type {
  CancelReason,
  ClusterStatus,
  LeaseEnd,
  NodeInfo,
  UnitResult,
  WorkId,
} from '../queue.js';
import type { Assignment, Extension, HeldLease, LeaseKey } from '../record/decisions.js';
import type { Keeper } from '../record/keeper.js';
import { FRAME_VERSION } from '../wire/frame.js';
import type { Hello, LeaseVerdict, Message, MessageOf } from '../wire/messages.js';
import { MOST_LEASES } from '../wire/messages.js';
import type { TcpLimits } from './limits.js';
import type { Link } from './link.js';
import type { Arrival } from './listener.js';
import { Loans } from './loans.js';

/** What sessions have in common. */
export interface Hub {
  readonly keeper: Pick<
    Keeper,
    'epoch' | 'join' | 'announce' | 'heard' | 'want' | 'progress' | 'release' | 'result'
  >;
  readonly master: { readonly id: string; readonly name: string };
  readonly limits: TcpLimits;
  readonly clock: Clock;
  /** Of this machine, for workers that ask; `null`: the master has none. */
  readonly chunks: ChunkHost | null;
  status(): ClusterStatus;
  /** It has said who it is: it takes the place of an older connection of the same worker. */
  joined(session: Session): void;
  /** What a session can do has changed. */
  announced(): void;
  /** It has a newer master's word. */
  outranked(session: Session, epoch: number): void;
  /** It has done what no honest worker does. */
  offended(session: Session, reason: string): void;
}

type SessionLink = Pick<Link, 'send' | 'sendPatiently' | 'finish' | 'outbox'>;

export class Session {
  readonly arrival: Arrival;
  readonly #hub: Hub;
  readonly #link: SessionLink;
  readonly #loans: Loans;
  readonly #answerer: ChunkAnswerer | null;
  #node: NodeInfo | null = null;
  /** Datasets that this worker has, over this connection. */
  readonly chunks: ChunkAsker;

  constructor(hub: Hub, link: SessionLink, arrival: Arrival) {
    this.#hub = hub;
    this.#link = link;
    this.arrival = arrival;
    this.#loans = new Loans(link, { onUnheard: (lease) => this.#unheard(lease) });
    const send = (message: Message) => link.send(message);
    this.chunks = new ChunkAsker(arrival.address, send);
    const answer = (message: Message) => link.sendPatiently(message);
    this.#answerer = hub.chunks === null ? null : new ChunkAnswerer(hub.chunks, answer);
  }

  /** `null`: it has not said yet. */
  get node(): NodeInfo | null {
    return this.#node;
  }

  /** Strikes and bans are of this. */
  get key(): string {
    return this.#keyOf(this.#node?.id ?? this.arrival.address);
  }

  received(message: Message): void {
    if (message.kind === 'hello') this.#hello(message);
    else if (this.#node !== null) this.#said(message, this.#node.id);
  }

  /** The record has lent it a unit. */
  assign(assignment: Assignment): void {
    this.#loans.add(assignment);
  }

  /** One lease is over. */
  end(lease: LeaseKey, reason: LeaseEnd): void {
    this.#loans.end(lease, reason);
  }

  /** A work is over. */
  cancel(work: WorkId, reason: CancelReason): void {
    this.#loans.cancel(work, reason);
  }

  peers(peers: readonly NodeInfo[]): void {
    const others = peers.filter(({ id }) => id !== this.#node?.id);
    this.#link.send({ kind: 'peer-list', peers: others });
  }

  /** Its connection is gone. */
  closed(): void {
    this.#loans.clear();
    this.#answerer?.close();
    this.chunks.close(new Error('the connection is lost'));
  }

  /** It was lent and taken back before the worker was told. */
  #unheard(lease: HeldLease): void {
    if (this.#node !== null) this.#hub.keeper.release(this.#node.id, lease, null);
  }

  #hello(hello: Hello): void {
    if (this.#node !== null) {
      this.#hub.offended(this, 'a second HELLO');
      return;
    }
    const objection = this.#objection(hello);
    if (objection !== null) {
      this.#link.finish(objection);
      return;
    }
    const { keeper, limits } = this.#hub;
    const { place, address } = this.arrival;
    const node = nodeOf(hello, this.arrival);
    if (!place.admit()) {
      this.#refuse('the master has as many workers as it takes', limits.deadMs);
      return;
    }
    const key = this.#keyOf(node.id);
    const { bannedMs, kept } = keeper.join(node, { key, address, held: hello.held });
    if (bannedMs > 0) {
      this.#refuse('banned', bannedMs);
      return;
    }
    this.#node = node;
    this.#welcome(hello, node.id, kept);
    this.#hub.joined(this);
  }

  #objection({ epochSeen }: Hello): string | null {
    const { keeper, limits, clock } = this.#hub;
    if (clock.now() - this.arrival.sinceMs > limits.helloMs) return 'a late HELLO';
    if (epochSeen <= keeper.epoch) return null;
    this.#hub.outranked(this, epochSeen);
    return `a master of epoch ${epochSeen} was seen, this is ${keeper.epoch}`;
  }

  #welcome({ nonce, held }: Hello, worker: string, kept: readonly LeaseKey[]): void {
    const { keeper, limits, master } = this.#hub;
    const verdicts = held.map((lease) => {
      const isKept = kept.some((it) => nameOf(it) === nameOf(lease));
      // What it hashed counts after the results of it that it still has to bring.
      const begun = { ...lease, scannedTo: 0n };
      return verdictOf(lease, isKept ? keeper.progress(worker, begun) : null);
    });
    for (const { work, ttlMs } of verdicts) if (ttlMs > 0) this.#loans.bring(work);
    const { heartbeatMs, deadMs } = limits;
    this.#link.send({
      ...{ kind: 'hello-reply', master: master.id, name: master.name, version: FRAME_VERSION },
      ...{ epoch: keeper.epoch, nonce, kept: verdicts, heartbeatMs, deadMs },
      mostLeases: MOST_LEASES,
    });
  }

  /** In clear nobody has a key: there it is the node. */
  #keyOf(node: string): string {
    const { key } = this.arrival.principal;
    return key === 'plain' ? `plain:${node}` : key;
  }

  #refuse(text: string, retryAfterMs: number): void {
    this.#link.send({ kind: 'error', about: 'hello', text, retryAfterMs: Math.ceil(retryAfterMs) });
    this.#link.finish(text);
  }

  #said(message: Message, worker: string): void {
    const { keeper } = this.#hub;
    keeper.heard(worker);
    switch (message.kind) {
      case 'request':
        if (this.#node?.role === 'worker') keeper.want(worker, message.credits);
        break;
      case 'result':
        void this.#result(worker, message.serial, message.result);
        break;
      case 'release':
        keeper.release(worker, message, message.failed ?? null);
        this.#link.send({ kind: 'stored', serial: message.serial, verdict: 'accepted' });
        break;
      case 'extend':
        this.#extend(worker, message);
        break;
      case 'capabilities':
        this.#announced(worker, message);
        break;
      case 'heartbeat':
        this.#link.send(message);
        break;
      case 'status-request':
        this.#link.send({ kind: 'status', status: this.#hub.status() });
        break;
      case 'dataset-request':
        this.#asked(message);
        break;
      case 'dataset-chunk':
        this.chunks.reply(message);
        break;
      case 'goodbye':
        this.#link.finish('goodbye');
        break;
      default: // what only a master says does not come through the reader
    }
  }

  async #result(worker: string, serial: number, result: UnitResult): Promise<void> {
    const { keeper } = this.#hub;
    try {
      const { verdict, reason } = await keeper.result(worker, result);
      const why = reason === undefined ? {} : { reason };
      this.#link.send({ kind: 'stored', serial, verdict, ...why });
    } catch {
      // It is not kept, so it is not acknowledged: the worker brings it to the next master.
      this.#link.finish('the master cannot keep results');
    }
  }

  #extend(worker: string, { leases }: MessageOf<'extend'>): void {
    const { keeper } = this.#hub;
    const verdicts = leases.map((lease) => verdictOf(lease, keeper.progress(worker, lease)));
    this.#link.send({ kind: 'extended', leases: verdicts });
  }

  #announced(worker: string, { capabilities }: MessageOf<'capabilities'>): void {
    if (this.#node !== null) this.#node = { ...this.#node, capabilities };
    this.#hub.keeper.announce(worker, capabilities);
    this.#hub.announced();
  }

  #asked(request: MessageOf<'dataset-request'>): void {
    if (this.#answerer === null) {
      const { root, first: index } = request;
      this.#link.send({ kind: 'dataset-chunk', root, index, bytes: null });
    } else if (!this.#answerer.request(request)) {
      this.#hub.offended(this, 'too many chunks asked for at once');
    }
  }
}

const nameOf = ({ work, index, fence }: LeaseKey): string => `${work}.${index}.${fence}`;

function verdictOf({ work, index, fence }: LeaseKey, extension: Extension | null): LeaseVerdict {
  return { work, index, fence, ttlMs: extension?.kept ? Math.ceil(extension.ttlMs) : 0 };
}

/**
 * Where a key or a certificate says who it is, the id is made of that as well: nobody can take the
 * leases of another key by its id.
 */
function nodeOf({ id, name, role, capabilities }: Hello, { principal }: Arrival): NodeInfo {
  const { key } = principal;
  const whose = createHash('sha256').update(`${key}\n${id}`).digest('hex').slice(0, 32);
  return {
    id: key === 'plain' ? id : whose,
    name: printable(name),
    role: role === 'observer' ? 'observer' : 'worker',
    capabilities,
  };
}
