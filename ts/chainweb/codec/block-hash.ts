/** The hash that names a block: a Merkle root, nothing to do with proof of work. */

import { createHash } from 'node:crypto';
import type { WorkHeader } from './header.js';
import { u256Bytes } from './unsigned.js';

/** What a leaf holds: chainweb-node, `Chainweb.MerkleUniverse` (`ChainwebHashTag`). */
const TAG = {
  chain: 0x02,
  height: 0x03,
  weight: 0x04,
  forkState: 0x06,
  creationTime: 0x07,
  version: 0x08,
  target: 0x11,
  epochStart: 0x19,
  nonce: 0x20,
} as const;

/** SHA-512/256: 32 bytes. */
export function sha512t256(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const hash = createHash('sha512-256');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}

/**
 * Computes the block hash of a header. Hashes among the fields are nodes of the tree themselves.
 *
 * @returns 32 bytes
 */
export function blockHashOf(header: WorkHeader): Uint8Array<ArrayBuffer> {
  return merkleRoot([
    leaf(TAG.forkState, u64(header.forkState)),
    leaf(TAG.creationTime, i64(header.creationTimeMicros)),
    header.parent,
    leaf(TAG.target, header.target.toBytes('le')),
    header.payloadHash,
    leaf(TAG.chain, u32(header.chain)),
    leaf(TAG.weight, u256Bytes(header.weight)),
    leaf(TAG.height, u64(header.height)),
    leaf(TAG.version, u32(header.version)),
    leaf(TAG.epochStart, i64(header.epochStartMicros)),
    leaf(TAG.nonce, u64(header.nonce)),
    ...header.adjacents.map(({ hash }) => hash),
  ]);
}

/** What a genesis block states as its parent (`genesisParentBlockHash` of the node). */
export function genesisParentOf(version: number, chain: number): Uint8Array<ArrayBuffer> {
  return merkleRoot([
    sha512t256(Uint8Array.of(0), Buffer.from('CHAINWEB_GENESIS')),
    leaf(TAG.version, u32(version)),
    leaf(TAG.chain, u32(chain)),
  ]);
}

function leaf(tag: number, bytes: Uint8Array): Uint8Array {
  return sha512t256(Uint8Array.of(0, tag >> 8, tag & 0xff), bytes);
}

/** Left subtrees are full: the largest power of two below the count (as in RFC 6962, 2.1). */
function merkleRoot(nodes: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  if (nodes.length === 1) return new Uint8Array(nodes[0] as Uint8Array);
  let left = 1;
  while (left * 2 < nodes.length) left *= 2;
  return sha512t256(
    Uint8Array.of(1),
    merkleRoot(nodes.slice(0, left)),
    merkleRoot(nodes.slice(left)),
  );
}

function u32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: bigint): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
}

function i64(value: bigint): Uint8Array {
  return u64(BigInt.asUintN(64, value));
}
