/**
 * Block headers as they travel: every field by name, and back to the same bytes.
 *
 * Layout after chainweb-node, `Chainweb.BlockHeader.Internal` (`encodeBlockHeader`). Offsets below
 * the adjacent parents are fixed; those behind them move by 36 bytes for each neighbour. On every
 * public network a chain has three: 286 bytes of work, 318 with the block hash.
 */

import {
  badArgument,
  requireBigint,
  requireBytes,
  requireBytesOf,
  requireInteger,
  requireObject,
} from '../../core/arguments.js';
import { Target, targetPlan } from '../../core/target.js';
import { PowError } from '../../errors.js';
import { readU256, requireUnsigned, u256Bytes } from './unsigned.js';

/** The parent of a block on a neighbouring chain. */
export interface AdjacentParent {
  readonly chain: number;
  /** 32 bytes: the hash of that block. */
  readonly hash: Uint8Array;
}

/** What is hashed for proof of work. Hashes are 32 bytes each. */
export interface WorkHeader {
  /**
   * Fork number in the low 32 bits, fork votes in the high ones. The node's alone: a miner leaves
   * it as it is. (In the first months of mainnet the nonce stood here.)
   */
  readonly forkState: bigint;
  /** Since the POSIX epoch; signed 64 bits. */
  readonly creationTimeMicros: bigint;
  readonly parent: Uint8Array;
  /** Ascending by chain. */
  readonly adjacents: readonly AdjacentParent[];
  readonly target: Target;
  readonly payloadHash: Uint8Array;
  readonly chain: number;
  /** Difficulties of this block and of all before it, summed. */
  readonly weight: bigint;
  readonly height: bigint;
  /** A code of {@link CHAINWEB_VERSIONS}; one that is not in the table travels as well. */
  readonly version: number;
  /** Creation time of the block that this difficulty is counted from. */
  readonly epochStartMicros: bigint;
  readonly nonce: bigint;
}

/** A whole header. */
export interface ChainwebHeader extends WorkHeader {
  /** Root of a Merkle tree over the fields: names the block. Not the proof-of-work hash. */
  readonly blockHash: Uint8Array;
}

const HASH = 32;
const ADJACENT = 4 + HASH;
/** Where the adjacent parents begin, behind their count. */
const ADJACENTS_AT = 50;
const LARGEST_U32 = 0xffff_ffff;
const LARGEST_U16 = 0xffff;
const LARGEST_I64 = (1n << 63n) - 1n;

/** Bytes of a work header where every chain has `degree` neighbours: 178 + 36 each. */
export function workHeaderBytes(degree: number): number {
  return ADJACENTS_AT + ADJACENT * requireInteger(degree, 0, LARGEST_U16, 'degree') + 128;
}

/** Bytes of a whole header: 210 + 36 for each neighbour. */
export function headerBytes(degree: number): number {
  return workHeaderBytes(degree) + HASH;
}

/**
 * @param bytes - without the block hash: 286 where a chain has three neighbours
 * @throws {@link PowError} `POW_WORK_SIZE` when the length is not the one that the count of
 *   adjacent parents asks for; `POW_ARGUMENT` when these are not ascending
 */
export function decodeWorkHeader(bytes: Uint8Array): WorkHeader {
  return readWorkHeader(requireHeader(bytes, 0));
}

/** @throws {@link PowError} as {@link decodeWorkHeader} */
export function decodeHeader(bytes: Uint8Array): ChainwebHeader {
  const header = requireHeader(bytes, HASH);
  return { ...readWorkHeader(header), blockHash: header.slice(-HASH) };
}

/**
 * The inverse of {@link decodeWorkHeader}.
 *
 * @throws {@link PowError} `POW_ARGUMENT` that names the field that does not fit
 */
export function encodeWorkHeader(header: WorkHeader): Uint8Array<ArrayBuffer> {
  requireObject(header, 'header');
  const bytes = new Uint8Array(workHeaderBytes(requireAdjacents(header.adjacents).length));
  writeWorkHeader(header, bytes);
  return bytes;
}

/** The inverse of {@link decodeHeader}. The block hash is written as given, not computed. */
export function encodeHeader(header: ChainwebHeader): Uint8Array<ArrayBuffer> {
  requireObject(header, 'header');
  const bytes = new Uint8Array(headerBytes(requireAdjacents(header.adjacents).length));
  writeWorkHeader(header, bytes);
  bytes.set(requireBytesOf(header.blockHash, HASH, 'blockHash'), bytes.length - HASH);
  return bytes;
}

/** Whole bytes of the length that their own count of adjacent parents asks for. */
function requireHeader(value: unknown, tail: number): Uint8Array {
  const bytes = requireBytes(value, 'bytes');
  if (bytes.length < ADJACENTS_AT) throw wrongSize(`a header is not ${bytes.length} bytes`);
  const degree = viewOf(bytes).getUint16(48, true);
  const expected = workHeaderBytes(degree) + tail;
  if (bytes.length === expected) return bytes;
  const kind = tail === 0 ? 'a header without its block hash' : 'a header with its block hash';
  throw wrongSize(
    `${kind} and with ${degree} adjacent parents is ${expected} bytes, not ${bytes.length}`,
  );
}

function wrongSize(detail: string): PowError {
  return new PowError('POW_WORK_SIZE', detail, { argument: 'bytes' });
}

function readWorkHeader(bytes: Uint8Array): WorkHeader {
  const view = viewOf(bytes);
  const adjacents = Array.from({ length: view.getUint16(48, true) }, (_, i) => {
    const at = ADJACENTS_AT + i * ADJACENT;
    return { chain: view.getUint32(at, true), hash: hashAt(bytes, at + 4) };
  });
  requireAdjacents(adjacents);
  const at = ADJACENTS_AT + adjacents.length * ADJACENT;
  return {
    forkState: view.getBigUint64(0, true),
    creationTimeMicros: view.getBigInt64(8, true),
    parent: hashAt(bytes, 16),
    adjacents,
    target: Target.fromBytes(hashAt(bytes, at), 'le'),
    payloadHash: hashAt(bytes, at + 32),
    chain: view.getUint32(at + 64, true),
    weight: readU256(hashAt(bytes, at + 68)),
    height: view.getBigUint64(at + 100, true),
    version: view.getUint32(at + 108, true),
    epochStartMicros: view.getBigInt64(at + 112, true),
    nonce: view.getBigUint64(at + 120, true),
  };
}

function writeWorkHeader(header: WorkHeader, bytes: Uint8Array): void {
  const view = viewOf(bytes);
  view.setBigUint64(0, requireUnsigned(header.forkState, 64, 'forkState'), true);
  view.setBigInt64(8, requireTime(header.creationTimeMicros, 'creationTimeMicros'), true);
  bytes.set(requireBytesOf(header.parent, HASH, 'parent'), 16);
  view.setUint16(48, header.adjacents.length, true);
  header.adjacents.forEach(({ chain, hash }, i) => {
    view.setUint32(ADJACENTS_AT + i * ADJACENT, chain, true);
    bytes.set(requireBytesOf(hash, HASH, `adjacents[${i}].hash`), ADJACENTS_AT + i * ADJACENT + 4);
  });
  const at = ADJACENTS_AT + header.adjacents.length * ADJACENT;
  bytes.set(requireTarget(header.target).toBytes('le'), at);
  bytes.set(requireBytesOf(header.payloadHash, HASH, 'payloadHash'), at + 32);
  view.setUint32(at + 64, requireInteger(header.chain, 0, LARGEST_U32, 'chain'), true);
  bytes.set(u256Bytes(requireUnsigned(header.weight, 256, 'weight')), at + 68);
  view.setBigUint64(at + 100, requireUnsigned(header.height, 64, 'height'), true);
  view.setUint32(at + 108, requireInteger(header.version, 0, LARGEST_U32, 'version'), true);
  view.setBigInt64(at + 112, requireTime(header.epochStartMicros, 'epochStartMicros'), true);
  view.setBigUint64(at + 120, requireUnsigned(header.nonce, 64, 'nonce'), true);
}

/** The node keeps adjacent parents in a map: any other order would not come back. */
function requireAdjacents(adjacents: readonly AdjacentParent[]): readonly AdjacentParent[] {
  if (!Array.isArray(adjacents) || adjacents.length > LARGEST_U16) {
    throw badArgument('adjacents', 'an array of at most 65535', adjacents);
  }
  adjacents.forEach((adjacent: AdjacentParent, i) => {
    requireObject(adjacent, `adjacents[${i}]`);
    requireInteger(adjacent.chain, 0, LARGEST_U32, `adjacents[${i}].chain`);
    if (i > 0 && adjacent.chain <= (adjacents[i - 1] as AdjacentParent).chain) {
      throw badArgument(`adjacents[${i}].chain`, 'above the one before it', adjacent.chain);
    }
  });
  return adjacents;
}

function requireTarget(value: unknown): Target {
  if (targetPlan(value) === null) throw badArgument('target', 'a Target', value);
  return value as Target;
}

function requireTime(value: unknown, argument: string): bigint {
  const micros = requireBigint(value, argument);
  if (micros < -LARGEST_I64 - 1n || micros > LARGEST_I64) {
    throw badArgument(argument, 'a time of 64 bits in microseconds', value);
  }
  return micros;
}

function hashAt(bytes: Uint8Array, at: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes.subarray(at, at + HASH));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
