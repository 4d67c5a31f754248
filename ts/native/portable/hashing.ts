/** The three algorithms, by `@noble/hashes`. */

import { blake2s } from '@noble/hashes/blake2.js';
import { sha256 } from '@noble/hashes/sha2.js';
import type { Hash } from '@noble/hashes/utils.js';
import type { Algorithm } from '../contract.js';

export const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;

/** Bytes the padding needs behind the message: SHA-256 writes a 1 bit and a 64-bit length. */
export const PADDING_BYTES: Readonly<Record<Algorithm, number>> = {
  blake2s: 0,
  sha256: 9,
  sha256d: 9,
};

/** The digest of a whole message, in wire order. */
export function digestOf(algorithm: Algorithm, message: Uint8Array): Uint8Array {
  switch (algorithm) {
    case 'blake2s':
      return blake2s(message);
    case 'sha256':
      return sha256(message);
    case 'sha256d':
      return sha256(sha256(message));
  }
}

/**
 * Hashes messages that begin with the same bytes: the blocks of `prefix` are hashed once.
 *
 * @returns maps the rest of a message to its digest; the digest array is used again by every call
 */
export function tailHasher(
  algorithm: Algorithm,
  prefix: Uint8Array,
): (tail: Uint8Array) => Uint8Array {
  switch (algorithm) {
    case 'blake2s':
      return continuing(blake2s.create().update(prefix));
    case 'sha256':
      return continuing(sha256.create().update(prefix));
    case 'sha256d': {
      const first = continuing(sha256.create().update(prefix));
      const second = continuing(sha256.create());
      return (tail) => second(first(tail));
    }
    default:
      throw new TypeError(`no such algorithm: ${String(algorithm satisfies never)}`);
  }
}

/** Copying the midstate into one scratch hasher allocates nothing and always beats hashing anew. */
function continuing<H extends Hash<H>>(midstate: H): (tail: Uint8Array) => Uint8Array {
  const scratch = midstate.clone();
  const digest = new Uint8Array(DIGEST_BYTES);
  return (tail) => {
    midstate._cloneInto(scratch).update(tail).digestInto(digest);
    return digest;
  };
}
