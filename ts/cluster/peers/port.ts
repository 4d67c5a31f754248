/**
 * The port on which a node speaks with its equals, over mTLS only: chunks of datasets, and
 * statements of those that elect a master. Leases are not had here.
 */

import type { Socket } from 'node:net';
import type { Clock } from '../../miner/clock.js';
import { ChunkAnswerer } from '../datasets/exchange.js';
import type { ChunkHost } from '../datasets/host.js';
import { Door } from '../tcp/door.js';
import { TCP_LIMITS } from '../tcp/limits.js';
import { Link } from '../tcp/link.js';
import { type Arrival, Listener } from '../tcp/listener.js';
import type { MasterAddress, MutualTls } from '../tcp/options.js';
import { serverTls } from '../tcp/tls.js';
import type { Message, MessageOf } from '../wire/messages.js';

export interface PeerPortOptions {
  readonly address: MasterAddress;
  readonly tls: MutualTls;
  readonly clock: Clock;
  /** What is served; `null`: no datasets. */
  readonly chunks: ChunkHost | null;
  /** Another node speaks, from that host; what this node says to it. `null`: it does not elect. */
  readonly heard?: (said: MessageOf<'statement'>, host: string) => MessageOf<'statement'>;
  readonly refused?: (address: string, why: string) => void;
}

/** How often links are looked at for being too slow. */
const SWEEP_MS = 500;
/** Nodes that said nothing for so long come again when they want something. */
const SILENT_MS = 60_000;

export class PeerPort {
  readonly #options: PeerPortOptions;
  readonly #links = new Set<Link>();
  #listener: Listener | null = null;
  #untime = () => {};

  private constructor(options: PeerPortOptions) {
    this.#options = options;
  }

  /** Rejects with `POW_WORKER` where it cannot listen, `POW_ARGUMENT` for bad certificates. */
  static async open(options: PeerPortOptions): Promise<PeerPort> {
    const { address, clock, refused } = options;
    const port = new PeerPort(options);
    port.#listener = await Listener.open({
      ...{ address, limits: TCP_LIMITS, clock, door: new Door(TCP_LIMITS, clock.now()) },
      tls: serverTls(options.tls, () => null),
      onPeer: (socket, arrival) => port.#enter(socket, arrival),
      onRefused: (from, why) => refused?.(from, why),
    });
    port.#sweepLater();
    return port;
  }

  get port(): number {
    return this.#listener?.port ?? 0;
  }

  close(): void {
    this.#untime();
    this.#listener?.stop();
    for (const link of this.#links) link.cut('the node ends', null);
  }

  #enter(socket: Socket, { place, address }: Arrival): void {
    const { clock, chunks } = this.#options;
    if (!place.admit()) {
      socket.destroy();
      return;
    }
    const send = (message: Message) => link.send(message);
    const answerer = chunks === null ? null : new ChunkAnswerer(chunks, send);
    const link: Link = new Link({
      ...{ socket, clock, limits: TCP_LIMITS, isBounded: true, from: 'worker' },
      onMessage: (message) => this.#said(link, answerer, address, message),
      onEnd: () => {
        answerer?.close();
        this.#links.delete(link);
      },
    });
    this.#links.add(link);
  }

  #said(link: Link, answerer: ChunkAnswerer | null, host: string, message: Message): void {
    const { heard } = this.#options;
    if (message.kind === 'dataset-request') {
      const { root, first: index } = message;
      if (answerer === null) link.send({ kind: 'dataset-chunk', root, index, bytes: null });
      else if (!answerer.request(message)) link.cut('too many chunks asked for at once', 'flood');
    } else if (message.kind === 'statement' && heard !== undefined) {
      link.send(heard(message, host));
    } else if (message.kind === 'goodbye') link.finish('goodbye');
    else link.cut(`no ${message.kind} on this port`, 'wire');
  }

  #sweepLater(): void {
    const { clock } = this.#options;
    this.#untime = clock.after(SWEEP_MS, () => {
      const nowMs = clock.now();
      for (const link of this.#links) {
        link.sweep(nowMs);
        if (nowMs - link.heardMs > SILENT_MS) link.cut('it says nothing', null);
      }
      this.#sweepLater();
    });
  }
}
