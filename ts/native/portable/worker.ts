/** What runs in each worker thread: one call for each search, any number of them at once. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SearchPlan } from '../contract.js';
import { chunkNonces, Scanner } from './scanner.js';
import { SharedCounters, SharedSearch } from './shared-memory.js';

export interface SearchTask {
  readonly plan: SearchPlan;
  /** Which hash counter of the search is this thread's. */
  readonly thread: number;
  /** Buffer of a {@link SharedSearch}. */
  readonly search: SharedArrayBuffer;
  /** Buffer of this thread's {@link SharedCounters}. */
  readonly counters: SharedArrayBuffer;
}

/** Why a thread left a search. `drained`: it saw that every chunk had been claimed. */
export type Departure =
  | { readonly kind: 'found'; readonly nonce: bigint }
  | { readonly kind: 'drained' }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'panicked'; readonly detail: string };

/**
 * Takes part in a search until it is over.
 *
 * Chunks are claimed in ascending order and a claimed chunk is always finished. So when one
 * thread finds a nonce and stops the rest, every lower nonce is hashed before the last one leaves,
 * and the lowest nonce found is the lowest of the range.
 */
export default async function search(task: SearchTask): Promise<Departure> {
  const { plan, thread } = task;
  const shared = new SharedSearch(task.search);
  const counters = new SharedCounters(task.counters);
  try {
    const scanner = new Scanner(plan.work, plan.goal);
    const chunk = BigInt(chunkNonces(plan.work));
    while (!shared.stopped) {
      const first = plan.start + shared.claim() * chunk;
      if (first >= plan.end) return { kind: 'drained' };
      const count = Number(first + chunk < plan.end ? chunk : plan.end - first);
      const began = performance.now();
      const winner = scanner.scan(first, count);
      const hashes = winner === null ? count : winner + 1;
      counters.add(hashes, performance.now() - began);
      shared.addHashes(thread, hashes);
      if (winner !== null) {
        shared.stop();
        return { kind: 'found', nonce: first + BigInt(winner) };
      }
      // The other searches of this thread get a chunk each, and new ones come in.
      await nextTurn();
    }
    return { kind: 'stopped' };
  } catch (error) {
    shared.stop();
    return { kind: 'panicked', detail: String(error) };
  }
}
