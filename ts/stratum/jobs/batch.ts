/**
 * Hashes many shares at once by the backend's batch verifier: of a Bitcoin share the coinbase,
 * every level of the Merkle branch and the header, level by level for the whole batch. With twelve
 * branches that is fourteen calls, whatever the number of shares.
 */

import { encodeHeader } from '../../bitcoin/index.js';
import { ALGORITHMS, type Algorithm } from '../../native/contract.js';
import { selectBackend } from '../../native/select.js';
import type { ReadShare } from './share.js';

const DIGEST = 32;
const NODE = 2 * DIGEST;

export interface HashedShares {
  /** 32 bytes each, in wire order. */
  readonly digests: Uint8Array;
  /** The exact bytes hashed, of each. */
  readonly messages: readonly Uint8Array[];
}

export function hashShares(shares: readonly ReadShare[]): HashedShares {
  const roots = merkleRoots(shares);
  const messages = shares.map((share, i) => {
    if (share.kind === 'chainweb') return share.header;
    const { parent, nBits } = share.template;
    const merkleRoot = roots.subarray(DIGEST * i, DIGEST * (i + 1));
    const { nonce } = share.fields;
    return encodeHeader({ ...share.fields, parent, merkleRoot, nBits, nonce: BigInt(nonce) });
  });
  const algorithms = shares.map((share) =>
    share.kind === 'chainweb' ? 'blake2s' : share.template.algorithm,
  );
  return { digests: digestsOf(algorithms, messages), messages };
}

/** 32 bytes for every share; nothing of use where there is no tree. */
function merkleRoots(shares: readonly ReadShare[]): Uint8Array {
  const roots = new Uint8Array(DIGEST * shares.length);
  const trees = shares.flatMap((share, at) =>
    share.kind === 'bitcoin' ? [{ at, share, branches: share.template.branches }] : [],
  );
  if (trees.length === 0) return roots;
  const coinbases = trees.map(({ share: { template, extranonce2 } }) =>
    Buffer.concat([template.coinbase1, template.extranonce1, extranonce2, template.coinbase2]),
  );
  store(trees, doubleHashes(coinbases), roots);
  for (let level = 0; ; level++) {
    const higher = trees.filter(({ branches }) => level < branches.length);
    if (higher.length === 0) return roots;
    const nodes = Buffer.alloc(NODE * higher.length);
    higher.forEach(({ at, branches }, i) => {
      nodes.set(roots.subarray(DIGEST * at, DIGEST * (at + 1)), NODE * i);
      nodes.set(branches[level] as Uint8Array, NODE * i + DIGEST);
    });
    store(higher, doubleHashesOf(nodes, NODE), roots);
  }
}

function store(trees: readonly { readonly at: number }[], from: Uint8Array, to: Uint8Array): void {
  trees.forEach(({ at }, i) => {
    to.set(from.subarray(DIGEST * i, DIGEST * (i + 1)), DIGEST * at);
  });
}

function doubleHashes(messages: readonly Uint8Array[]): Uint8Array {
  return digestsOf(new Array<Algorithm>(messages.length).fill('sha256d'), messages);
}

/** Of messages of one size, side by side. */
function doubleHashesOf(bytes: Uint8Array, size: number): Uint8Array {
  const count = bytes.length / size;
  const ends = Uint32Array.from({ length: count }, (_, i) => size * (i + 1));
  const algorithms = new Uint8Array(count).fill(ALGORITHMS.indexOf('sha256d'));
  return selectBackend('auto').hashMessages({ algorithms, bytes, ends });
}

function digestsOf(names: readonly Algorithm[], messages: readonly Uint8Array[]): Uint8Array {
  const ends = new Uint32Array(messages.length);
  let end = 0;
  messages.forEach((message, i) => {
    end += message.length;
    ends[i] = end;
  });
  const bytes = new Uint8Array(end);
  messages.forEach((message, i) => {
    bytes.set(message, (ends[i] as number) - message.length);
  });
  const algorithms = Uint8Array.from(names, (name) => ALGORITHMS.indexOf(name));
  return selectBackend('auto').hashMessages({ algorithms, bytes, ends });
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
