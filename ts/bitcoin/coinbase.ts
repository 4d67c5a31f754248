/** The coinbase transaction with a hole for the extranonce, as pools hand it out. */

import {
  badArgument,
  requireBigint,
  requireBytes,
  requireInteger,
  requireObject,
} from '../core/arguments.js';
import { digestOf } from '../core/digest.js';
import { PowError } from '../errors.js';

/** All transactions of a block without their witnesses have no more (`MAX_BLOCK_BASE_SIZE`). */
const MOST_BYTES = 1_000_000;

/** In the order in which they stand in the transaction, without witnesses. */
export interface CoinbaseParts {
  readonly coinbase1: Uint8Array;
  /** The pool's, one for each session. */
  readonly extranonce1: Uint8Array;
  /** The miner's, of the size that the pool says. */
  readonly extranonce2: Uint8Array;
  readonly coinbase2: Uint8Array;
}

const PARTS = ['coinbase1', 'extranonce1', 'extranonce2', 'coinbase2'] as const;

/**
 * The whole transaction.
 *
 * @throws {@link PowError} `POW_ARGUMENT`: `argument` names the part; `POW_WORK_SIZE` when they are
 *   longer than a block
 */
export function coinbaseBytes(parts: CoinbaseParts): Uint8Array<ArrayBuffer> {
  requireObject(parts, 'parts');
  const all = PARTS.map((name) => requireBytes(parts[name], name));
  const length = all.reduce((sum, part) => sum + part.length, 0);
  if (length > MOST_BYTES) {
    const detail = `a coinbase of ${length} bytes is longer than a block`;
    throw new PowError('POW_WORK_SIZE', detail, { argument: 'parts' });
  }
  return new Uint8Array(Buffer.concat(all));
}

/** The hash of the whole transaction, 32 bytes in wire order: the leftmost leaf of the tree. */
export function coinbaseHash(parts: CoinbaseParts): Uint8Array<ArrayBuffer> {
  return digestOf('sha256d', coinbaseBytes(parts));
}

/**
 * A count as an extranonce: always `size` bytes, the most significant first.
 *
 * @param size - 1 to 32
 * @throws {@link PowError} `POW_ARGUMENT`: `count` does not fit, `size`
 */
export function encodeExtranonce(count: bigint, size: number): Uint8Array<ArrayBuffer> {
  const bits = 8n * BigInt(requireInteger(size, 1, 32, 'size'));
  if (requireBigint(count, 'count') < 0n || count >= 1n << bits) {
    throw badArgument('count', `from 0 to 2^${bits} - 1 in ${size} bytes`, count);
  }
  return new Uint8Array(Buffer.from(count.toString(16).padStart(2 * size, '0'), 'hex'));
}
