/**
 * The 80 bytes that Bitcoin hashes: every field by name, and back to the same bytes.
 *
 * Layout after Bitcoin Core, `CBlockHeader` (`primitives/block.h`): six fields, integers with the
 * least significant byte first.
 */

import {
  badArgument,
  requireBigint,
  requireBytes,
  requireBytesOf,
  requireInteger,
  requireObject,
} from '../core/arguments.js';
import { digestOf } from '../core/digest.js';
import { PowError } from '../errors.js';

const HEADER_BYTES = 80;
/** Where the nonce sits in the header. */
export const NONCE_OFFSET = 76;

const LARGEST_U32 = 0xffff_ffff;

/** Hashes are 32 bytes in wire order, which block explorers show from last to first. */
export interface BitcoinHeader {
  /** Unsigned 32 bits, so that bits can be rolled; Bitcoin Core shows them signed. */
  readonly version: number;
  readonly parent: Uint8Array;
  readonly merkleRoot: Uint8Array;
  /** Since the POSIX epoch; unsigned 32 bits. */
  readonly timeSeconds: number;
  /** The target in compact form, any 32 bits: see `decodeCompact`. */
  readonly nBits: number;
  /** `0 <= nonce < 2^32`; a bigint as every nonce here. */
  readonly nonce: bigint;
}

/**
 * @param bytes - exactly 80
 * @throws {@link PowError} `POW_WORK_SIZE` for any other length, `POW_ARGUMENT`
 */
export function decodeHeader(bytes: Uint8Array): BitcoinHeader {
  requireHeaderBytes(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    version: view.getUint32(0, true),
    parent: new Uint8Array(bytes.subarray(4, 36)),
    merkleRoot: new Uint8Array(bytes.subarray(36, 68)),
    timeSeconds: view.getUint32(68, true),
    nBits: view.getUint32(72, true),
    nonce: BigInt(view.getUint32(NONCE_OFFSET, true)),
  };
}

/**
 * The inverse of {@link decodeHeader}.
 *
 * @throws {@link PowError} `POW_ARGUMENT`: `argument` names the field
 */
export function encodeHeader(header: BitcoinHeader): Uint8Array<ArrayBuffer> {
  requireObject(header, 'header');
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, requireInteger(header.version, 0, LARGEST_U32, 'version'), true);
  bytes.set(requireBytesOf(header.parent, 32, 'parent'), 4);
  bytes.set(requireBytesOf(header.merkleRoot, 32, 'merkleRoot'), 36);
  view.setUint32(68, requireInteger(header.timeSeconds, 0, LARGEST_U32, 'timeSeconds'), true);
  view.setUint32(72, requireInteger(header.nBits, 0, LARGEST_U32, 'nBits'), true);
  view.setUint32(NONCE_OFFSET, Number(requireNonce32(header.nonce)), true);
  return bytes;
}

/** The hash of a header by SHA-256d, 32 bytes in wire order: proof of work and name of the block. */
export function blockHashOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return digestOf('sha256d', requireHeaderBytes(bytes));
}

/** Exactly 80 bytes. */
function requireHeaderBytes(value: unknown): Uint8Array {
  const bytes = requireBytes(value, 'bytes');
  if (bytes.length === HEADER_BYTES) return bytes;
  const detail = `a header is ${HEADER_BYTES} bytes, not ${bytes.length}`;
  throw new PowError('POW_WORK_SIZE', detail, { argument: 'bytes' });
}

function requireNonce32(value: unknown): bigint {
  const nonce = requireBigint(value, 'nonce');
  if (nonce < 0n || nonce > BigInt(LARGEST_U32)) {
    throw badArgument('nonce', 'from 0 to 2^32 - 1', value);
  }
  return nonce;
}
