/** Digests by code that other people wrote, against which every solution is checked. */

import { hash as nodeHash } from 'node:crypto';
import { blake2s as nobleBlake2s } from '@noble/hashes/blake2.js';
import type { Algorithm } from '../native/contract.js';

type Digest = (message: Uint8Array) => Uint8Array;
type NamedHash = (name: string, message: Uint8Array) => Uint8Array;

const byNode: NamedHash = (name, message) => nodeHash(name, message, 'buffer');

/**
 * Blake2s of `node:crypto`; of `@noble/hashes` where the OpenSSL under Node leaves it out.
 *
 * @param hash - throws for a name it does not know
 */
export function chooseBlake2s(hash: NamedHash): Digest {
  try {
    hash('blake2s256', new Uint8Array(0));
  } catch {
    return (message) => nobleBlake2s(message);
  }
  return (message) => hash('blake2s256', message);
}

const DIGESTS: Readonly<Record<Algorithm, Digest>> = {
  blake2s: chooseBlake2s(byNode),
  sha256: (message) => byNode('sha256', message),
  sha256d: (message) => byNode('sha256', byNode('sha256', message)),
};

/** The digest in wire order, 32 bytes in a new array; of `sha256d` the second hash. */
export function digestOf(algorithm: Algorithm, message: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(DIGESTS[algorithm](message));
}
