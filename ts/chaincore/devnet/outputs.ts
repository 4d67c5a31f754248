/** Unspent outputs, and what a block does to them. Pure. */

import type { Block } from './block.js';
import { coinbaseText, outputName, type Transaction } from './transaction.js';

/** Amounts of unspent outputs, by name. */
export interface Outputs {
  get(name: string): bigint | undefined;
}

/** What a block took from the outputs and what it added: enough to go either way. */
export interface Delta {
  readonly spent: ReadonlyMap<string, bigint>;
  readonly created: ReadonlyMap<string, bigint>;
}

/** A look at outputs as they are on another branch. The base stays as it is. */
export class OutputView implements Outputs {
  readonly #base: Outputs;
  /** `null`: not there. */
  readonly #changes = new Map<string, bigint | null>();

  constructor(base: Outputs) {
    this.#base = base;
  }

  get(name: string): bigint | undefined {
    const change = this.#changes.get(name);
    return change === undefined ? this.#base.get(name) : (change ?? undefined);
  }

  apply({ spent, created }: Delta): void {
    for (const [name, units] of created) this.#changes.set(name, units);
    for (const name of spent.keys()) this.#changes.set(name, null);
  }

  undo({ spent, created }: Delta): void {
    for (const [name, units] of spent) this.#changes.set(name, units);
    for (const name of created.keys()) this.#changes.set(name, null);
  }
}

export interface Spending {
  readonly delta: Delta;
  /** Inputs less outputs of everything but the coinbase. */
  readonly fees: bigint;
}

/**
 * What transactions do, one after the other; an output may be spent in the block that made it.
 *
 * @returns a sentence where one of them cannot be done
 */
export function spend(transactions: readonly Transaction[], outputs: Outputs): Spending | string {
  const spent = new Map<string, bigint>();
  const created = new Map<string, bigint>();
  let fees = 0n;
  for (const { id, spends, amounts, coinbaseText: text } of transactions) {
    let paid = 0n;
    for (const name of spends) {
      const units = spent.has(name) ? undefined : (created.get(name) ?? outputs.get(name));
      if (units === undefined) return `${name} is spent, or was never there`;
      spent.set(name, units);
      paid += units;
    }
    const total = amounts.reduce((sum, units) => sum + units, 0n);
    if (text === null) {
      if (total > paid) return `${id} gives out more than it takes in`;
      fees += paid - total;
    }
    for (const [i, units] of amounts.entries()) {
      const name = outputName(id, i);
      if (created.has(name) || outputs.get(name) !== undefined) return `${id} is there already`;
      created.set(name, units);
    }
  }
  return { delta: { spent, created }, fees };
}

/**
 * What a block does: its first transaction is the only coinbase, of the right height, and pays
 * itself at most the reward and the fees of the others.
 *
 * @returns a sentence where the block is not valid
 */
export function spendBlock(block: Block, outputs: Outputs, reward: bigint): Delta | string {
  const [first, ...others] = block.transactions;
  const own = coinbaseText(block.index);
  if (first?.coinbaseText !== own)
    return `the first transaction is not a coinbase that says ${own}`;
  if (others.some(({ coinbaseText: text }) => text !== null)) return 'there is a second coinbase';
  const spending = spend(block.transactions, outputs);
  if (typeof spending === 'string') return spending;
  const pay = first.amounts.reduce((sum, units) => sum + units, 0n);
  if (pay <= reward + spending.fees) return spending.delta;
  return `the coinbase pays ${pay} units, reward and fees are ${reward + spending.fees}`;
}
