/** Unsigned integers of the wire, least significant byte first. */

import { badArgument, requireBigint } from '../../core/arguments.js';

/** 32 bytes as a number. */
export function readU256(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
}

/** 32 bytes in a new array. */
export function u256Bytes(value: bigint): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(value.toString(16).padStart(64, '0'), 'hex')).reverse();
}

/** `0 <= value < 2^bits`. */
export function requireUnsigned(value: unknown, bits: number, argument: string): bigint {
  const number = requireBigint(value, argument);
  if (number < 0n || number >= 1n << BigInt(bits)) {
    throw badArgument(argument, `from 0 to 2^${bits} - 1`, value);
  }
  return number;
}
