/** How a nonce is written into a message. `crates/pow-kernel/src/work.rs` is the same in Rust. */

import type { NonceEncoding, WorkPlan } from '../native/contract.js';

const ALL_NONCES = 1n << 64n;

interface BinaryEncoding {
  readonly width: number;
  readonly littleEndian: boolean;
}
interface TextEncoding {
  readonly base: 10 | 16;
  /** Digits of 2^64 - 1, or more. */
  readonly mostDigits: number;
}

/** Every encoding: bytes overwritten in place, or digits inserted. */
export const ENCODINGS: Readonly<Record<NonceEncoding, BinaryEncoding | TextEncoding>> = {
  u32le: { width: 4, littleEndian: true },
  u32be: { width: 4, littleEndian: false },
  u48le: { width: 6, littleEndian: true },
  u48be: { width: 6, littleEndian: false },
  u64le: { width: 8, littleEndian: true },
  u64be: { width: 8, littleEndian: false },
  decimal: { base: 10, mostDigits: 20 },
  hex: { base: 16, mostDigits: 16 },
};

/** How many nonces a layout holds: at most 2^64. */
export function nonceCount(plan: WorkPlan): bigint {
  const encoding = ENCODINGS[plan.nonceEncoding];
  if ('width' in encoding) return 1n << BigInt(8 * encoding.width);
  if (plan.nonceDigits === null) return ALL_NONCES;
  const count = BigInt(encoding.base) ** BigInt(plan.nonceDigits);
  return count < ALL_NONCES ? count : ALL_NONCES;
}

/** The exact bytes hashed for `nonce`, in a new array. */
export function messageOf(plan: WorkPlan, nonce: bigint): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(plan.message.length + insertedText(plan, nonce).length);
  writeMessage(plan, nonce, bytes, 0);
  return bytes;
}

/** Most bytes a message of this work takes, whatever the nonce. */
export function longestMessage(plan: WorkPlan): number {
  const encoding = ENCODINGS[plan.nonceEncoding];
  return (
    plan.message.length + ('width' in encoding ? 0 : (plan.nonceDigits ?? encoding.mostDigits))
  );
}

/** Writes the bytes hashed for `nonce` at `at`; gives the offset after them. */
export function writeMessage(plan: WorkPlan, nonce: bigint, bytes: Uint8Array, at: number): number {
  const { message, nonceOffset } = plan;
  const encoding = ENCODINGS[plan.nonceEncoding];
  if ('width' in encoding) {
    bytes.set(message, at);
    writeBinary(encoding, nonce, bytes, at + nonceOffset);
    return at + message.length;
  }
  const text = insertedText(plan, nonce);
  bytes.set(message.subarray(0, nonceOffset), at);
  for (let i = 0; i < text.length; i++) bytes[at + nonceOffset + i] = text.charCodeAt(i);
  bytes.set(message.subarray(nonceOffset), at + nonceOffset + text.length);
  return at + message.length + text.length;
}

const eightBytes = new Uint8Array(8);
const eightBytesView = new DataView(eightBytes.buffer);

function writeBinary(encoding: BinaryEncoding, nonce: bigint, bytes: Uint8Array, at: number): void {
  const { width, littleEndian } = encoding;
  eightBytesView.setBigUint64(0, nonce, littleEndian);
  const first = littleEndian ? 0 : 8 - width;
  for (let i = 0; i < width; i++) bytes[at + i] = eightBytes[first + i] as number;
}

/** The digits inserted for a text nonce; nothing for a binary one. */
function insertedText(plan: WorkPlan, nonce: bigint): string {
  const encoding = ENCODINGS[plan.nonceEncoding];
  if ('width' in encoding) return '';
  return nonce.toString(encoding.base).padStart(plan.nonceDigits ?? 0, '0');
}
