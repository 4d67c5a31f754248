/** Solutions: verified nonces. */

import { PowError } from '../errors.js';
import type { WorkPlan } from '../native/contract.js';
import { digestOf } from './digest.js';
import type { Goal } from './goal.js';
import { messageOf } from './message.js';

/** A nonce that wins, hashed once more by `node:crypto`. */
export interface Solution {
  readonly nonce: bigint;
  /** 32 bytes in wire order; of `sha256d` the second hash, never reversed. */
  readonly hash: Uint8Array<ArrayBuffer>;
  /** The exact bytes hashed, nonce included, in a new array. */
  readonly message: Uint8Array<ArrayBuffer>;
}

/**
 * The solution a backend claims to have found.
 *
 * @throws {@link PowError} `POW_MISMATCH` when `node:crypto` does not find it to be one
 */
export function solutionOf(work: WorkPlan, goal: Goal, nonce: bigint): Solution {
  const message = messageOf(work, nonce);
  const hash = digestOf(work.algorithm, message);
  if (!goal.isMetBy(hash, work.hashOrder)) {
    const hex = Buffer.from(hash.buffer).toString('hex');
    throw new PowError('POW_MISMATCH', `nonce ${nonce} hashes to ${hex}, which does not win`);
  }
  return { nonce, hash, message };
}
