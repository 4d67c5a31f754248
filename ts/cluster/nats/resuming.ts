/** A worker says that a unit was delivered to it once more: what it is told. Pure. */

import { isOfMessage } from '../record/fence.js';
import type { ResumeQuestion, ResumeReply } from './control.js';
import type { Holder, Lending, Lendings } from './lendings.js';

/**
 * `lost`: the holder that has lost the unit to the one that asks; it is to be lent again. `unheard`:
 * whoever had it died of it before its first word, as of a unit that kills.
 */
export type Answer =
  | { readonly lost: null; readonly reply: ResumeReply }
  | { readonly lost: Holder | 'unheard'; readonly reply: null };

/** Nobody but the queue knows whether it was delivered, and the worker may say anything. */
export function answerOf(
  lendings: Lendings,
  lending: Lending,
  { worker, fence }: { readonly worker: string } & Pick<ResumeQuestion, 'fence'>,
  nowMs: number,
): Answer {
  const isOne = isOfMessage(fence, lending.fence);
  const { holder, resumeAt } = lending;
  if (holder === null) {
    if (isOne && fence > lending.fence) return { lost: 'unheard', reply: null };
    return { lost: null, reply: isOne ? { gone: false, resumeAt, fence } : { gone: true } };
  }
  if (isOne && holder.worker === worker) {
    if (holder.fence < fence) return { lost: holder, reply: null };
    // From where the lease began: what an earlier process of this worker found since may be lost.
    return { lost: null, reply: { gone: false, resumeAt, fence: holder.fence } };
  }
  if (isOne && lendings.isSilent(holder, nowMs)) return { lost: holder, reply: null };
  // With this answer the message is acknowledged, which may be the one that lies there.
  holder.isLast = true;
  return { lost: null, reply: { gone: true } };
}
