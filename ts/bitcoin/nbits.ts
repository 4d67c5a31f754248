/** Targets in the compact form of headers, and as difficulty. */

import { badArgument, requireBigint } from '../core/arguments.js';
import { difficultyOfTarget, MAX_TARGET } from '../core/difficulty.js';
import { type Target, targetPlan } from '../core/target.js';

/**
 * The compact form of a number (Bitcoin Core, `arith_uint256::GetCompact`): three digits of base
 * 256 and their count. The digits behind are cut off, so that a target gets no easier.
 *
 * @param value - `0 <= value < 2^256`
 * @throws {@link PowError} `POW_ARGUMENT`
 */
export function encodeCompact(value: bigint, sign: 'positive' | 'negative' = 'positive'): number {
  if (requireBigint(value, 'value') < 0n || value > MAX_TARGET) {
    throw badArgument('value', 'from 0 to 2^256 - 1', value);
  }
  let size = value === 0n ? 0 : Math.ceil(value.toString(16).length / 2);
  let digits = Number(
    size <= 3 ? value << BigInt(8 * (3 - size)) : value >> BigInt(8 * (size - 3)),
  );
  // The highest bit is the sign.
  if ((digits & 0x0080_0000) !== 0) {
    digits >>>= 8;
    size += 1;
  }
  const signBit = sign === 'negative' && digits !== 0 ? 0x0080_0000 : 0;
  return size * 2 ** 24 + (digits | signBit);
}

/**
 * How many times harder than difficulty 1 (0xffff * 2^208) a target is, as a double.
 * `Target.fromDifficulty(difficulty, 'bitcoin')` goes the other way.
 *
 * @throws {@link PowError} `POW_ARGUMENT`: a target of zero has no difficulty
 */
export function difficultyOf(target: Target): number {
  if (targetPlan(target) === null) throw badArgument('target', 'a Target', target);
  if (target.toBigInt() === 0n) throw badArgument('target', 'above zero', 0n);
  return difficultyOfTarget(target.toBigInt(), 'bitcoin');
}
