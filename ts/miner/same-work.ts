/** Whether a newer job is the same work but for bytes that do not matter. */

import { goalPlan } from '../core/goal.js';
import { messageOf } from '../core/message.js';
import { workPlan } from '../core/work.js';
import type { WorkPlan } from '../native/contract.js';
import { goalBytes } from '../native/goal-bytes.js';
import type { Job } from './ports.js';

/** Bytes `[start, end)` of a message. */
export interface ByteSpan {
  readonly start: number;
  readonly end: number;
}

/**
 * Compares target, algorithm, layout, nonces, and the bytes of the first variant outside the nonce. The
 * number of variants does not count: the job that runs has its own.
 *
 * @param unimportant - more bytes that may differ: a time stamp, say
 */
export function sameWork(one: Job, other: Job, unimportant: readonly ByteSpan[]): boolean {
  const [left, right] = [plansOf(one), plansOf(other)];
  return (
    one.goal === other.goal &&
    one.proof === other.proof &&
    one.nonces?.start === other.nonces?.start &&
    one.nonces?.end === other.nonces?.end &&
    Buffer.compare(left.goal, right.goal) === 0 &&
    sameLayout(left.work, right.work) &&
    Buffer.compare(
      importantBytes(left.work, unimportant),
      importantBytes(right.work, unimportant),
    ) === 0
  );
}

function plansOf(job: Job): { work: WorkPlan; goal: Uint8Array } {
  const work = workPlan(job.work(0n).work, 'work');
  return { work, goal: goalBytes(goalPlan(job.target, 'target'), work.hashOrder) };
}

function sameLayout(one: WorkPlan, other: WorkPlan): boolean {
  return (
    one.algorithm === other.algorithm &&
    one.nonceOffset === other.nonceOffset &&
    one.nonceEncoding === other.nonceEncoding &&
    one.nonceDigits === other.nonceDigits
  );
}

function importantBytes(work: WorkPlan, unimportant: readonly ByteSpan[]): Uint8Array {
  const bytes = messageOf(work, 0n);
  for (const { start, end } of unimportant) bytes.fill(0, start, end);
  return bytes;
}
