/**
 * What makes a block valid. Pure: the time is passed in.
 *
 * After chainweb-node: `Chainweb.BlockHeader.Internal` (`powTarget`, `epochStart`,
 * `newBlockHeader`), `Chainweb.BlockHeader.Validation`, `Chainweb.Difficulty` (`adjust`).
 */

import { MAX_TARGET } from '../../core/difficulty.js';
import { Target } from '../../core/target.js';
import { blockHashOf, genesisParentOf, sha512t256 } from '../codec/block-hash.js';
import { type ChainwebHeader, encodeHeader, type WorkHeader } from '../codec/header.js';
import type { ChainGraph } from './graph.js';

export interface Rules {
  readonly graph: ChainGraph;
  /** Code of the network in every header. */
  readonly version: number;
  readonly genesisTarget: bigint;
  /** What the difficulty is adjusted to, for each chain. */
  readonly blockDelayMicros: bigint;
  /** Blocks between two adjustments; a tenth of it in the first window. 0: never adjusted. */
  readonly window: number;
  readonly proofOfWork: boolean;
}

/** A header with its bytes and a name that can be a key. */
export interface Block {
  readonly header: ChainwebHeader;
  readonly bytes: Uint8Array;
  /** The block hash in hex. */
  readonly key: string;
}

export function blockOf(header: WorkHeader): Block {
  const whole = { ...header, blockHash: blockHashOf(header) };
  return { header: whole, bytes: encodeHeader(whole), key: hashKey(whole.blockHash) };
}

export function hashKey(hash: Uint8Array): string {
  return Buffer.from(hash.buffer, hash.byteOffset, hash.byteLength).toString('hex');
}

/** When the network `development` began: the same genesis blocks at every start. */
const GENESIS_MICROS = 1_563_388_117_613_832n;

export function genesisBlock(rules: Rules, chain: number): Block {
  return blockOf({
    forkState: 0n,
    creationTimeMicros: GENESIS_MICROS,
    parent: genesisParentOf(rules.version, chain),
    adjacents: neighbours(rules, chain).map((neighbour) => ({
      chain: neighbour,
      hash: genesisParentOf(rules.version, neighbour),
    })),
    target: Target.fromBigInt(rules.genesisTarget),
    payloadHash: sha512t256(Buffer.from(`genesis payload of chain ${chain}`)),
    chain,
    weight: 0n,
    height: 0n,
    version: rules.version,
    epochStartMicros: GENESIS_MICROS,
    nonce: 0n,
  });
}

export function neighbours(rules: Rules, chain: number): readonly number[] {
  return rules.graph[chain] ?? [];
}

/** What a new block refers to: all of one height. */
export interface Parents {
  readonly parent: Block;
  /** One for each neighbour, ascending by chain. */
  readonly adjacents: readonly Block[];
}

/** The work header of the next block: nonce 0, and a time that no parent has reached. */
export function nextWork(
  rules: Rules,
  parents: Parents,
  payloadHash: Uint8Array,
  nowMicros: bigint,
): WorkHeader {
  const { parent, adjacents } = parents;
  const latest = latestTime(parents);
  return {
    ...derivedFields(rules, parents),
    creationTimeMicros: nowMicros > latest ? nowMicros : latest + 1n,
    parent: parent.header.blockHash,
    adjacents: adjacents.map(({ header }) => ({ chain: header.chain, hash: header.blockHash })),
    payloadHash,
    nonce: 0n,
  };
}

/** Fields that the parents settle. */
function derivedFields(rules: Rules, parents: Parents) {
  const { header } = parents.parent;
  const target = nextTarget(rules, parents);
  return {
    forkState: header.forkState,
    target: Target.fromBigInt(target),
    chain: header.chain,
    // As the node's 256-bit word, which wraps.
    weight: BigInt.asUintN(256, header.weight + MAX_TARGET / target),
    height: header.height + 1n,
    version: header.version,
    epochStartMicros: nextEpochStart(rules, header),
  };
}

/** Why the node drops a solved block that fits its cut; `null` when it keeps it. */
export function dropReason(
  rules: Rules,
  header: WorkHeader,
  parents: Parents,
  nowMicros: bigint,
): string | null {
  const derived = derivedFields(rules, parents);
  if (header.target.toBigInt() !== derived.target.toBigInt()) return 'wrong target';
  for (const field of ['forkState', 'weight', 'height', 'version', 'epochStartMicros'] as const) {
    if (header[field] !== derived[field]) return `wrong ${field}`;
  }
  if (header.creationTimeMicros <= latestTime(parents)) {
    return 'creation time is not after that of every parent';
  }
  if (header.creationTimeMicros > nowMicros) return "creation time is ahead of the node's clock";
  return null;
}

function latestTime({ parent, adjacents }: Parents): bigint {
  let latest = parent.header.creationTimeMicros;
  for (const { header } of adjacents) {
    if (header.creationTimeMicros > latest) latest = header.creationTimeMicros;
  }
  return latest;
}

/** Blocks of the epoch that a block is in; `null` where the difficulty never changes. */
function epochLength({ window }: Rules, { height }: WorkHeader): bigint | null {
  if (window === 0) return null;
  return BigInt(Number(height) <= window ? Math.max(1, Math.floor(window / 10)) : window);
}

function isLastInEpoch(rules: Rules, header: WorkHeader): boolean {
  const length = epochLength(rules, header);
  return length !== null && (header.height + 1n) % length === 0n;
}

/** The mean of what the last epochs of the chain and of its neighbours ask for. */
function nextTarget(rules: Rules, { parent, adjacents }: Parents): bigint {
  const length = epochLength(rules, parent.header);
  if (length === null || !isLastInEpoch(rules, parent.header)) {
    return parent.header.target.toBigInt();
  }
  const shouldTake = length * rules.blockDelayMicros;
  const asked = [parent, ...adjacents].map(({ header }) => adjusted(header, shouldTake));
  return asked.reduce((sum, target) => sum + target) / BigInt(asked.length);
}

/** The node's `adjust`: easier by as much as the epoch took longer than it should, rounded up. */
function adjusted(header: WorkHeader, shouldTake: bigint): bigint {
  const took = header.creationTimeMicros - header.epochStartMicros;
  const target = (took * header.target.toBigInt() + shouldTake - 1n) / shouldTake;
  return target < MAX_TARGET ? target : MAX_TARGET;
}

function nextEpochStart(rules: Rules, parent: WorkHeader): bigint {
  // The genesis time is long ago: the first epoch is counted from the first block.
  if (rules.window > 0 && parent.height === 1n) return parent.creationTimeMicros;
  return isLastInEpoch(rules, parent) ? parent.creationTimeMicros : parent.epochStartMicros;
}
