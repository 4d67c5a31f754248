/** Whether a block that a node has taken is in its chain: the answer to the solution does not say. */

import type { Clock } from '../../miner/clock.js';
import { failureOf, type NodeFailure } from '../../miner/node-failure.js';
import { pause } from '../../miner/pause.js';
import type { Outcome } from '../../miner/ports.js';
import type { ChainwebClient } from '../client.js';
import { blockHashOf } from '../codec/block-hash.js';
import type { WorkHeader } from '../codec/header.js';

export interface ConfirmationOptions {
  readonly client: ChainwebClient;
  readonly network: string;
  readonly clock: Clock;
  /** How long the node may need to take the block in. 0: one look. */
  readonly confirmMs: number;
}

const FIRST_LOOK_AGAIN_MS = 50;
const LONGEST_LOOK_AGAIN_MS = 1_000;

/** Looks until the block is in the chain, or another one is, or for `confirmMs`. */
export async function confirmHeader(
  header: WorkHeader,
  options: ConfirmationOptions,
  signal: AbortSignal,
): Promise<Outcome> {
  const { clock, confirmMs } = options;
  const untilMs = clock.now() + confirmMs;
  for (let looks = 0; ; looks += 1) {
    let reason = `taken by the node, but not in its chain within ${confirmMs} ms`;
    let failure: NodeFailure | null = null;
    try {
      const seen = await look(header, options, signal);
      if (seen === 'in-chain') return { result: 'accepted', block: true };
      if (seen === 'beaten') {
        const beaten = `another block of height ${header.height} was first`;
        return { result: 'stale', block: true, reason: beaten };
      }
    } catch (error) {
      failure = failureOf(error);
      reason = `taken by the node, but its chain could not be looked at: ${failure.message}`;
    }
    if (clock.now() >= untilMs || failure?.isPassing === false || signal.aborted) {
      return { result: 'unknown', block: true, reason };
    }
    const delayMs = Math.min(LONGEST_LOOK_AGAIN_MS, FIRST_LOOK_AGAIN_MS * 2 ** looks);
    await pause(clock, delayMs, signal);
  }
}

async function look(
  header: WorkHeader,
  { client, network }: ConfirmationOptions,
  signal: AbortSignal,
): Promise<'in-chain' | 'beaten' | 'not-yet'> {
  const hash = blockHashOf(header);
  const tip = await client.cutTip(network, header.chain, signal);
  if (tip?.hash === Buffer.from(hash).toString('hex')) return 'in-chain';
  const height = Number(header.height);
  if (tip === null || tip.height < height) return 'not-yet';
  if (tip.height === height) return 'beaten';
  // The chain has gone on. Stale blocks never come into the node's store of headers.
  return (await client.hasHeader(network, header.chain, hash, signal)) ? 'in-chain' : 'beaten';
}
