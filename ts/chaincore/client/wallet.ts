/** Addresses that are paid: base58check, as Bitcoin's. */

import { badArgument } from '../../core/arguments.js';
import { digestOf } from '../../core/digest.js';

const DIGITS = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const BYTES = 25;
const CHECKSUM = 4;

/**
 * @param value - 26 to 35 base58 digits that hold 25 bytes: version, 20 of a hash, and the first
 *   four of the double SHA-256 of both
 * @throws {@link PowError} `POW_ARGUMENT` that says which of it is wrong
 */
export function requireWallet(value: unknown): string {
  if (typeof value !== 'string' || !/^[1-9A-HJ-NP-Za-km-z]{26,35}$/.test(value)) {
    throw badArgument('wallet', '26 to 35 base58 digits (no 0, O, I or l)', value);
  }
  const bytes = base58Bytes(value);
  if (bytes === null) throw badArgument('wallet', `an address of ${BYTES} bytes`, value);
  const sum = digestOf('sha256d', bytes.subarray(0, BYTES - CHECKSUM)).subarray(0, CHECKSUM);
  if (Buffer.compare(sum, bytes.subarray(BYTES - CHECKSUM)) === 0) return value;
  throw badArgument('wallet', 'an address whose checksum fits: one digit may be mistyped', value);
}

/** `null`: not 25 bytes. Each leading `1` is a zero byte. */
function base58Bytes(text: string): Uint8Array | null {
  const number = [...text].reduce((sum, digit) => sum * 58n + BigInt(DIGITS.indexOf(digit)), 0n);
  const zeros = /^1*/.exec(text)?.[0].length ?? 0;
  const hex = number === 0n ? '' : number.toString(16);
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
  return zeros + bytes.length === BYTES ? Buffer.concat([Buffer.alloc(zeros), bytes]) : null;
}
