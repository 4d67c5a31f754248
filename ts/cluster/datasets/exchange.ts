/**
 * Chunks over a connection, whatever carries it: one end asks, the other answers from a host.
 * Messages in, messages out through `send`; whoever has the connection plugs both in.
 */

import { hearAbort, unhearAbort } from '../../core/abort.js';
import { type Clock, monotonicClock } from '../../miner/clock.js';
import type { MessageOf } from '../wire/messages.js';
import type { ChunkHost, DatasetRoot } from './host.js';

type Ask = MessageOf<'dataset-request'>;
type Reply = MessageOf<'dataset-chunk'>;

/** Asked for over one connection at once; what is more waits here. */
export const MOST_ASKED = 4;
/** Between two requests: a hundred a second are well below what a connection may say. */
const ASK_MS = 10;
/** Chunks on their way to one connection at most: who asks for more is against the rules. */
export const MOST_ANSWERS = 7;

interface Waiting {
  readonly promise: Promise<Uint8Array | null>;
  /** Who wants the chunk, and has not given up. */
  wanted: number;
  resolve(bytes: Uint8Array | null): void;
  reject(why: unknown): void;
}

/** The end that asks. Call {@link ChunkAsker.close} when the connection is lost. */
export class ChunkAsker implements ChunkHost {
  readonly name: string;
  readonly #send: (request: Ask) => void;
  /** By root and index: what somebody still wants. */
  readonly #waiting = new Map<string, Waiting>();
  readonly #queue: Ask[] = [];
  /** Asked for and not answered, wanted or not: the other end counts them, too. */
  readonly #flying = new Set<string>();
  readonly #clock: Clock;
  #askedMs = Number.NEGATIVE_INFINITY;
  #untime: (() => void) | null = null;
  #closed: { readonly why: unknown } | null = null;

  /** @param send - may throw: the chunk is not had then */
  constructor(name: string, send: (request: Ask) => void, clock: Clock = monotonicClock) {
    this.name = name;
    this.#send = send;
    this.#clock = clock;
  }

  async get(root: DatasetRoot, index: number, signal: AbortSignal): Promise<Uint8Array | null> {
    signal.throwIfAborted();
    if (this.#closed !== null) throw this.#closed.why;
    const key = `${root}.${index}`;
    const waiting = this.#waiting.get(key) ?? this.#want(key, root, index);
    waiting.wanted += 1;
    let giveUp = () => {};
    const givenUp = new Promise<never>((_, reject) => {
      giveUp = () => {
        waiting.wanted -= 1;
        const isLast = waiting.wanted === 0 && this.#waiting.get(key) === waiting;
        if (isLast) this.#forget(key);
        reject(signal.reason);
      };
    });
    hearAbort(signal, giveUp);
    this.#pump();
    try {
      return await Promise.race([waiting.promise, givenUp]);
    } finally {
      unhearAbort(signal, giveUp);
    }
  }

  /** A reply came. One that was not asked for is dropped. */
  reply({ root, index, bytes }: Reply): void {
    const key = `${root}.${index}`;
    if (!this.#flying.delete(key)) return;
    this.#waiting.get(key)?.resolve(bytes);
    this.#waiting.delete(key);
    this.#pump();
  }

  /** Rejects everything that waits, and whatever is asked from now on. */
  close(why: unknown): void {
    this.#closed ??= { why };
    this.#untime?.();
    for (const waiting of this.#waiting.values()) waiting.reject(why);
    this.#waiting.clear();
  }

  #want(key: string, root: DatasetRoot, index: number): Waiting {
    let [resolve, reject]: [Waiting['resolve'], Waiting['reject']] = [() => {}, () => {}];
    const promise = new Promise<Uint8Array | null>((...both) => {
      [resolve, reject] = both;
    });
    const waiting = { promise, wanted: 0, resolve, reject };
    this.#waiting.set(key, waiting);
    this.#queue.push({ kind: 'dataset-request', root, first: index, count: 1 });
    return waiting;
  }

  /** Not asked for any more: at an end that answers nothing the queue would only grow. */
  #forget(key: string): void {
    this.#waiting.delete(key);
    const at = this.#queue.findIndex(({ root, first }) => `${root}.${first}` === key);
    if (at >= 0) this.#queue.splice(at, 1);
  }

  #pump(): void {
    while (this.#untime === null && this.#flying.size < MOST_ASKED) {
      const [ask] = this.#queue;
      if (ask === undefined) return;
      const key = `${ask.root}.${ask.first}`;
      const isWanted = this.#waiting.has(key) && !this.#flying.has(key);
      const waitMs = this.#askedMs + ASK_MS - this.#clock.now();
      if (isWanted && waitMs > 0) {
        this.#untime = this.#clock.after(waitMs, () => {
          this.#untime = null;
          this.#pump();
        });
        return;
      }
      this.#queue.shift();
      if (isWanted) this.#ask(key, ask);
    }
  }

  #ask(key: string, ask: Ask): void {
    try {
      this.#send(ask);
      this.#flying.add(key);
      this.#askedMs = this.#clock.now();
    } catch (error) {
      this.#waiting.get(key)?.reject(error);
      this.#waiting.delete(key);
    }
  }
}

/** The end that answers. */
export class ChunkAnswerer {
  readonly #host: ChunkHost;
  readonly #send: (reply: Reply) => Promise<void> | void;
  readonly #stop = new AbortController();
  #running = 0;

  /** @param send - resolves when there is room for more; rejects when the connection is lost */
  constructor(host: ChunkHost, send: (reply: Reply) => Promise<void> | void) {
    this.#host = host;
    this.#send = send;
  }

  /** @returns `false`: too many are under way, the request is dropped */
  request({ root, first, count }: Ask): boolean {
    if (this.#running + count > MOST_ANSWERS) return false;
    for (let index = first; index < first + count; index++) void this.#answer(root, index);
    return true;
  }

  close(): void {
    this.#stop.abort(new Error('the connection is lost'));
  }

  async #answer(root: DatasetRoot, index: number): Promise<void> {
    this.#running += 1;
    try {
      const bytes = await this.#host.get(root, index, this.#stop.signal).catch(() => null);
      if (this.#stop.signal.aborted) return;
      await this.#send({ kind: 'dataset-chunk', root, index, bytes });
    } catch {
      // Lost: whoever asked sees that for himself.
    } finally {
      this.#running -= 1;
    }
  }
}
