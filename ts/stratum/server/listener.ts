/** Sockets of a server, TCP and TLS: bytes in, bytes out, and nothing else. */

import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { PowError } from '../../errors.js';
import type { SessionRules } from '../session/state.js';
import type { Connection } from './client.js';
import type { Hub } from './hub.js';
import type { Limits } from './settings.js';

export interface ListenOptions {
  readonly port: number;
  /** Default: every interface. */
  readonly host: string | undefined;
  /** PEM texts; `null`: no TLS. */
  readonly tls: { readonly key: string; readonly cert: string } | null;
  readonly rules: SessionRules;
}

/** Connections the system holds for us while we are busy. */
const BACKLOG = 4_096;
/** For the last words; a client that does not hang up by then is cut off. */
const LINGER_MS = 1_000;
/** A device may be silent for days; one that is gone without a word is found out by the system. */
const KEEP_ALIVE_MS = 60_000;

export class Listener {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** By address: sockets of a TLS port that are open, agreed or not. */
  readonly #knocking = new Map<string, number>();
  /** By address and port: those of them that are not agreed. */
  readonly #handshakes = new Map<string, Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Rejects with `POW_WORKER` where it cannot listen. */
  static async open(hub: Hub, options: ListenOptions, limits: Limits): Promise<Listener> {
    const { port, host, tls, rules } = options;
    const connected = (socket: Socket) => listener.#connected(socket, hub, rules);
    const server =
      tls === null
        ? createServer({ noDelay: true }, connected)
        : createTlsServer({ ...tls, handshakeTimeout: limits.handshakeMs }, connected);
    const listener = new Listener(server);
    // Before TLS is agreed on the hub does not know of them.
    server.maxConnections = limits.connections;
    if (tls !== null) {
      server.on('connection', (socket) => listener.#knocked(socket, hub, limits));
      // Node tells of a handshake that failed or took too long, and leaves its socket open.
      server.on('tlsClientError', (_error: Error, socket: Socket) => socket.destroy());
    }
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause) => {
        const detail = `cannot listen on ${host ?? '*'}:${port}: ${cause.message}`;
        reject(new PowError('POW_WORKER', detail, { cause }));
      });
      server.listen({ port, host, backlog: BACKLOG }, resolve);
    });
    server.on('error', () => {}); // of one connection: it is gone already
    return listener;
  }

  /** Where it listens. */
  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** Resolves when every socket is gone. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) hangUp(socket);
    for (const socket of this.#handshakes.values()) socket.destroy();
    await closed;
  }

  /** One address must not hold every place at the door with handshakes that never end. */
  #knocked(socket: Socket, hub: Hub, limits: Limits): void {
    const [address, place] = [addressOf(socket), placeOf(socket)];
    this.#handshakes.set(place, socket);
    const here = (this.#knocking.get(address) ?? 0) + 1;
    this.#knocking.set(address, here);
    socket.once('close', () => {
      this.#handshakes.delete(place);
      const rest = (this.#knocking.get(address) ?? 1) - 1;
      if (rest === 0) this.#knocking.delete(address);
      else this.#knocking.set(address, rest);
    });
    if (here > limits.connectionsPerAddress || hub.isBanned(address)) socket.destroy();
  }

  #connected(socket: Socket, hub: Hub, rules: SessionRules): void {
    socket.on('error', () => {}); // `close` follows
    socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS);
    this.#handshakes.delete(placeOf(socket));
    const client = hub.accept(connectionOf(socket), rules);
    if (typeof client === 'string') {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    socket.on('data', (bytes) => hub.received(client, bytes));
    socket.on('close', () => {
      this.#sockets.delete(socket);
      hub.closed(client);
    });
  }
}

function connectionOf(socket: Socket): Connection {
  return {
    address: addressOf(socket),
    send: (text) => {
      if (socket.writable) socket.write(text);
    },
    get unreadBytes() {
      return socket.writableLength;
    },
    close: (how) => {
      if (how === 'end') hangUp(socket);
      else socket.destroy();
    },
  };
}

function addressOf({ remoteAddress = '' }: Socket): string {
  return remoteAddress.replace(/^::ffff:/, '');
}

function placeOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

function hangUp(socket: Socket): void {
  if (socket.destroyed) return;
  socket.end();
  const late = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(late));
}
