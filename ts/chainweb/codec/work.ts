/** What a node hands out to mine, and how the core searches it. */

import { badArgument, requireBytes, requireInteger, requireObject } from '../../core/arguments.js';
import { digestOf } from '../../core/digest.js';
import type { Target } from '../../core/target.js';
import { Work } from '../../core/work.js';
import { PowError } from '../../errors.js';
import { decodeWorkHeader, encodeWorkHeader, type WorkHeader } from './header.js';

/** In front of the work in the body of `/mining/work`: chain (u32) and target. */
const PREFIX = 4 + 32;

/** The body of `/mining/work`, taken apart. */
export interface WorkResponse {
  /** The exact bytes to mine, in a new array. */
  readonly work: Uint8Array<ArrayBuffer>;
  /** The same by name: also says the chain and the target. */
  readonly header: WorkHeader;
}

/**
 * @param bytes - chain (u32 LE) | target (32, LE) | work header: 322 where a chain has three
 *   neighbours
 * @throws {@link PowError} `POW_WORK_SIZE` for any other length; `POW_ARGUMENT` when chain or
 *   target are not those of the work header
 */
export function decodeWorkResponse(bytes: Uint8Array): WorkResponse {
  requireBytes(bytes, 'bytes');
  if (bytes.length <= PREFIX) {
    const detail = `a work response is not ${bytes.length} bytes`;
    throw new PowError('POW_WORK_SIZE', detail, { argument: 'bytes' });
  }
  const work = new Uint8Array(bytes.subarray(PREFIX));
  const header = decodeWorkHeader(work);
  const expected = prefixOf(header);
  if (!expected.equals(bytes.subarray(0, PREFIX))) {
    const stated = Buffer.from(bytes.subarray(0, PREFIX)).toString('hex');
    const wanted = `led by the chain and target of its own header (${expected.toString('hex')})`;
    throw badArgument('bytes', wanted, stated);
  }
  return { work, header };
}

/** The inverse of {@link decodeWorkResponse}. */
export function encodeWorkResponse(header: WorkHeader): Uint8Array<ArrayBuffer> {
  const work = encodeWorkHeader(header);
  return new Uint8Array(Buffer.concat([prefixOf(header), work]));
}

function prefixOf({ chain, target }: WorkHeader): Buffer {
  const prefix = Buffer.alloc(PREFIX);
  prefix.writeUInt32LE(chain);
  prefix.set(target.toBytes('le'), 4);
  return prefix;
}

/** The proof-of-work hash of a solved work header: Blake2s-256, 32 bytes in wire order. */
export function powHashOf(work: Uint8Array): Uint8Array<ArrayBuffer> {
  return digestOf('blake2s', requireBytes(work, 'work'));
}

export interface ChainwebWorkOptions {
  /**
   * The two nonce bytes that a pool fixes, as a number (`0x0abc`): the low 16 bits of the nonce.
   * The core then searches the other 48, and its nonces are the pool's `nonce2`.
   */
  readonly nonce1?: number | undefined;
}

/** A search, ready for the core. */
export interface ChainwebWork {
  readonly work: Work;
  /** As the header states it. A pool's may be easier. */
  readonly target: Target;
}

/**
 * The search for a work header's nonce: its last eight bytes, of which nothing else is touched.
 *
 * @param bytes - a work header, 286 where a chain has three neighbours
 * @throws {@link PowError} as {@link decodeWorkHeader}; `POW_ARGUMENT` for `nonce1`
 */
export function chainwebWork(bytes: Uint8Array, options: ChainwebWorkOptions = {}): ChainwebWork {
  requireObject(options, 'options');
  const { target } = decodeWorkHeader(bytes);
  const message = new Uint8Array(bytes);
  const offset = message.length - 8;
  const { nonce1 } = options;
  if (nonce1 !== undefined) {
    requireInteger(nonce1, 0, 0xffff, 'nonce1');
    message.set([nonce1 & 0xff, nonce1 >> 8], offset);
  }
  const nonce =
    nonce1 === undefined
      ? ({ offset, encoding: 'u64le' } as const)
      : ({ offset: offset + 2, encoding: 'u48le' } as const);
  return { work: new Work({ algorithm: 'blake2s', message, nonce, hashOrder: 'le' }), target };
}
