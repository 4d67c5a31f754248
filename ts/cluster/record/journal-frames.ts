/** Records in a file: length, CRC32C, bytes. The CRC is over the length as well. */

import { crc32c } from '../../core/crc32c.js';

/** Length and CRC, each four bytes, big endian. */
const HEADER = 8;
/** A longer one was never written. */
const MOST_RECORD_BYTES = 1 << 30;
/** How far a whole record is looked for. */
const MOST_SEARCHED = 1 << 20;

export function frameOf(record: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(HEADER + record.length);
  frame.writeUInt32BE(record.length, 0);
  frame.set(record, HEADER);
  frame.writeUInt32BE(crcOf(frame), 4);
  return frame;
}

/** The whole record at `at`; `null`: it is damaged, or was not written to its end. */
export function frameAt(bytes: Buffer, at: number): { record: Buffer; next: number } | null {
  if (at + HEADER > bytes.length) return null;
  const length = bytes.readUInt32BE(at);
  const next = at + HEADER + length;
  if (length === 0 || length > MOST_RECORD_BYTES || next > bytes.length) return null;
  const frame = bytes.subarray(at, next);
  if (crcOf(frame) !== frame.readUInt32BE(4)) return null;
  return { record: frame.subarray(HEADER), next };
}

/** Whether a whole record begins anywhere behind `at`: then it is not the tail that is damaged. */
export function hasFrameBehind(bytes: Buffer, at: number): boolean {
  const end = Math.min(bytes.length - HEADER, at + MOST_SEARCHED);
  for (let i = at + 1; i < end; i++) {
    if (frameAt(bytes, i) !== null) return true;
  }
  return false;
}

function crcOf(frame: Buffer): number {
  return crc32c(frame.subarray(HEADER), crc32c(frame.subarray(0, 4)));
}
