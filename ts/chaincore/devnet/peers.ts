/** Other nodes: blocks and transactions go to them, and what they have more of is fetched. */

import { type Clock, monotonicClock } from '../../miner/clock.js';
import { pause } from '../../miner/pause.js';
import { NodeHttp } from '../client/http.js';
import { requireHash, requireJsonObject, requireList, requireWhole } from '../codec/fields.js';
import { dumpJson, type JsonObject, type JsonValue, parseJson } from '../codec.js';
import type { NodeState } from './node-state.js';

export interface PeersOptions {
  /** `http://HOST:PORT` of each. Nobody else is ever asked: addresses that others name are not used. */
  readonly urls: readonly string[];
  readonly state: NodeState;
  /** How often each is asked for its newest block. */
  readonly syncMs: number;
  /** Takes in a block that a peer has. */
  onBlock(json: JsonValue): void;
}

const LIMITS = { timeoutMs: 5_000, mostBytes: 1 << 25 };
/** Blocks fetched at once. */
const WINDOW = 100;
/** Announcements that wait for a slow peer; it fetches what it missed. */
const MOST_WAITING = 64;

export class Peers {
  readonly #links: readonly PeerLink[];

  /** @throws {@link PowError} `POW_ARGUMENT` for a URL that is none */
  constructor(options: PeersOptions) {
    this.#links = options.urls.map((url) => new PeerLink(url, options, monotonicClock));
  }

  get size(): number {
    return this.#links.length;
  }

  get active(): number {
    return this.#links.filter(({ isActive }) => isActive).length;
  }

  announceBlock(block: JsonObject): void {
    for (const link of this.#links) link.send('/submit_block', new Map([['block', block]]));
  }

  announceTransaction(transaction: JsonObject): void {
    for (const link of this.#links) link.send('/add_transaction', transaction);
  }

  async close(): Promise<void> {
    await Promise.all(this.#links.map((link) => link.close()));
  }
}

class PeerLink {
  readonly #options: PeersOptions;
  readonly #clock: Clock;
  readonly #http: NodeHttp;
  readonly #closing = new AbortController();
  readonly #syncing: Promise<void>;
  readonly #waiting: (readonly [string, JsonObject])[] = [];
  #sending: Promise<void> = Promise.resolve();
  isActive = false;

  constructor(url: string, options: PeersOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    this.#http = new NodeHttp({ url, clock });
    this.#syncing = this.#keepInSync();
  }

  /** One after the other, in order; what cannot be delivered is fetched by the peer instead. */
  send(path: string, json: JsonObject): void {
    if (this.#waiting.length >= MOST_WAITING) this.#waiting.shift();
    this.#waiting.push([path, json]);
    if (this.#waiting.length === 1) this.#sending = this.#sendAll();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#http.close();
    await Promise.all([this.#syncing, this.#sending]);
  }

  async #sendAll(): Promise<void> {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const [path, json] = next;
      const body = dumpJson(json, { keys: 'as-given' });
      await this.#ask('POST', path, body).catch(() => undefined);
      const at = this.#waiting.indexOf(next);
      if (at >= 0) this.#waiting.splice(at, 1);
      if (this.#closing.signal.aborted) return;
    }
  }

  async #keepInSync(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        await this.#sync();
        this.isActive = true;
      } catch {
        // Not there, or not what we can follow: asked again.
        this.isActive = false;
      }
      await pause(this.#clock, this.#options.syncMs, signal);
    }
  }

  /** Fetches what the peer has and we do not know, from the block that both have. */
  async #sync(): Promise<void> {
    const { state, onBlock } = this.#options;
    const { body } = await this.#ask('GET', '/chain/info');
    const info = requireJsonObject(
      requireJsonObject(parseJson(body), 'it').get('chain_info'),
      'it',
    );
    if (state.chain.has(requireHash(info.get('latest_hash'), 'latest_hash'))) return;
    const length = requireWhole(info.get('length'), 1, Number.MAX_SAFE_INTEGER, 'length');
    let start = Math.max(0, Math.min(length, state.chain.length) - WINDOW);
    while (start > 0 && !this.#meets((await this.#range(start))[0])) {
      start = Math.max(0, start - WINDOW);
    }
    for (; start < length; start += WINDOW) {
      const blocks = await this.#range(start);
      if (blocks.length === 0) return;
      for (const block of blocks) {
        const hash = requireHash(requireJsonObject(block, 'block').get('hash'), 'hash');
        if (!state.chain.has(hash)) onBlock(block);
        if (!state.chain.has(hash)) return; // the rest cannot fit either
      }
    }
  }

  /** Whether the block before it is one of ours. */
  #meets(block: JsonValue | undefined): boolean {
    const parent =
      block === undefined ? null : requireJsonObject(block, 'block').get('previous_hash');
    return typeof parent === 'string' && this.#options.state.chain.has(parent);
  }

  async #range(start: number): Promise<readonly JsonValue[]> {
    const { body } = await this.#ask(
      'GET',
      `/blocks/range?start=${start}&end=${start + WINDOW - 1}`,
    );
    return requireList(requireJsonObject(parseJson(body), 'it').get('blocks'), 'blocks');
  }

  #ask(method: 'GET' | 'POST', path: string, body?: string) {
    return this.#http.exchange({ method, path, body }, LIMITS, this.#closing.signal);
  }
}
