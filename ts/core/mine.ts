/** mine(): one call, one answer. */

import { Engine } from './engine.js';
import type { MineOptions } from './search.js';
import type { Solution } from './solution.js';
import type { Work } from './work.js';

let shared: Engine | undefined;

/**
 * Searches a nonce range for a hash that wins, on one engine that every call shares and the first
 * one makes.
 *
 * @param work - message bytes, and where in them the nonce sits
 * @param options - `target`: a hash at or below it wins, or one that has the pattern; `range`:
 *   `[start, end)`, default every nonce the layout holds; `signal`: stops the search;
 *   `onProgress`: called at most ten times a second
 * @returns the solution with the lowest nonce, hashed once more by `node:crypto`; `null` if the
 *   range has none
 * @throws {@link PowError} (as a rejection) `POW_ARGUMENT`, `POW_RANGE`, `POW_MISMATCH`,
 *   `POW_PANIC`; `POW_KERNEL`, `POW_BACKEND` for what the environment forces and is not there; `signal.reason` when aborted; what `onProgress` threw
 */
export function mine(work: Work, options: MineOptions): Promise<Solution | null> {
  try {
    shared ??= new Engine();
  } catch (error) {
    return Promise.reject(error);
  }
  return shared.mine(work, options);
}
