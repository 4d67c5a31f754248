/**
 * The master between workers that do not know each other: what it has not itself it gets of a
 * worker that has it, and hashes before it passes it on, lest it be blamed for the bytes.
 */

import { hearAbort, unhearAbort } from '../../core/abort.js';
import { type Clock, monotonicClock } from '../../miner/clock.js';
import type { ChunkHost, DatasetRoot } from './host.js';
import { LIST_INDEX } from './host.js';
import { type DatasetList, isChunk, readList } from './list.js';

/** Lists kept; the one that was used the longest ago goes first. */
const MOST_LISTS = 8;
/** A host that has not answered by then is passed over, while there is another one to ask. */
const HOST_MS = 3_000;
/** In all: whoever asks gives up after 10 s, and keeps a place of its few until it is answered. */
const ANSWER_MS = 9_000;

/** What somebody wants, and until when. */
interface Wanted {
  readonly root: DatasetRoot;
  readonly index: number;
  readonly signal: AbortSignal;
  readonly untilMs: number;
}

export class RelayHost implements ChunkHost {
  readonly name = 'relay';
  readonly #own: ChunkHost | null;
  readonly #others: (root: DatasetRoot) => readonly ChunkHost[];
  readonly #clock: Clock;
  readonly #lists = new Map<DatasetRoot, DatasetList>();
  /** When those that were silent last were so. */
  readonly #silentMs = new WeakMap<ChunkHost, number>();

  /** @param others - those that say they have that dataset, best first */
  constructor(
    own: ChunkHost | null,
    others: (root: DatasetRoot) => readonly ChunkHost[],
    clock: Clock = monotonicClock,
  ) {
    this.#own = own;
    this.#others = others;
    this.#clock = clock;
  }

  async get(root: DatasetRoot, index: number, signal: AbortSignal): Promise<Uint8Array | null> {
    const own = await this.#own?.get(root, index, signal);
    if (own !== undefined && own !== null) return own;
    const wanted = { root, index, signal, untilMs: this.#clock.now() + ANSWER_MS };
    const list = await this.#listOf(wanted);
    if (list === null || index === LIST_INDEX) return list?.encoded ?? null;
    return this.#first(wanted, (bytes) => (isChunk(list, index, bytes) ? bytes : null));
  }

  async #listOf(wanted: Wanted): Promise<DatasetList | null> {
    const { root } = wanted;
    const known = this.#lists.get(root) ?? (await this.#askForList(wanted));
    if (known === null) return null;
    this.#lists.delete(root);
    this.#lists.set(root, known);
    const [oldest] = this.#lists.keys();
    if (this.#lists.size > MOST_LISTS && oldest !== undefined) this.#lists.delete(oldest);
    return known;
  }

  async #askForList(wanted: Wanted): Promise<DatasetList | null> {
    const { root, signal } = wanted;
    const encoded = await this.#own?.get(root, LIST_INDEX, signal);
    const read = (bytes: Uint8Array) => {
      try {
        return readList(bytes, root);
      } catch {
        return null;
      }
    };
    if (encoded) return read(encoded);
    return this.#first({ ...wanted, index: LIST_INDEX }, read);
  }

  async #first<T>(wanted: Wanted, take: (bytes: Uint8Array) => T | null): Promise<T | null> {
    wanted.signal.throwIfAborted();
    const hosts = this.#inOrder(wanted.root);
    const last = hosts.at(-1);
    for (const host of hosts) {
      const leftMs = wanted.untilMs - this.#clock.now();
      if (leftMs <= 0) return null;
      const forMs = host === last ? leftMs : Math.min(leftMs, HOST_MS);
      const bytes = await this.#ask(host, wanted, forMs);
      wanted.signal.throwIfAborted();
      const taken = bytes === null ? null : take(bytes);
      if (taken === null) continue;
      this.#silentMs.delete(host);
      return taken;
    }
    return null;
  }

  /** Silent ones last, and the one that was silent last behind them: each has its turn. */
  #inOrder(root: DatasetRoot): readonly ChunkHost[] {
    const sinceMs = (host: ChunkHost) => this.#silentMs.get(host) ?? -1;
    return [...this.#others(root)].sort((one, other) => sinceMs(one) - sinceMs(other));
  }

  async #ask(host: ChunkHost, wanted: Wanted, forMs: number): Promise<Uint8Array | null> {
    const { root, index, signal } = wanted;
    const asking = new AbortController();
    const giveUp = () => asking.abort(signal.reason);
    let untime = () => {};
    const silent = new Promise<null>((resolve) => {
      untime = this.#clock.after(forMs, () => {
        this.#silentMs.set(host, this.#clock.now());
        asking.abort(new Error('silent'));
        resolve(null);
      });
    });
    hearAbort(signal, giveUp);
    try {
      return await Promise.race([host.get(root, index, asking.signal), silent]);
    } catch {
      return null;
    } finally {
      untime();
      unhearAbort(signal, giveUp);
    }
  }
}
