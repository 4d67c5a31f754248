/** Another node's {@link PeerPort}, from here: connected when something is wanted of it. */

import { connect, type TLSSocket } from 'node:tls';
import type { Clock } from '../../miner/clock.js';
import { ChunkAsker } from '../datasets/exchange.js';
import type { ChunkHost, DatasetRoot } from '../datasets/host.js';
import { TCP_LIMITS } from '../tcp/limits.js';
import { Link } from '../tcp/link.js';
import type { MasterAddress, MutualTls } from '../tcp/options.js';
import { clientTls } from '../tcp/tls.js';
import type { Message, MessageOf } from '../wire/messages.js';

export interface PeerOptions {
  readonly address: MasterAddress;
  readonly tls: MutualTls;
  readonly clock: Clock;
  /** What it answered to a statement. */
  readonly heard?: (said: MessageOf<'statement'>) => void;
}

/** A connection on which nothing was wanted for so long is closed. */
const IDLE_MS = 30_000;
/** Nor is one kept on which nothing is heard after something was wanted: nobody tells of a cable. */
const SILENT_MS = TCP_LIMITS.deadMs;
const SWEEP_MS = 500;

interface Open {
  readonly link: Link;
  readonly asker: ChunkAsker;
  untime: () => void;
  wantedMs: number;
  /** When the first thing was wanted that nothing was heard after. */
  sinceMs: number;
}

export class Peer implements ChunkHost {
  readonly name: string;
  readonly #options: PeerOptions;
  #connecting: Promise<Open> | null = null;
  #closed = false;

  constructor(options: PeerOptions) {
    const { host, port } = options.address;
    this.name = `${host}:${port}`;
    this.#options = options;
  }

  async get(root: DatasetRoot, index: number, signal: AbortSignal): Promise<Uint8Array | null> {
    const open = await this.#open();
    return open.asker.get(root, index, signal);
  }

  /** Rejects when it cannot be reached. */
  async say(statement: MessageOf<'statement'>): Promise<void> {
    (await this.#open()).link.send(statement);
  }

  close(): void {
    this.#closed = true;
    void this.#connecting?.then(
      ({ link }) => link.cut('this node ends', null),
      () => {},
    );
  }

  async #open(): Promise<Open> {
    if (this.#closed) throw new Error('closed');
    if (this.#connecting === null) {
      const connecting = this.#connect();
      this.#connecting = connecting;
      connecting.catch(() => this.#forget(connecting));
    }
    const open = await this.#connecting;
    open.wantedMs = this.#options.clock.now();
    if (open.link.heardMs >= open.sinceMs) open.sinceMs = open.wantedMs;
    return open;
  }

  #forget(connecting: Promise<Open>): void {
    if (this.#connecting === connecting) this.#connecting = null;
  }

  async #connect(): Promise<Open> {
    const { clock } = this.#options;
    const socket = await secureSocket(this.#options);
    const connecting = this.#connecting;
    const asker: ChunkAsker = new ChunkAsker(this.name, (ask) => link.send(ask), clock);
    const link: Link = new Link({
      ...{ socket, clock, limits: TCP_LIMITS, isBounded: false, from: 'master' },
      onMessage: (message) => this.#said(link, asker, message),
      onEnd: (reason) => {
        open.untime();
        asker.close(new Error(reason));
        if (connecting !== null) this.#forget(connecting);
      },
    });
    const nowMs = clock.now();
    const open: Open = { link, asker, untime: () => {}, wantedMs: nowMs, sinceMs: nowMs };
    this.#sweepLater(open);
    if (this.#closed) link.cut('this node ends', null);
    return open;
  }

  #said(link: Link, asker: ChunkAsker, message: Message): void {
    if (message.kind === 'dataset-chunk') asker.reply(message);
    else if (message.kind === 'statement') this.#options.heard?.(message);
    else if (message.kind === 'goodbye') link.finish('goodbye');
    else if (message.kind !== 'error') link.cut(`a peer says no ${message.kind}`, 'wire');
  }

  #sweepLater(open: Open): void {
    const { clock } = this.#options;
    open.untime = clock.after(SWEEP_MS, () => {
      const nowMs = clock.now();
      const { link, wantedMs, sinceMs } = open;
      link.sweep(nowMs);
      if (nowMs - wantedMs > IDLE_MS) link.cut('nothing is wanted', null);
      const isSilent = link.heardMs < sinceMs && nowMs - sinceMs > SILENT_MS;
      if (isSilent) link.cut('nothing was heard of it', 'slow');
      if (!link.isOver) this.#sweepLater(open);
    });
  }
}

/** Rejects where there is nobody, or nobody of this cluster. */
function secureSocket({ address, tls, clock }: PeerOptions): Promise<TLSSocket> {
  const { host, port } = address;
  return new Promise((resolve, reject) => {
    const socket = connect({
      ...clientTls({ ...tls, kind: 'mtls' }),
      ...{ host, port },
      // That our authority signed it is enough: nothing is believed for the sake of a name here,
      // and nodes are known by addresses which no certificate was made for.
      checkServerIdentity: () => undefined,
    });
    const untime = clock.after(TCP_LIMITS.handshakeMs, () => fail(new Error('no answer in time')));
    const fail = (why: Error) => {
      untime();
      socket.destroy();
      reject(why);
    };
    socket.once('error', fail);
    socket.once('close', () => fail(new Error('the connection was lost')));
    socket.once('secureConnect', () => {
      untime();
      socket.off('error', fail);
      resolve(socket);
    });
  });
}
