/** Difficulty and compact targets, exactly: no floating point after the input is taken apart. */

import { badArgument, requireInteger, requireOneOf } from './arguments.js';

/** 2^256 - 1. */
export const MAX_TARGET = (1n << 256n) - 1n;

/** The target of difficulty 1. */
const DIFFICULTY_ONE = {
  /** chainweb-node, `Chainweb.Difficulty`: the maximum target. */
  chainweb: MAX_TARGET,
  /** Bitcoin's nBits 0x1d00ffff. */
  bitcoin: 0xffffn << 208n,
} as const;

export type DifficultyScale = keyof typeof DIFFICULTY_ONE;
const SCALES = Object.keys(DIFFICULTY_ONE) as DifficultyScale[];

/** floor(target of difficulty 1 / difficulty); a double is an exact rational. */
export function targetOfDifficulty(difficulty: unknown, scale: unknown): bigint {
  const one = DIFFICULTY_ONE[requireOneOf(scale, SCALES, 'scale')];
  if (typeof difficulty !== 'number' || !(difficulty > 0) || difficulty === Infinity) {
    throw badArgument('difficulty', 'a finite number above zero', difficulty);
  }
  const { mantissa, exponent } = rationalOf(difficulty);
  const target = exponent < 0n ? (one << -exponent) / mantissa : one / (mantissa << exponent);
  if (target > MAX_TARGET) {
    throw badArgument('difficulty', 'large enough for a target of 256 bits', difficulty);
  }
  return target;
}

/**
 * A finite positive double as `mantissa * 2^exponent` (IEEE 754 binary64). Subnormals have no
 * hidden bit, but with or without it no target fits a difficulty that small.
 */
function rationalOf(value: number): { mantissa: bigint; exponent: bigint } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const mantissa = (bits & ((1n << 52n) - 1n)) | (1n << 52n);
  return { mantissa, exponent: ((bits >> 52n) & 0x7ffn) - 1075n };
}

/**
 * The target of a compact `nBits`, as Bitcoin Core reads it (`arith_uint256::SetCompact`). What
 * `CheckProofOfWork` refuses (negative, zero, more than 256 bits) is thrown.
 */
export function targetOfCompact(nBits: unknown): bigint {
  const compact = requireInteger(nBits, 0, 0xffff_ffff, 'nBits');
  const size = compact >>> 24;
  const word = BigInt(compact & 0x007f_ffff);
  const target = size <= 3 ? word >> BigInt(8 * (3 - size)) : word << BigInt(8 * (size - 3));
  const spelled = `0x${compact.toString(16).padStart(8, '0')}`;
  if (target === 0n) throw badArgument('nBits', 'a target above zero', spelled);
  if ((compact & 0x0080_0000) !== 0) throw badArgument('nBits', 'a positive target', spelled);
  if (target > MAX_TARGET) throw badArgument('nBits', 'a target of at most 256 bits', spelled);
  return target;
}
