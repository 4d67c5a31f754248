/** The 80-byte block header of Bitcoin, written from a template. */

import type { BitcoinTemplate } from './template.js';

/** What a device rolls of it. */
export interface Message80 {
  readonly version: number;
  readonly time: number;
  readonly nonce: number;
}

export const HEADER_BYTES = 80;

/** @param root - Merkle root, 32 bytes in the order of the header */
export function writeHeader80(
  { previousHash, nBits }: BitcoinTemplate,
  { version, time, nonce }: Message80,
  root: Uint8Array,
  bytes: Buffer,
  at: number,
): void {
  bytes.writeUInt32LE(version, at);
  bytes.set(previousHash, at + 4);
  bytes.set(root, at + 36);
  bytes.writeUInt32LE(time, at + 68);
  bytes.writeUInt32LE(nBits, at + 72);
  bytes.writeUInt32LE(nonce, at + 76);
}
