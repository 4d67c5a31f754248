/**
 * The other nodes, as a worker hears them. It hears their signs of life as they come, and does not
 * read the bucket that keeps them: what a worker may write, none may read (`rights.ts`).
 */

import type { NodeInfo } from '../queue.js';
import type { CheckedNode } from './checked-options.js';
import type { Nats } from './connection.js';
import { Peers } from './peers.js';

/** Of a bucket: the key is gone. */
const OPERATION = 'KV-Operation';

export class Neighbours {
  readonly #node: CheckedNode;
  readonly #peers = new Peers();
  readonly #heardMs = new Map<string, number>();

  constructor({ connection }: Nats, node: CheckedNode) {
    this.#node = node;
    const { names } = node;
    connection.subscribe(names.everyNode, {
      callback: (error, { subject, headers, data }) => {
        if (error !== null) return;
        const id = subject.slice(names.node('').length);
        const change = this.#peers.hear(id, headers?.has(OPERATION) === true ? null : data);
        if (change?.op === 'leave') this.#heardMs.delete(id);
        else if (change !== null) this.#heardMs.set(id, node.clock.now());
      },
    });
  }

  /** Those that were heard of late, but for this one. */
  all(): readonly NodeInfo[] {
    const { id, clock, limits } = this.#node;
    const sinceMs = clock.now() - limits.deadMs;
    for (const [other, heardMs] of this.#heardMs)
      if (heardMs < sinceMs) this.#heardMs.delete(other);
    this.#peers.keep(new Set(this.#heardMs.keys()));
    return this.#peers.all().filter((peer) => peer.id !== id);
  }
}
