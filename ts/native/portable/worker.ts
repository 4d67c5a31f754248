/** What runs in each worker thread: one call for each search, any number of them at once. */

import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import type { SearchPlan } from '../contract.js';
import { Budget } from './budget.js';
import { chunkNonces, Scanner } from './scanner.js';
import { SharedSearch, SharedThread } from './shared-memory.js';

export interface SearchTask {
  readonly plan: SearchPlan;
  /** Counted from 1. */
  readonly number: number;
  /** Buffer of a {@link SharedSearch}. */
  readonly search: SharedArrayBuffer;
  /** Buffer of this thread's {@link SharedThread}. */
  readonly thread: SharedArrayBuffer;
  /** For tests: the nonce whose chunk throws. */
  readonly panicAt: bigint | null;
}

/**
 * Why a thread left a search. `drained`: it saw that every chunk had been claimed; `left`: it was
 * asked to leave, not the search to stop.
 */
export type Departure =
  | { readonly kind: 'found'; readonly nonce: bigint }
  | { readonly kind: 'drained' }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'left' }
  | {
      readonly kind: 'panicked';
      readonly detail: string;
      /** The first nonce of the chunk; `null`: the thread could hash nothing at all. */
      readonly at: bigint | null;
    };

/** A thread that sleeps for its limit looks at the flags so often. */
const LONGEST_NAP_MS = 10;

/** Of this thread, whatever it searches. */
const budget = new Budget();

/**
 * Takes part in a search until it is over.
 *
 * Chunks are claimed in ascending order and a claimed chunk is always finished. So when one
 * thread finds a nonce and stops the rest, every lower nonce is hashed before the last one leaves,
 * and the lowest nonce found is the lowest of the range.
 */
export default async function search(task: SearchTask): Promise<Departure> {
  const { plan, panicAt } = task;
  const shared = new SharedSearch(task.search);
  const thread = new SharedThread(task.thread);
  let first: bigint | null = null;
  try {
    const scanner = new Scanner(plan.work, plan.goal);
    const chunk = BigInt(chunkNonces(plan.work));
    while (!shared.stopped) {
      if (thread.leaving) return { kind: 'left' };
      const napMs = budget.nap(thread.cpuLimit, performance.now());
      if (napMs > 0) {
        await sleep(Math.min(napMs, LONGEST_NAP_MS));
        continue;
      }
      first = plan.start + shared.claim() * chunk;
      if (first >= plan.end) return { kind: 'drained' };
      const end = first + chunk < plan.end ? first + chunk : plan.end;
      thread.search = task.number;
      const began = performance.now();
      if (panicAt !== null && panicAt >= first && panicAt < end) {
        throw new Error(`planted at nonce ${panicAt}`);
      }
      const count = Number(end - first);
      const winner = scanner.scan(first, count);
      const hashes = winner === null ? count : winner + 1;
      const busyMs = performance.now() - began;
      budget.use(busyMs);
      thread.add(hashes, busyMs);
      shared.addHashes(hashes);
      if (winner !== null) {
        shared.stop();
        return { kind: 'found', nonce: first + BigInt(winner) };
      }
      // The other searches of this thread get a chunk each, and new ones come in.
      await turn();
    }
    return { kind: 'stopped' };
  } catch (error) {
    shared.stop();
    return { kind: 'panicked', detail: String(error), at: first };
  } finally {
    if (thread.search === task.number) thread.search = 0;
  }
}
