/** hash() and verify(): one message, by `node:crypto`. */

import { digestOf } from './digest.js';
import { type Goal, goalPlan } from './goal.js';
import { messageOf } from './message.js';
import { requireNonce, type Work, workPlan } from './work.js';

/**
 * The digest of `work` with `nonce`, by `node:crypto`.
 *
 * @returns 32 bytes in wire order; of `sha256d` the second hash, never reversed
 * @throws {@link PowError} `POW_ARGUMENT`; `POW_RANGE` for a nonce the layout cannot hold
 */
export function hash(work: Work, nonce: bigint): Uint8Array<ArrayBuffer> {
  const plan = workPlan(work, 'work');
  return digestOf(plan.algorithm, messageOf(plan, requireNonce(plan, nonce, 'nonce')));
}

/**
 * Whether `work` with `nonce` wins, by `node:crypto`.
 *
 * @throws {@link PowError} `POW_ARGUMENT`; `POW_RANGE` for a nonce the layout cannot hold
 */
export function verify(work: Work, nonce: bigint, target: Goal): boolean {
  const digest = hash(work, nonce);
  goalPlan(target, 'target');
  return target.isMetBy(digest, work.hashOrder);
}
