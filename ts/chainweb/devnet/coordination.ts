/**
 * Mining coordination: hands out work, remembers its payloads, takes solutions. No I/O: clock and
 * randomness are passed in.
 *
 * After chainweb-node: `Chainweb.Miner.Coordinator` (`newWork`, `solve`, `publish`),
 * `Chainweb.Miner.RestAPI.Server`, `Chainweb.Chainweb.MinerResources`.
 */

import { PowError } from '../../errors.js';
import { sha512t256 } from '../codec/block-hash.js';
import { decodeWorkHeader, type WorkHeader, workHeaderBytes } from '../codec/header.js';
import { encodeWorkResponse, powHashOf } from '../codec/work.js';
import { Chains, type Fate } from './chains.js';
import { type Miner, minerIdentity } from './miners.js';
import { type Block, hashKey, type Rules } from './rules.js';

export interface CoordinationOptions {
  readonly rules: Rules;
  readonly headersKept: number;
  /** Called before a block is taken in, which it is not when this throws. */
  readonly keep?: ((block: Block) => void) | undefined;
  /** `null`: everybody may mine. */
  readonly miners: readonly Miner[] | null;
  /** Work is refused while more payloads than this wait for a solution. */
  readonly requestLimit: number;
  /** Since the POSIX epoch. */
  nowMicros(): bigint;
  /** 0 <= n < 1. */
  random(): number;
}

export type WorkAnswer =
  | { readonly kind: 'work'; readonly bytes: Uint8Array }
  | { readonly kind: 'busy' | 'unauthorized' }
  /** No chain is ready: ask again after the next {@link Change}. */
  | { readonly kind: 'wait' };

export type SolvedAnswer =
  | { readonly kind: 'taken'; readonly header: WorkHeader; readonly fate: Fate }
  | { readonly kind: 'undecodable' | 'invalid'; readonly detail: string }
  | { readonly kind: 'no-payload' }
  /** The real node fails with an exception. */
  | { readonly kind: 'broken'; readonly detail: string };

/** A chain has something else to mine. `outdated`: on a new parent; `refreshed`: old work is valid. */
export interface Change {
  readonly chain: number;
  readonly kind: 'outdated' | 'refreshed';
}

const PAYLOAD_LIFE_MICROS = 300_000_000n;
const PRUNE_EVERY_MICROS = 30_000_000n;
/** Of one chain. Only headers that are dropped leave marks, so this is never reached in practice. */
const MOST_MARKS = 1000;

export class Coordination {
  readonly chains: Chains;
  readonly #options: CoordinationOptions;
  readonly #allowed: ReadonlySet<string> | null;
  /** Payloads that wait for a solution: when they were last handed out, and to whom. */
  readonly #payloads = new Map<string, { readonly atMicros: bigint; readonly identity: string }>();
  /** By chain: who has solved the work on this parent already. */
  readonly #mined: readonly Set<string>[];
  /** By chain: how often its payload was refreshed. */
  readonly #revisions: number[];
  readonly #listeners = new Set<(change: Change) => void>();
  #prunedAtMicros: bigint;

  constructor(options: CoordinationOptions) {
    this.#options = options;
    this.chains = new Chains(options.rules, options.headersKept, options.keep);
    this.#allowed = options.miners && new Set(options.miners.map(minerIdentity));
    this.#mined = options.rules.graph.map(() => new Set());
    this.#revisions = options.rules.graph.map(() => 0);
    this.#prunedAtMicros = options.nowMicros();
  }

  /** @returns what ends the subscription */
  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @param suggestion - a chain; taken when it can be extended now, else any other that can */
  work(miner: Miner, suggestion: number | null): WorkAnswer {
    this.#prune();
    const identity = minerIdentity(miner);
    if (this.#payloads.size > this.#options.requestLimit) return { kind: 'busy' };
    if (this.#allowed?.has(identity) === false) return { kind: 'unauthorized' };
    const chain = this.#pickChain(identity, suggestion);
    if (chain === null) return { kind: 'wait' };
    const payloadHash = this.#payloadHash(chain, identity);
    const header = this.chains.work(chain, payloadHash, this.#options.nowMicros());
    if (header === null) return { kind: 'wait' };
    this.#payloads.set(hashKey(payloadHash), { atMicros: this.#options.nowMicros(), identity });
    return { kind: 'work', bytes: encodeWorkResponse(header) };
  }

  /** Whether `chain` has work for the miner whose updates are watched. */
  isReady(chain: number): boolean {
    const mined = this.#mined[chain];
    if (mined === undefined) return false;
    // The node watches its first configured miner, whoever asks.
    const [watched] = this.#allowed ?? [];
    return watched === undefined ? mined.size === 0 : !mined.has(watched);
  }

  /** A body of `/mining/solved`. Its payload is gone after any attempt, even a wrong one. */
  solve(bytes: Uint8Array): SolvedAnswer {
    this.#prune();
    const header = this.#decode(bytes);
    if (typeof header === 'string') return { kind: 'undecodable', detail: header };
    const key = hashKey(header.payloadHash);
    const payload = this.#payloads.get(key);
    if (payload === undefined) return { kind: 'no-payload' };
    this.#payloads.delete(key);
    const { rules, nowMicros } = this.#options;
    if (rules.proofOfWork && !header.target.isMetBy(powHashOf(bytes), 'le')) {
      return { kind: 'invalid', detail: 'Invalid POW hash' };
    }
    if (!this.chains.fitsGraph(header)) {
      return { kind: 'broken', detail: `no chain ${header.chain} with these neighbours` };
    }
    const fate = this.chains.take(header, nowMicros());
    this.#settle(header.chain, payload.identity, fate);
    return { kind: 'taken', header, fate };
  }

  /** New transactions on a chain: the same parent, another payload. */
  refresh(chain: number): void {
    if (this.#mined[chain] === undefined || !this.isReady(chain)) return;
    this.#revisions[chain] = (this.#revisions[chain] ?? 0) + 1;
    this.#tell({ chain, kind: 'refreshed' });
  }

  #settle(chain: number, identity: string, fate: Fate): void {
    const mined = this.#mined[chain];
    if (fate.kind === 'orphaned' || mined === undefined) return;
    // The node hands out no more work on this parent, though the block may come to nothing.
    if (fate.kind === 'extended') mined.clear();
    else if (mined.size < MOST_MARKS) mined.add(identity);
    this.#tell({ chain, kind: 'outdated' });
  }

  #tell(change: Change): void {
    for (const listener of [...this.#listeners]) listener(change);
  }

  #pickChain(identity: string, suggestion: number | null): number | null {
    const isOpen = (chain: number) =>
      this.#mined[chain]?.has(identity) === false && this.chains.canGrow(chain);
    if (suggestion !== null && isOpen(suggestion)) return suggestion;
    const open = this.#mined.flatMap((_, chain) => (isOpen(chain) ? [chain] : []));
    return open[Math.floor(this.#options.random() * open.length)] ?? null;
  }

  /** The same for every request until the parent or the transactions change. */
  #payloadHash(chain: number, identity: string): Uint8Array {
    const { key } = this.chains.head(chain);
    return sha512t256(Buffer.from(JSON.stringify([key, identity, this.#revisions[chain]])));
  }

  #decode(bytes: Uint8Array): WorkHeader | string {
    const expected = workHeaderBytes(this.#options.rules.graph[0]?.length ?? 0);
    if (bytes.length > expected) return 'pending bytes in input';
    if (bytes.length < expected) return 'not enough bytes';
    try {
      return decodeWorkHeader(bytes);
    } catch (error) {
      if (error instanceof PowError) return error.message;
      throw error;
    }
  }

  #prune(): void {
    const now = this.#options.nowMicros();
    if (now - this.#prunedAtMicros < PRUNE_EVERY_MICROS) return;
    this.#prunedAtMicros = now;
    for (const [key, { atMicros }] of this.#payloads) {
      if (now - atMicros >= PAYLOAD_LIFE_MICROS) this.#payloads.delete(key);
    }
  }
}
