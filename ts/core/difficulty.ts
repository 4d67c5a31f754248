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

/** So many that a quotient has more digits than a double, whatever the target. */
const EXTRA_BITS = 128n;

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
 * How many times harder than difficulty 1 a target is, rounded to a double in the end alone.
 *
 * @param target - above zero
 */
export function difficultyOfTarget(target: bigint, scale: DifficultyScale): number {
  return Number((DIFFICULTY_ONE[scale] << EXTRA_BITS) / target) / 2 ** Number(EXTRA_BITS);
}

/** A compact `nBits`, as Bitcoin Core takes it apart. */
export interface Compact {
  /** Without its sign; of one with more than 256 bits, the lower 256. */
  readonly value: bigint;
  readonly isNegative: boolean;
  readonly overflows: boolean;
}

/**
 * Takes apart any 32 bits (Bitcoin Core, `arith_uint256::SetCompact`).
 *
 * @throws {@link PowError} `POW_ARGUMENT`: no unsigned 32-bit number
 */
export function decodeCompact(nBits: number): Compact {
  const compact = requireInteger(nBits, 0, 0xffff_ffff, 'nBits');
  const size = compact >>> 24;
  const digits = BigInt(compact & 0x007f_ffff);
  const word = size <= 3 ? digits >> BigInt(8 * (3 - size)) : digits;
  const whole = size <= 3 ? word : word << BigInt(8 * (size - 3));
  return {
    value: whole & MAX_TARGET,
    isNegative: word !== 0n && (compact & 0x0080_0000) !== 0,
    overflows: whole > MAX_TARGET,
  };
}

/**
 * The target of a compact `nBits`. What Bitcoin Core's `CheckProofOfWork` refuses (negative, zero,
 * more than 256 bits) is thrown.
 */
export function targetOfCompact(nBits: unknown): bigint {
  const { value, isNegative, overflows } = decodeCompact(nBits as number);
  const spelled = `0x${(nBits as number).toString(16).padStart(8, '0')}`;
  if (isNegative) throw badArgument('nBits', 'a positive target', spelled);
  if (overflows) throw badArgument('nBits', 'a target of at most 256 bits', spelled);
  if (value === 0n) throw badArgument('nBits', 'a target above zero', spelled);
  return value;
}
