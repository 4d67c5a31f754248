/** Checks of what callers pass in. Each failure names the argument as the caller spells it. */

import { inspect } from 'node:util';
import { isSharedArrayBuffer, isUint8Array } from 'node:util/types';
import { PowError } from '../errors.js';

const show = (value: unknown): string =>
  inspect(value, {
    depth: 0,
    maxArrayLength: 4,
    maxStringLength: 64,
    breakLength: Number.POSITIVE_INFINITY,
    customInspect: false,
  });

/** The error for a value of the wrong kind. */
export function badArgument(argument: string, expected: string, value: unknown): PowError {
  return new PowError('POW_ARGUMENT', `${argument} must be ${expected}, not ${show(value)}`, {
    argument,
  });
}

/** An object to read options from. */
export function requireObject(value: unknown, argument: string): void {
  if (typeof value !== 'object' || value === null) throw badArgument(argument, 'an object', value);
}

/** One string of a list. */
export function requireOneOf<T extends string>(
  value: unknown,
  list: readonly T[],
  argument: string,
): T {
  if (!list.includes(value as T)) {
    const quoted = list.map((item) => `'${item}'`).join(', ');
    throw badArgument(argument, `one of ${quoted}`, value);
  }
  return value as T;
}

/** An integer Number, `least <= value <= most`. */
export function requireInteger(
  value: unknown,
  least: number,
  most: number,
  argument: string,
): number {
  if (!Number.isInteger(value) || (value as number) < least || (value as number) > most) {
    throw badArgument(argument, `an integer from ${least} to ${most}`, value);
  }
  return value as number;
}

/** A bigint of any size. */
export function requireBigint(value: unknown, argument: string): bigint {
  if (typeof value !== 'bigint') throw badArgument(argument, 'a bigint', value);
  return value;
}

/**
 * Bytes that nothing else can change or take away while they are read: a `Uint8Array` (so a
 * `Buffer` too) over memory that is neither shared nor detached.
 */
export function requireBytes(value: unknown, argument: string): Uint8Array {
  if (!isUint8Array(value)) throw badArgument(argument, 'a Uint8Array', value);
  if (isSharedArrayBuffer(value.buffer)) {
    throw new PowError('POW_ARGUMENT', `${argument} lies in shared memory; pass a copy`, {
      argument,
    });
  }
  if (value.length === 0) requireAttached(value.buffer, argument);
  return value;
}

/** Exactly `length` bytes. */
export function requireBytesOf(value: unknown, length: number, argument: string): Uint8Array {
  const bytes = requireBytes(value, argument);
  if (bytes.length !== length) {
    const detail = `${argument} must be ${length} bytes, not ${bytes.length}`;
    throw new PowError('POW_ARGUMENT', detail, { argument });
  }
  return bytes;
}

/** A detached view reads as empty. Node 20 has no `ArrayBuffer.prototype.detached`, so probe. */
function requireAttached(buffer: ArrayBufferLike, argument: string): void {
  try {
    new Uint8Array(buffer);
  } catch (cause) {
    const detail = `${argument} was detached: its memory now belongs to another thread`;
    throw new PowError('POW_ARGUMENT', detail, { argument, cause });
  }
}

/** Hexadecimal digits in either case, `least <= length <= most`. */
export function requireHex(value: unknown, least: number, most: number, argument: string): string {
  if (
    typeof value !== 'string' ||
    value.length < least ||
    value.length > most ||
    !/^[0-9a-f]+$/i.test(value)
  ) {
    const count = least === most ? `${most}` : `${least} to ${most}`;
    throw badArgument(argument, `${count} hexadecimal digits`, value);
  }
  return value;
}
