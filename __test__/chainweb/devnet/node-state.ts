/** The node's state on a clock that the test moves, with easy work. */

import { encodeWorkHeader, type WorkHeader } from '../../../ts/chainweb/codec/header.js';
import { powHashOf } from '../../../ts/chainweb/codec/work.js';
import { type ChainwebHeader, decodeWorkResponse } from '../../../ts/chainweb/codec.js';
import {
  Coordination,
  type CoordinationOptions,
} from '../../../ts/chainweb/devnet/coordination.js';
import { CHAIN_GRAPHS } from '../../../ts/chainweb/devnet/graph.js';
import type { Miner } from '../../../ts/chainweb/devnet/miners.js';
import type { Rules } from '../../../ts/chainweb/devnet/rules.js';
import { Target } from '../../../ts/index.js';
import { Random } from '../../fixtures.js';

export const anyMiner: Miner = { account: 'k:00', predicate: 'keys-all', publicKeys: ['00'] };

export const easyRules: Rules = {
  graph: CHAIN_GRAPHS[20],
  version: 2,
  genesisTarget: Target.fromDifficulty(4, 'chainweb').toBigInt(),
  blockDelayMicros: 2_000_000n,
  window: 0,
  proofOfWork: true,
};

export interface NodeState {
  readonly coordination: Coordination;
  /** Moves the clock. */
  pass(micros: bigint): void;
}

/** @param options - what differs from a node of easy work for everybody */
export function nodeState(options: Partial<CoordinationOptions> = {}, seed = 1): NodeState {
  let now = 1_700_000_000_000_000n;
  const random = new Random(seed);
  const coordination = new Coordination({
    rules: easyRules,
    headersKept: 1000,
    miners: null,
    requestLimit: 1200,
    nowMicros: () => now,
    random: () => random.next() / 2 ** 32,
    ...options,
  });
  return {
    coordination,
    pass(micros) {
      now += micros;
    },
  };
}

/** Work for `miner`, decoded. Fails when there is none. */
export function workOf(
  { coordination }: NodeState,
  chain: number | null = null,
  miner: Miner = anyMiner,
): WorkHeader {
  const answer = coordination.work(miner, chain);
  if (answer.kind !== 'work') throw new Error(`expected work, got ${answer.kind}`);
  return decodeWorkResponse(answer.bytes).header;
}

/** The bytes of `header` with the first nonce that meets its target, or misses it. */
export function solved(header: WorkHeader, wanted: 'hit' | 'miss' = 'hit'): Uint8Array {
  for (let nonce = 0n; ; nonce++) {
    const bytes = encodeWorkHeader({ ...header, nonce });
    if (header.target.isMetBy(powHashOf(bytes), 'le') === (wanted === 'hit')) return bytes;
  }
}

/** Mines one block and lets a second pass. */
export function mineOne(state: NodeState, chain: number | null = null): ChainwebHeader {
  const header = workOf(state, chain);
  state.pass(1_000_000n);
  const answer = state.coordination.solve(solved(header));
  if (answer.kind !== 'taken' || answer.fate.kind !== 'extended') {
    throw new Error(`expected a block, got ${JSON.stringify(answer.kind)}`);
  }
  return answer.fate.block.header;
}
