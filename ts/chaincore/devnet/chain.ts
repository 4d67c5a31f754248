/** A tree of blocks, and the branch with the most work in it. Pure: the time is passed in. */

import type { DifficultySchedule, TimedBlock } from '../difficulty.js';
import { type Block, genesisBlock } from './block.js';
import { type Delta, type Outputs, OutputView, spendBlock } from './outputs.js';

export interface ChainOptions {
  /** In units of 1e-8. */
  readonly reward: bigint;
  readonly schedule: DifficultySchedule;
}

interface Entry {
  readonly block: Block;
  readonly parent: Entry | null;
  /** Hashes that the branch up to here took on average. */
  readonly work: bigint;
  readonly delta: Delta;
}

/** What became of a block. */
export type Fate =
  | { readonly kind: 'extended' }
  /** Valid, on a branch with no more work than the best. */
  | { readonly kind: 'side' }
  /** Its branch is the best now: the blocks that left the chain, and those that came, oldest first. */
  | {
      readonly kind: 'reorganised';
      readonly left: readonly Block[];
      readonly came: readonly Block[];
    }
  | { readonly kind: 'known' }
  /** Of our own miner, for a height that has its block. */
  | { readonly kind: 'late' }
  | { readonly kind: 'orphan' }
  | { readonly kind: 'invalid'; readonly reason: string };

/** How far ahead of the clock a block's time may be. */
const MOST_AHEAD_SECONDS = 120;
/** Branches that leave the chain further back than this are not looked at. */
const MOST_REORGANISED = 1000;
const NO_DELTA: Delta = { spent: new Map(), created: new Map() };

export class Chain {
  readonly #reward: bigint;
  readonly #entries = new Map<string, Entry>();
  /** The best branch, by index. */
  readonly #best: Entry[];
  readonly #outputs = new Map<string, bigint>();
  schedule: DifficultySchedule;

  constructor({ reward, schedule }: ChainOptions) {
    const genesis: Entry = { block: genesisBlock(), parent: null, work: 0n, delta: NO_DELTA };
    this.#reward = reward;
    this.schedule = schedule;
    this.#best = [genesis];
    this.#entries.set(genesis.block.hash, genesis);
  }

  get tip(): Block {
    return this.#tip.block;
  }

  /** Blocks of the chain, genesis included: the index of the next one. */
  get length(): number {
    return this.#best.length;
  }

  /** Unspent outputs of the chain. */
  get outputs(): Outputs {
    return this.#outputs;
  }

  /** What the chain's blocks took on average, in hashes. */
  get work(): bigint {
    return this.#tip.work;
  }

  has(hash: string): boolean {
    return this.#entries.has(hash);
  }

  /** Blocks of the chain with `start <= index <= end`. */
  range(start: number, end: number): readonly Block[] {
    return this.#best.slice(Math.max(0, start), Math.max(0, end + 1)).map(({ block }) => block);
  }

  /** Valid blocks that are not in the chain. */
  get sideBlocks(): readonly Block[] {
    return [...this.#entries.values()]
      .filter((entry) => !this.#isBest(entry))
      .map(({ block }) => block);
  }

  /** What the next block must state. */
  get nextDifficulty(): number {
    return this.#difficultyAfter(this.#tip);
  }

  /**
   * Takes a block in if it is valid, and moves to its branch if that has more work.
   *
   * @param nowSeconds - since the POSIX epoch; infinity: its time was looked at before
   * @param keep - called once it is known to be valid; where it throws, nothing has changed
   */
  accept(block: Block, nowSeconds: number, keep: () => void): Fate {
    if (this.#entries.has(block.hash)) return { kind: 'known' };
    const parent = this.#entries.get(block.previousHash);
    if (parent === undefined) return { kind: 'orphan' };
    const reason = this.#contextReason(block, parent, nowSeconds);
    if (reason !== null) return { kind: 'invalid', reason };
    const delta = spendBlock(block, this.#outputsAt(parent), this.#reward);
    if (typeof delta === 'string') return { kind: 'invalid', reason: delta };
    const work = parent.work + 16n ** BigInt(block.difficulty);
    const entry: Entry = { block, parent, work, delta };
    keep();
    this.#entries.set(block.hash, entry);
    if (work <= this.#tip.work) return { kind: 'side' }; // the first one seen stays
    return this.#moveTo(entry);
  }

  get #tip(): Entry {
    return this.#best.at(-1) as Entry; // genesis at least
  }

  #isBest(entry: Entry): boolean {
    return this.#best[entry.block.index] === entry;
  }

  #contextReason(block: Block, parent: Entry, nowSeconds: number): string | null {
    const { index, timestamp } = parent.block;
    if (block.index !== index + 1) return `index ${block.index} does not follow ${index}`;
    if (this.length - this.#fork(parent).block.index > MOST_REORGANISED)
      return 'its branch is too old';
    const expected = this.#difficultyAfter(parent);
    if (block.difficulty !== expected) {
      return `target_difficulty is ${block.difficulty}, at this height it is ${expected}`;
    }
    if (block.timestamp <= timestamp) return 'timestamp is not after that of the block before';
    if (block.timestamp <= nowSeconds + MOST_AHEAD_SECONDS) return null;
    return `timestamp is more than ${MOST_AHEAD_SECONDS} s ahead of the clock`;
  }

  #difficultyAfter(parent: Entry): number {
    const index = parent.block.index + 1;
    const ancestors: TimedBlock[] = [];
    let entry: Entry | null = parent;
    for (let left = this.schedule.windowAt(index); left > 0 && entry !== null; left--) {
      ancestors.push(entry.block);
      entry = entry.parent;
    }
    return this.schedule.at(index, ancestors.reverse());
  }

  /** The newest block of the chain that a branch comes from. */
  #fork(entry: Entry): Entry {
    let at = entry;
    while (!this.#isBest(at)) at = at.parent as Entry; // genesis is in the chain
    return at;
  }

  /** From the fork, which is left out, to the entry. */
  #branch(entry: Entry): readonly Entry[] {
    const branch: Entry[] = [];
    for (let at = entry; !this.#isBest(at); at = at.parent as Entry) branch.push(at);
    return branch.reverse();
  }

  #outputsAt(entry: Entry): Outputs {
    if (entry === this.#tip) return this.#outputs;
    const view = new OutputView(this.#outputs);
    const left = this.#best.slice(this.#fork(entry).block.index + 1);
    for (const { delta } of left.reverse()) view.undo(delta);
    for (const { delta } of this.#branch(entry)) view.apply(delta);
    return view;
  }

  #moveTo(entry: Entry): Fate {
    const came = this.#branch(entry);
    const left = this.#best.splice(this.#fork(entry).block.index + 1);
    for (const { delta } of left.toReversed()) this.#change(delta.spent, delta.created);
    for (const { delta } of came) this.#change(delta.created, delta.spent);
    this.#best.push(...came);
    if (left.length === 0) return { kind: 'extended' };
    const blocks = (entries: readonly Entry[]) => entries.map(({ block }) => block);
    return { kind: 'reorganised', left: blocks(left), came: blocks(came) };
  }

  #change(added: ReadonlyMap<string, bigint>, removed: ReadonlyMap<string, bigint>): void {
    for (const [name, units] of added) this.#outputs.set(name, units);
    for (const name of removed.keys()) this.#outputs.delete(name);
  }
}
