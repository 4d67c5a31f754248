/** A wire that can be cut without either end being told. */

import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { MasterAddress } from '../../../ts/cluster/statement.js';
import type { QueueAddress } from '../../../ts/cluster/worker/options.js';

export class CuttableWire {
  readonly address: QueueAddress;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isFrozen = false;

  private constructor(server: Server, address: QueueAddress) {
    this.#server = server;
    this.address = address;
  }

  /** @param at - the host at this end: where it is connected to, and where it is seen to come from */
  static async before(address: QueueAddress, at = '127.0.0.1'): Promise<CuttableWire> {
    const to = placeOf(address);
    const server = createServer({ pauseOnConnect: true });
    server.listen(0, at);
    await once(server, 'listening');
    const own = server.address();
    if (own === null || typeof own === 'string') throw new Error('no port');
    const proxy = new CuttableWire(server, withPlace(address, { host: at, port: own.port }));
    server.on('connection', (near) => proxy.#join(near, connect({ ...to, localAddress: at })));
    return proxy;
  }

  /** Nothing passes any more, and nobody hears of it. New connections are silent, too. */
  freeze(): void {
    this.#isFrozen = true;
    for (const socket of this.#sockets) socket.pause();
  }

  /** What was frozen stays so; new connections pass. */
  thaw(): void {
    this.#isFrozen = false;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #join(near: Socket, far: Socket): void {
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from);
      from.on('error', () => {});
      from.on('close', () => {
        this.#sockets.delete(from);
        if (!this.#isFrozen) to.destroy();
      });
      from.on('data', (bytes) => to.write(bytes));
      if (this.#isFrozen) from.pause();
    }
    if (!this.#isFrozen) near.resume();
  }
}

function placeOf(address: QueueAddress): MasterAddress {
  const seed = address.adapter === 'tcp' ? address.seeds[0] : undefined;
  if (seed !== undefined) return seed;
  if (address.adapter !== 'nats') throw new Error('no port');
  const { hostname: host, port } = new URL(address.servers[0] ?? '');
  return { host, port: Number(port) };
}

function withPlace(address: QueueAddress, place: MasterAddress): QueueAddress {
  if (address.adapter === 'tcp') return { ...address, seeds: [place] };
  if (address.adapter === 'nats') {
    return { ...address, servers: [`nats://${place.host}:${place.port}`] };
  }
  return address;
}
