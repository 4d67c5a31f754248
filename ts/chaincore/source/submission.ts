/** One solution on its way: posted, posted again where that is safe, and looked for in the chain. */

import type { Clock } from '../../miner/clock.js';
import { failureOf, type NodeFailure } from '../../miner/node-failure.js';
import { pause } from '../../miner/pause.js';
import type { Outcome } from '../../miner/ports.js';
import { Retry, type RetryRule } from '../../miner/retry.js';
import { BusyNode, type Verdict } from '../client/answers.js';
import type { ChaincoreClient } from '../client.js';

export interface SubmissionOptions {
  /** The node that gave the template, then the others. */
  readonly clients: readonly ChaincoreClient[];
  readonly clock: Clock;
  readonly retry: RetryRule;
  /** Attempts at each node. */
  readonly retries: number;
  /** Random, `0 <= n < 1`. */
  fraction(): number;
  /** Called when posting failed. */
  onFailure(failure: NodeFailure): void;
}

export interface SolvedBlock {
  readonly index: number;
  /** 64 hex digits: what we computed. */
  readonly hash: string;
  /** As it is posted. */
  readonly json: string;
}

/**
 * Posts a solved block and says what became of it.
 *
 * @returns rejects, with a {@link NodeFailure} or the reason of `signal`, where nothing was sent
 */
export async function submitBlock(
  block: SolvedBlock,
  options: SubmissionOptions,
  signal: AbortSignal,
): Promise<Outcome> {
  signal.throwIfAborted();
  let lost: NodeFailure | null = null;
  let last: NodeFailure | null = null;
  for (const client of options.clients) {
    const result = await submitTo(client, block, lost, options, signal);
    if (result.outcome !== null) return result.outcome;
    lost = result.lost;
    last = result.last;
    if (signal.aborted) break;
  }
  if (lost === null) throw last ?? new Error('there is no node');
  return unknown(`no answer to the block: ${lost.message}; mining goes on with a new template`);
}

interface Attempts {
  /** `null`: this node does not say. */
  readonly outcome: Outcome | null;
  /** The first attempt that a node may have taken in without our hearing of it. */
  readonly lost: NodeFailure | null;
  readonly last: NodeFailure | null;
}

async function submitTo(
  client: ChaincoreClient,
  block: SolvedBlock,
  lostBefore: NodeFailure | null,
  options: SubmissionOptions,
  signal: AbortSignal,
): Promise<Attempts> {
  const { clock, retries, onFailure } = options;
  const retry = new Retry(options.retry, options.fraction);
  let lost = lostBefore;
  for (let attempt = 1; ; attempt += 1) {
    let failure: NodeFailure;
    try {
      const verdict = await client.submit(block.json, signal);
      return { outcome: await outcomeOf(verdict, block, client, lost, signal), lost, last: null };
    } catch (error) {
      failure = failureOf(error);
    }
    onFailure(failure);
    // An abort in the middle of a request tells nothing about how far that had come.
    if (failure.mayHaveArrived || signal.aborted) {
      lost ??= failure;
      const known = await lookedUp(block, client, signal);
      if (known !== null) return { outcome: known, lost, last: failure };
    }
    if (!failure.isPassing || attempt >= retries || signal.aborted) {
      return { outcome: null, lost, last: failure };
    }
    const delayMs = retry.failed(clock.now());
    const waitMs = failure instanceof BusyNode ? failure.retryAfterMs : delayMs;
    await pause(clock, waitMs, signal);
  }
}

async function outcomeOf(
  verdict: Verdict,
  block: SolvedBlock,
  client: ChaincoreClient,
  lost: NodeFailure | null,
  signal: AbortSignal,
): Promise<Outcome> {
  if (verdict.kind === 'accepted') {
    if (verdict.hash === null || verdict.hash === block.hash) {
      return { result: 'accepted', block: true };
    }
    const reason = 'accepted, but the node names it by another hash than ours: check the layout';
    return { result: 'accepted', block: true, reason };
  }
  // The attempt whose answer was lost may be the one that counted.
  const known = lost === null ? null : await lookedUp(block, client, signal);
  if (known?.result === 'accepted') return known;
  return { result: verdict.kind, block: true, reason: verdict.reason };
}

/** `null`: the chain does not say, or cannot be looked at. */
async function lookedUp(
  { index, hash }: SolvedBlock,
  client: ChaincoreClient,
  signal: AbortSignal,
): Promise<Outcome | null> {
  try {
    const there = await client.blockHash(index, signal);
    if (there === hash) return { result: 'accepted', block: true };
    if (there === null) return null;
    const reason = 'another block of this height is in the chain: fetching a new template';
    return { result: 'stale', block: true, reason };
  } catch {
    return null;
  }
}

function unknown(reason: string): Outcome {
  return { result: 'unknown', block: true, reason };
}
