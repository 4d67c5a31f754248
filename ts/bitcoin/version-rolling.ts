/** Version bits that a miner may change (BIP 310 `version-rolling`, BIP 320). */

import { badArgument, requireBigint, requireInteger } from '../core/arguments.js';

const LARGEST_U32 = 0xffff_ffff;

/**
 * The version of a header whose miner chose some bits.
 *
 * @param mask - bits that may be chosen; all are unsigned 32 bits
 * @param bits - their values; none outside of the mask (BIP 310: `version_bits & ~mask` is 0)
 * @throws {@link PowError} `POW_ARGUMENT`
 */
export function rolledVersion(version: number, mask: number, bits: number): number {
  requireInteger(version, 0, LARGEST_U32, 'version');
  requireInteger(mask, 0, LARGEST_U32, 'mask');
  requireInteger(bits, 0, LARGEST_U32, 'bits');
  if ((bits & ~mask) !== 0) {
    throw badArgument('bits', `within the mask 0x${hex(mask)}`, `0x${hex(bits)}`);
  }
  return ((version & ~mask) | bits) >>> 0;
}

/** How many versions a mask allows: two for each of its bits. */
export function versionVariants(mask: number): bigint {
  return 1n << BigInt(positionsOf(mask).length);
}

/**
 * The bits of one variant: its binary digits, spread over the mask from the lowest bit up.
 *
 * @param variant - below {@link versionVariants}
 * @throws {@link PowError} `POW_ARGUMENT`
 */
export function versionBits(mask: number, variant: bigint): number {
  const positions = positionsOf(mask);
  if (requireBigint(variant, 'variant') < 0n || variant >= 1n << BigInt(positions.length)) {
    throw badArgument('variant', `from 0 to 2^${positions.length} - 1`, variant);
  }
  const chosen = positions.filter((_, i) => ((variant >> BigInt(i)) & 1n) === 1n);
  return chosen.reduce((bits, position) => bits + 2 ** position, 0);
}

function positionsOf(mask: number): readonly number[] {
  requireInteger(mask, 0, LARGEST_U32, 'mask');
  return Array.from({ length: 32 }, (_, i) => i).filter((i) => ((mask >>> i) & 1) === 1);
}

function hex(bits: number): string {
  return bits.toString(16).padStart(8, '0');
}
