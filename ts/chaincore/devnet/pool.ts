/** Transactions that wait for a block. Pure. */

import type { Block } from './block.js';
import { MOST_BLOCK_TRANSACTIONS } from './block.js';
import { type Outputs, type Spending, spend } from './outputs.js';
import type { Transaction } from './transaction.js';

const MOST_WAITING = 2_000;

export class TransactionPool {
  /** In the order in which they came: one may spend what an earlier one makes. */
  readonly #waiting = new Map<string, Transaction>();

  get size(): number {
    return this.#waiting.size;
  }

  all(): readonly Transaction[] {
    return [...this.#waiting.values()];
  }

  has(id: string): boolean {
    return this.#waiting.has(id);
  }

  /** @returns why it cannot wait; `null`: it does */
  add(transaction: Transaction, outputs: Outputs): string | null {
    if (transaction.coinbaseText !== null) return 'a coinbase is made by a block alone';
    if (this.#waiting.has(transaction.id)) return null;
    if (this.#waiting.size >= MOST_WAITING) return `${MOST_WAITING} transactions wait already`;
    const spending = spend([...this.#waiting.values(), transaction], outputs);
    if (typeof spending === 'string') return spending;
    this.#waiting.set(transaction.id, transaction);
    return null;
  }

  /** As many as one block holds beside its coinbase, in their order. */
  next(): readonly Transaction[] {
    return this.all().slice(0, MOST_BLOCK_TRANSACTIONS - 1);
  }

  /** What waits must be possible after the chain has changed; what left it waits again. */
  update(left: readonly Block[], outputs: Outputs): void {
    const back = left.flatMap(({ transactions }) => transactions.slice(1));
    const waiting = [...back, ...this.#waiting.values()];
    this.#waiting.clear();
    let kept: readonly Transaction[] = [];
    for (const transaction of waiting) {
      const more = [...kept, transaction];
      if (this.#waiting.has(transaction.id) || typeof spend(more, outputs) === 'string') continue;
      kept = more;
      this.#waiting.set(transaction.id, transaction);
    }
  }

  /** Fees of what the next block holds. */
  fees(outputs: Outputs): bigint {
    const spending = spend(this.next(), outputs);
    return isSpending(spending) ? spending.fees : 0n;
  }
}

function isSpending(spending: Spending | string): spending is Spending {
  return typeof spending !== 'string';
}
