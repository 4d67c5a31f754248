/**
 * Finds out whose connection is gone, long before a lease or a sign of life runs out: a message on
 * a subject where nobody listens comes back from the server at once.
 */

import { randomBytes } from 'node:crypto';
import type { CheckedNode } from './checked-options.js';
import type { Nats } from './connection.js';
import { within } from './within.js';

/** Of a server that says there is no responder. */
const NOBODY = 503;
const FLUSH_MS = 1_000;
/** In one look. */
const MOST_ASKED = 256;

export class Pulse {
  readonly #nats: Nats;
  readonly #node: CheckedNode;
  readonly #inbox: string;
  /** Since when nobody listens there. */
  readonly #away = new Map<string, number>();
  #turn = 0;
  /** Our own link is new: those of workers may be on their way. */
  #linkedMs: number;

  constructor(nats: Nats, node: CheckedNode) {
    this.#nats = nats;
    this.#node = node;
    this.#linkedMs = node.clock.now();
    // Nobody else can tell it, or anybody could have a server say there that somebody is gone.
    this.#inbox = `${node.names.inbox(node.id)}.pulse.${randomBytes(6).toString('hex')}`;
    nats.connection.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => {
        if (error !== null || message.headers?.code !== NOBODY) return;
        const worker = message.subject.slice(this.#inbox.length + 1);
        if (!this.#away.has(worker)) this.#away.set(worker, node.clock.now());
      },
    });
    nats.onReconnect.add(() => {
      this.#linkedMs = node.clock.now();
      this.#away.clear();
    });
  }

  /** Resolves with those of them that have no connection now, though they have had the time. */
  async away(workers: Iterable<string>): Promise<ReadonlySet<string>> {
    const all = [...workers];
    // Of very many, others at each look.
    const from = all.length > MOST_ASKED ? this.#turn % all.length : 0;
    const asked = [...all.slice(from), ...all.slice(0, from)].slice(0, MOST_ASKED);
    this.#turn += MOST_ASKED;
    if (asked.length === 0 || !this.#isSettled) return new Set();
    const { connection } = this.#nats;
    const { names, clock } = this.#node;
    const before = new Map(asked.map((worker) => [worker, this.#away.get(worker)]));
    for (const worker of asked) {
      this.#away.delete(worker);
      connection.publish(names.ping(worker), '', { reply: `${this.#inbox}.${worker}` });
    }
    // The answers come before that of the flush.
    await within(
      clock,
      FLUSH_MS,
      connection.flush().catch(() => {}),
    );
    if (!this.#isSettled) return new Set();
    for (const [worker, sinceMs] of before) {
      if (this.#away.has(worker) && sinceMs !== undefined) this.#away.set(worker, sinceMs);
    }
    return new Set(asked.filter((worker) => this.#away.has(worker)));
  }

  /** Whether it was away at every look for so long. */
  isGone(worker: string): boolean {
    const sinceMs = this.#away.get(worker);
    const { clock, limits } = this.#node;
    return sinceMs !== undefined && clock.now() - sinceMs >= limits.graceMs;
  }

  forget(worker: string): void {
    this.#away.delete(worker);
  }

  get #isSettled(): boolean {
    const { clock, limits } = this.#node;
    return this.#nats.isUp && clock.now() - this.#linkedMs >= limits.graceMs;
  }
}
