/**
 * Hashes many shares at once by the backend: of Bitcoin shares the coinbases and Merkle branches in
 * one call, then the headers of all in another, whatever the number of shares and branches.
 */

import { encodeHeader } from '../../bitcoin/index.js';
import { ALGORITHMS, type Algorithm, type MessageBatch } from '../../native/contract.js';
import { selectBackend } from '../../native/select.js';
import type { ReadShare } from './share.js';

const DIGEST = 32;

type BitcoinShare = Extract<ReadShare, { readonly kind: 'bitcoin' }>;
type Branch = BitcoinShare['template']['branches'];

export interface HashedShares {
  /** 32 bytes each, in wire order. */
  readonly digests: Uint8Array;
  /** The exact bytes hashed, of each. */
  readonly messages: readonly Uint8Array[];
}

export function hashShares(shares: readonly ReadShare[]): HashedShares {
  const roots = merkleRoots(shares.filter((share) => share.kind === 'bitcoin'));
  let at = 0;
  const messages = shares.map((share) => {
    if (share.kind === 'chainweb') return share.header;
    const { parent, nBits } = share.template;
    const { version, timeSeconds, nonce } = share.fields;
    const merkleRoot = roots.subarray(at, at + DIGEST);
    at += DIGEST;
    return encodeHeader({ version, parent, merkleRoot, timeSeconds, nBits, nonce: BigInt(nonce) });
  });
  const algorithms = shares.map((share) =>
    share.kind === 'chainweb' ? 'blake2s' : share.template.algorithm,
  );
  return { digests: digestsOf(algorithms, messages), messages };
}

/** 32 bytes for every share. */
function merkleRoots(shares: readonly BitcoinShare[]): Uint8Array {
  if (shares.length === 0) return new Uint8Array();
  const coinbases = shares.map(({ template: { coinbase1, extranonce1, coinbase2 }, extranonce2 }) =>
    Buffer.concat([coinbase1, extranonce1, extranonce2, coinbase2]),
  );
  const hashes: Uint8Array[] = [];
  // Shares of one job have one branch.
  const begins = new Map<Branch, number>();
  const spans = new Uint32Array(2 * shares.length);
  shares.forEach(({ template: { branches } }, i) => {
    const begin = begins.get(branches) ?? hashes.length;
    if (begin === hashes.length) hashes.push(...branches);
    begins.set(branches, begin);
    spans[2 * i] = begin;
    spans[2 * i + 1] = begin + branches.length;
  });
  const branches = Buffer.concat(hashes);
  return selectBackend('auto').merkleRoots({ ...packed(coinbases), branches, spans });
}

function digestsOf(names: readonly Algorithm[], messages: readonly Uint8Array[]): Uint8Array {
  const algorithms = Uint8Array.from(names, (name) => ALGORITHMS.indexOf(name));
  return selectBackend('auto').hashMessages({ algorithms, ...packed(messages) });
}

function packed(messages: readonly Uint8Array[]): Pick<MessageBatch, 'bytes' | 'ends'> {
  const ends = new Uint32Array(messages.length);
  let end = 0;
  messages.forEach((message, i) => {
    end += message.length;
    ends[i] = end;
  });
  return { bytes: Buffer.concat(messages, end), ends };
}

/**
 * Whether the digest that begins at `at` is at or below a target.
 *
 * @param target - 32 bytes, most significant first
 */
export function meets(digests: Uint8Array, at: number, target: Uint8Array): boolean {
  for (let i = 0; i < DIGEST; i++) {
    const difference = (digests[at + DIGEST - 1 - i] as number) - (target[i] as number);
    if (difference !== 0) return difference < 0;
  }
  return true;
}
