/** One solution on its way: posted, posted again where that is safe, and looked for in the chain. */

import { failureOf, type NodeFailure } from '../../miner/node-failure.js';
import { pause } from '../../miner/pause.js';
import type { Outcome } from '../../miner/ports.js';
import { Retry, type RetryRule } from '../../miner/retry.js';
import type { WorkHeader } from '../codec/header.js';
import { type ConfirmationOptions, confirmHeader } from './confirmation.js';

/** How long a block is looked for whose payload the node no longer knows: it is there, or never. */
const MOST_LOST_MS = 1_000;

export interface SubmissionOptions extends ConfirmationOptions {
  readonly retry: RetryRule;
  /** Random, `0 <= n < 1`. */
  fraction(): number;
  /** From then on the node has forgotten the work. */
  readonly untilMs: number;
  /** Called when posting failed and is tried again. */
  onRetry(failure: NodeFailure): void;
}

/**
 * Posts a solved header and says what became of it. The node answers alike to a new block and to
 * one that came too late, so `accepted` is said only of a block that is in its chain.
 *
 * @param bytes - of `header`
 * @returns rejects, with a {@link NodeFailure} or the reason of `signal`, where nothing was sent
 */
export async function submitHeader(
  bytes: Uint8Array,
  header: WorkHeader,
  options: SubmissionOptions,
  signal: AbortSignal,
): Promise<Outcome> {
  signal.throwIfAborted();
  const { clock, onRetry, untilMs } = options;
  const retry = new Retry(options.retry, options.fraction);
  /** The first attempt that the node may have taken in without our hearing of it. */
  let lost: NodeFailure | null = null;
  for (;;) {
    const failure = await post(bytes, options, signal);
    if (failure === null) return confirmHeader(header, options, signal);
    if (failure.kind === 'refused') return refused(failure, lost, header, options, signal);
    // An abort in the middle of a request tells nothing about how far that had come.
    if (failure.mayHaveArrived || signal.aborted) lost ??= failure;
    const delayMs = retry.failed(clock.now());
    if (failure.isPassing && clock.now() + delayMs < untilMs && !signal.aborted) {
      onRetry(failure);
      await pause(clock, delayMs, signal);
      if (!signal.aborted) continue;
    }
    if (lost === null) throw failure;
    return unknown(`no answer to the solution: ${lost.message}`);
  }
}

async function post(
  bytes: Uint8Array,
  { client, network }: SubmissionOptions,
  signal: AbortSignal,
): Promise<NodeFailure | null> {
  try {
    await client.solved(network, bytes, signal);
    return null;
  } catch (error) {
    return failureOf(error);
  }
}

async function refused(
  failure: NodeFailure,
  lost: NodeFailure | null,
  header: WorkHeader,
  options: SubmissionOptions,
  signal: AbortSignal,
): Promise<Outcome> {
  if (lost === null) return { result: 'rejected', block: true, reason: failure.message };
  // The attempt whose answer was lost may be the one that counted.
  const confirmMs = Math.min(options.confirmMs, MOST_LOST_MS);
  const outcome = await confirmHeader(header, { ...options, confirmMs }, signal);
  if (outcome.result === 'accepted') return outcome;
  return unknown(`the first answer was lost (${lost.message}), the second was ${failure.message}`);
}

function unknown(reason: string): Outcome {
  return { result: 'unknown', block: true, reason };
}
