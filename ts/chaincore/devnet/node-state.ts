/**
 * A node without sockets: templates, submissions, transactions, difficulty. Whatever is decided is
 * decided here; the time is passed in.
 */

import { floatRepr } from '../codec/python-json.js';
import { chaincoreHash, type JsonValue, merkleRootOf } from '../codec.js';
import { type Change, type DifficultyRule, DifficultySchedule } from '../difficulty.js';
import { type Block, blockJson, decodeBlock } from './block.js';
import { Chain, type Fate } from './chain.js';
import { TransactionPool } from './pool.js';
import { coinbase, decodeTransaction, type Transaction } from './transaction.js';

/** What must outlive the process, in the order in which it happened. */
export type Fact =
  /** The rule that a chain began with. */
  | { readonly kind: 'rule'; readonly rule: DifficultyRule }
  | { readonly kind: 'block'; readonly block: Block }
  | { readonly kind: 'difficulty'; readonly call: DifficultyCall; readonly change: Change };

/** A change of the difficulty by a person. */
export type DifficultyCall =
  | { readonly kind: 'override'; readonly value: number | null }
  | { readonly kind: 'reload'; readonly rule: unknown }
  | { readonly kind: 'rollback' };

export interface NodeStateOptions {
  /** In units of 1e-8. */
  readonly reward: bigint;
  readonly schedule: DifficultySchedule;
  /** Seconds since the POSIX epoch. */
  nowSeconds(): number;
  /** Returns when it is on the disk. What it throws ends the request. */
  keep(fact: Fact): void;
}

/** A block to mine, and the hash that tests whoever mines it. */
export interface Template {
  readonly block: Omit<Block, 'json'>;
  readonly json: ReadonlyMap<string, JsonValue>;
}

export class NodeState {
  readonly #options: NodeStateOptions;
  readonly chain: Chain;
  readonly pool = new TransactionPool();

  constructor(options: NodeStateOptions) {
    this.#options = options;
    this.chain = new Chain(options);
  }

  /** @param address - whom the coinbase pays */
  template(address: string): Template {
    const { chain, pool } = this;
    const { index, hash, timestamp } = chain.tip;
    const units = this.#options.reward + pool.fees(chain.outputs);
    const nowText = this.#timeAfter(timestamp);
    const first = coinbase({ index: index + 1, address, units, timestampText: nowText });
    const transactions = [first, ...pool.next()];
    const fields = {
      index: index + 1,
      previousHash: hash,
      merkleRoot: merkleRootOf(transactions.map(({ id }) => id)),
      timestampText: nowText,
      difficulty: chain.nextDifficulty,
    };
    const own = chaincoreHash(fields, 'node', 0n);
    const block = { ...fields, timestamp: Number(nowText), nonce: 0n, hash: own, transactions };
    return { block, json: blockJson(fields, 0n, own, transactions) };
  }

  /**
   * Takes in a block that someone sent.
   *
   * @param from - a miner of this node is late where a peer brings a branch
   * @throws PowError where it is no block at all
   */
  submit(json: JsonValue, from: 'miner' | 'peer'): { readonly block: Block; readonly fate: Fate } {
    const block = decodeBlock(json);
    if (from === 'miner' && block.index < this.chain.length) {
      return { block, fate: { kind: 'late' } };
    }
    const keep = () => this.#options.keep({ kind: 'block', block });
    return { block, fate: this.#accept(block, this.#options.nowSeconds(), keep) };
  }

  /**
   * @returns why it cannot wait for a block; `null`: it does
   * @throws PowError where it is no transaction at all
   */
  addTransaction(json: JsonValue): {
    readonly transaction: Transaction;
    readonly reason: string | null;
  } {
    const transaction = decodeTransaction(json, 'transaction');
    return { transaction, reason: this.pool.add(transaction, this.chain.outputs) };
  }

  /**
   * @returns why a reload was refused; `null`: it counts from the next block on
   * @throws PowError `POW_ARGUMENT` for anything else that cannot be done
   */
  changeDifficulty(call: DifficultyCall, reason: string): string | null {
    const atMs = Math.round(this.#options.nowSeconds() * 1000);
    const change = { fromIndex: this.chain.length, reason, atMs };
    const before = this.chain.schedule;
    const after = changed(before, call, change);
    const last = after.audit.at(-1);
    const refused = after !== before && last?.change === 'refused' ? last.reason : null;
    if (after !== before && refused === null) {
      this.#options.keep({ kind: 'difficulty', call, change });
    }
    this.chain.schedule = after;
    return refused;
  }

  /**
   * What {@link NodeStateOptions.keep} was given, once more, after a restart.
   *
   * @returns why it does not fit; `null`: it does
   */
  replay(fact: Fact | { readonly kind: 'block-json'; readonly json: JsonValue }): string | null {
    if (fact.kind === 'rule') {
      this.chain.schedule = DifficultySchedule.of(fact.rule);
      return null;
    }
    if (fact.kind === 'difficulty') {
      this.chain.schedule = changed(this.chain.schedule, fact.call, fact.change);
      return null;
    }
    const block = fact.kind === 'block' ? fact.block : decodeBlock(fact.json);
    const fate = this.#accept(block, Number.POSITIVE_INFINITY, () => {});
    if (fate.kind === 'invalid') return fate.reason;
    return fate.kind === 'orphan' ? `nothing is known of its parent ${block.previousHash}` : null;
  }

  #accept(block: Block, nowSeconds: number, keep: () => void): Fate {
    const fate = this.chain.accept(block, nowSeconds, keep);
    if (fate.kind === 'extended') this.pool.update([], this.chain.outputs);
    if (fate.kind === 'reorganised') this.pool.update(fate.left, this.chain.outputs);
    return fate;
  }

  /** Now, to the microsecond, or as soon after the block before as can be told apart. */
  #timeAfter(before: number): string {
    const micros = Math.floor(this.#options.nowSeconds() * 1e6);
    const least = Math.floor(before * 1e6) + 1;
    return floatRepr(Math.max(micros, least) / 1e6);
  }
}

function changed(
  schedule: DifficultySchedule,
  call: DifficultyCall,
  change: Change,
): DifficultySchedule {
  switch (call.kind) {
    case 'override':
      return call.value === null
        ? schedule.endOverride(change)
        : schedule.setOverride(call.value, change);
    case 'reload':
      return schedule.reload(call.rule, change);
    case 'rollback':
      return schedule.rollback(change);
  }
}
