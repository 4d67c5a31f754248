/** A wire between a worker and a master: cut, with or without either end hearing of it. */

import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

export class Wire {
  readonly port: number;
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #far: number;
  #isFrozen = false;

  private constructor(server: Server, port: number, far: number) {
    this.#server = server;
    this.port = port;
    this.#far = far;
    server.on('connection', (near) => this.#join(near, connect(this.#far, '127.0.0.1')));
  }

  static async to(far: number): Promise<Wire> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return new Wire(server, address.port, far);
  }

  /** Later connections go there. */
  aim(far: number): void {
    this.#far = far;
  }

  /** Both ends hear of it. */
  cut(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
  }

  /** Nothing passes any more on what is open, and nobody hears of it. */
  freeze(): void {
    this.#isFrozen = true;
  }

  /** New connections pass again; what was frozen stays so. */
  thaw(): void {
    this.#isFrozen = false;
  }

  close(): void {
    this.cut();
    this.#server.close();
  }

  #join(near: Socket, far: Socket): void {
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    let isDead = this.#isFrozen;
    for (const [from, to] of [pair, [far, near]] as const) {
      from.on('error', () => {});
      from.on('close', () => {
        this.#pairs.delete(pair);
        isDead ||= this.#isFrozen;
        if (!isDead) to.destroy();
      });
      from.on('data', (bytes) => {
        isDead ||= this.#isFrozen;
        if (!isDead) to.write(bytes);
      });
    }
  }
}
