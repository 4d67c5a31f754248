/** The port of a master: connections until it is known who they are, and nothing after that. */

import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls';
import { PowError } from '../../errors.js';
import type { Clock } from '../../miner/clock.js';
import { encodeFrame } from '../wire/frame.js';
import type { Message } from '../wire/messages.js';
import { isVersion1, VERSION1_PREFIX, version1Goodbye } from '../wire/version1.js';
import type { Door, Place } from './door.js';
import type { TcpLimits } from './limits.js';
import type { MasterAddress } from './options.js';
import type { Principal, ServerTls } from './tls.js';

export interface ListenerOptions {
  readonly address: MasterAddress;
  readonly tls: ServerTls;
  readonly limits: TcpLimits;
  readonly door: Door;
  readonly clock: Clock;
  /** Somebody who has proved who he is, and has said nothing yet. */
  readonly onPeer: (socket: Socket, arrival: Arrival) => void;
  /** Why a connection came to nothing. */
  readonly onRefused: (address: string, why: string) => void;
}

export interface Arrival {
  readonly principal: Principal;
  readonly address: string;
  readonly place: Place;
  readonly sinceMs: number;
}

/** To try again is of no use. */
const UNKNOWN: Message = {
  ...{ kind: 'error', about: 'hello', retryAfterMs: 0 },
  text: 'the master does not trust this key or certificate',
};

type Arriving = Omit<Arrival, 'principal'>;

const OLD_FRAMES =
  'this master speaks frames of version 2, over TLS 1.3 wherever it is not on one machine with its workers';

export class Listener {
  readonly #options: ListenerOptions;
  readonly #server: Server;
  readonly #secure: TlsServer | null;
  readonly #sockets = new Set<Socket>();
  /** By address and port of the other end: all that tells a socket of TLS from others. */
  readonly #arriving = new Map<string, Arriving>();

  private constructor(options: ListenerOptions) {
    this.#options = options;
    const { tls } = options;
    this.#server = createServer({ noDelay: true }, (socket) => this.#connected(socket));
    // Of one connection: it is gone already.
    this.#server.on('error', () => {});
    this.#secure = tls.options === null ? null : this.#secureServer(tls);
  }

  /** Rejects with `POW_WORKER` where it cannot listen. */
  static async open(options: ListenerOptions): Promise<Listener> {
    const listener = new Listener(options);
    const { host, port } = options.address;
    await new Promise<void>((resolve, reject) => {
      listener.#server.once('error', (cause) => {
        const detail = `cannot listen on ${host}:${port}: ${cause.message}`;
        reject(new PowError('POW_WORKER', detail, { cause }));
      });
      listener.#server.listen({ host, port }, resolve);
    });
    return listener;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** Nobody comes in any more. */
  stop(): void {
    this.#server.close();
    for (const socket of this.#sockets) {
      if (this.#arriving.has(nameOf(socket))) socket.destroy();
    }
  }

  #connected(socket: Socket): void {
    const { door, clock, tls, limits, onRefused } = this.#options;
    socket.on('error', () => {}); // `close` follows
    const address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
    const sinceMs = clock.now();
    const place = door.enter(address, sinceMs);
    if (typeof place === 'string') {
      socket.destroy();
      onRefused(address, place);
      return;
    }
    const arriving = { address, place, sinceMs };
    const name = nameOf(socket);
    this.#arriving.set(name, arriving);
    this.#sockets.add(socket);
    const withinMs = tls.options === null ? limits.helloMs : limits.handshakeMs;
    const cancel = clock.after(withinMs, () => {
      if (!this.#arriving.has(name)) return;
      onRefused(address, 'it said nothing in time');
      socket.destroy();
    });
    socket.once('close', () => {
      cancel();
      this.#arriving.delete(name);
      this.#sockets.delete(socket);
      place.leave();
    });
    this.#look(socket, arriving);
  }

  /** The first bytes tell old frames from new ones, and both from TLS. */
  #look(socket: Socket, arriving: Arriving): void {
    const { tls, onRefused } = this.#options;
    // In clear the fifth byte tells the versions apart.
    const need = tls.options === null ? VERSION1_PREFIX + 1 : VERSION1_PREFIX;
    const look = () => {
      const first: Uint8Array | null = socket.read(need);
      if (first === null) return;
      socket.off('readable', look);
      if (isVersion1(first)) {
        onRefused(arriving.address, 'it speaks frames of version 1, or in clear');
        this.#arriving.delete(nameOf(socket));
        socket.resume();
        socket.end(version1Goodbye(first, OLD_FRAMES));
        this.#hangUpSoon(socket);
        return;
      }
      socket.unshift(first);
      if (this.#secure === null) this.#arrived(socket, arriving);
      else this.#secure.emit('connection', socket);
    };
    socket.on('readable', look);
  }

  #secureServer(tls: ServerTls): TlsServer {
    const { limits, onRefused } = this.#options;
    const options = { ...tls.options, handshakeTimeout: limits.handshakeMs };
    const server = createTlsServer(options, (socket) => {
      const arriving = this.#arriving.get(nameOf(socket));
      socket.on('error', () => {});
      if (arriving === undefined) socket.destroy();
      else this.#arrived(socket, arriving);
    });
    server.on('tlsClientError', (error, socket) => {
      onRefused((socket.remoteAddress ?? '').replace(/^::ffff:/, ''), error.message.trim());
      socket.destroy();
    });
    return server;
  }

  #arrived(socket: Socket, arriving: Arriving): void {
    const { tls, onPeer, onRefused } = this.#options;
    this.#arriving.delete(nameOf(socket));
    const principal = tls.principalOf(socket);
    if (principal === null) {
      onRefused(arriving.address, 'it has not proved who it is');
      socket.resume();
      socket.end(encodeFrame(UNKNOWN, 0));
      this.#hangUpSoon(socket);
    } else {
      onPeer(socket, { ...arriving, principal });
    }
  }

  #hangUpSoon(socket: Socket): void {
    const { clock, limits } = this.#options;
    const cancel = clock.after(limits.lingerMs, () => socket.destroy());
    socket.once('close', cancel);
  }
}

const nameOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;
