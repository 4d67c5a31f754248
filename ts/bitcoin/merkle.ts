/** The Merkle tree of a block's transactions: SHA-256d of pairs, the last one twice if it is odd. */

import { badArgument, requireBytesOf } from '../core/arguments.js';
import { digestOf } from '../core/digest.js';

/** More levels than the transactions of any block make. */
const MOST_LEVELS = 32;

/**
 * The root above a leaf: what a branch leads to.
 *
 * @param leaf - 32 bytes: the hash of the coinbase transaction, the leftmost leaf
 * @param branch - its neighbour on each level from below, 32 bytes each, as Stratum sends them
 * @throws {@link PowError} `POW_ARGUMENT`: `leaf`, `branch`, `branch[2]`
 */
export function foldBranch(
  leaf: Uint8Array,
  branch: readonly Uint8Array[],
): Uint8Array<ArrayBuffer> {
  let root = new Uint8Array(requireBytesOf(leaf, 32, 'leaf'));
  requireHashes(branch, MOST_LEVELS, 'branch').forEach((hash) => {
    root = pairHash(root, hash);
  });
  return root;
}

/**
 * The root of a block.
 *
 * @param txids - one or more of 32 bytes in wire order, the coinbase first. Two lists may have the
 *   same root when the end of one is repeated in the other (CVE-2012-2459): a root alone does not
 *   prove how many there are.
 * @throws {@link PowError} `POW_ARGUMENT`: `txids`, `txids[2]`
 */
export function merkleRoot(txids: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let level = requireTxids(txids);
  while (level.length > 1) level = levelAbove(level);
  return new Uint8Array(level[0] as Uint8Array);
}

/**
 * The branch that leads from the coinbase to the root, whatever the coinbase is.
 *
 * @param txids - as for {@link merkleRoot}; the first one is not looked at
 * @throws {@link PowError} `POW_ARGUMENT`: `txids`, `txids[2]`
 */
export function coinbaseBranch(txids: readonly Uint8Array[]): readonly Uint8Array<ArrayBuffer>[] {
  const branch: Uint8Array<ArrayBuffer>[] = [];
  let level = requireTxids(txids);
  while (level.length > 1) {
    branch.push(new Uint8Array(level[1] as Uint8Array));
    level = levelAbove(level);
  }
  return branch;
}

function levelAbove(level: readonly Uint8Array[]): readonly Uint8Array[] {
  const above: Uint8Array[] = [];
  for (let i = 0; i < level.length; i += 2) {
    const left = level[i] as Uint8Array;
    above.push(pairHash(left, level[i + 1] ?? left));
  }
  return above;
}

function pairHash(left: Uint8Array, right: Uint8Array): Uint8Array<ArrayBuffer> {
  return digestOf('sha256d', Buffer.concat([left, right]));
}

function requireTxids(value: unknown): readonly Uint8Array[] {
  const txids = requireHashes(value, 2 ** 20, 'txids');
  if (txids.length === 0) throw badArgument('txids', 'one or more hashes', value);
  return txids;
}

function requireHashes(value: unknown, most: number, argument: string): readonly Uint8Array[] {
  if (!Array.isArray(value) || value.length > most) {
    throw badArgument(argument, `an array of at most ${most} hashes`, value);
  }
  return value.map((hash, i) => requireBytesOf(hash, 32, `${argument}[${i}]`));
}
