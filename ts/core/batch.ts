/** hashBatch() and verifyBatch(): many messages at once, by the backend. */

import { ALGORITHMS, GOAL_BYTES, type MessageBatch, type WorkPlan } from '../native/contract.js';
import { writeGoal } from '../native/goal-bytes.js';
import { selectBackend } from '../native/select.js';
import { badArgument, requireObject } from './arguments.js';
import { type Goal, goalPlan } from './goal.js';
import { longestMessage, writeMessage } from './message.js';
import { requireNonce, type Work, workPlan } from './work.js';

/** Messages are packed into one buffer; this bounds it, however many items there are. */
const MOST_BATCH_BYTES = 1 << 24;

export interface HashItem {
  readonly work: Work;
  readonly nonce: bigint;
}

export interface VerifyItem extends HashItem {
  readonly target: Goal;
}

interface PlannedItem {
  readonly plan: WorkPlan;
  readonly nonce: bigint;
}

/**
 * Digests of many works, by the kernels.
 *
 * @returns 32 bytes per item in wire order, one after the other
 * @throws {@link PowError} `POW_ARGUMENT`, `POW_RANGE`, naming the item: `items[3].nonce`
 */
export function hashBatch(items: readonly HashItem[]): Uint8Array<ArrayBuffer> {
  const planned = planItems(items);
  const digests = new Uint8Array(32 * planned.length);
  for (const { first, batch } of packed(planned)) {
    digests.set(selectBackend('auto').hashMessages(batch), 32 * first);
  }
  return digests;
}

/**
 * Which of many nonces win, by the kernels.
 *
 * @returns one byte per item: 1 where it wins, else 0
 * @throws {@link PowError} `POW_ARGUMENT`, `POW_RANGE`, naming the item: `items[3].nonce`
 */
export function verifyBatch(items: readonly VerifyItem[]): Uint8Array<ArrayBuffer> {
  const planned = planItems(items);
  const goals = new Uint8Array(GOAL_BYTES * planned.length);
  planned.forEach(({ plan }, i) => {
    const goal = goalPlan(items[i]?.target, `items[${i}].target`);
    writeGoal(goal, plan.hashOrder, goals, GOAL_BYTES * i);
  });
  const verdicts = new Uint8Array(planned.length);
  for (const { first, batch } of packed(planned)) {
    const end = first + batch.ends.length;
    const theirs = goals.subarray(GOAL_BYTES * first, GOAL_BYTES * end);
    verdicts.set(selectBackend('auto').verifyMessages(batch, theirs), first);
  }
  return verdicts;
}

function planItems(items: readonly HashItem[]): PlannedItem[] {
  if (!Array.isArray(items)) throw badArgument('items', 'an array', items);
  return Array.from(items as readonly HashItem[], (item, i) => {
    requireObject(item, `items[${i}]`);
    const plan = workPlan(item.work, `items[${i}].work`);
    return { plan, nonce: requireNonce(plan, item.nonce, `items[${i}].nonce`) };
  });
}

function* packed(items: PlannedItem[]): Generator<{ first: number; batch: MessageBatch }> {
  let first = 0;
  while (first < items.length) {
    let [end, size] = [first, 0];
    for (let item = items[end]; item !== undefined; item = items[end]) {
      const longest = longestMessage(item.plan);
      if (end > first && size + longest > MOST_BATCH_BYTES) break;
      size += longest;
      end += 1;
    }
    yield { first, batch: pack(items.slice(first, end), size) };
    first = end;
  }
}

function pack(items: PlannedItem[], size: number): MessageBatch {
  const algorithms = new Uint8Array(items.length);
  const ends = new Uint32Array(items.length);
  const bytes = new Uint8Array(size);
  let at = 0;
  items.forEach(({ plan, nonce }, i) => {
    algorithms[i] = ALGORITHMS.indexOf(plan.algorithm);
    at = writeMessage(plan, nonce, bytes, at);
    ends[i] = at;
  });
  return { algorithms, bytes: bytes.subarray(0, at), ends };
}
