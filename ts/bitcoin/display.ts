/** Hashes as people write them: the bytes of the wire from last to first. */

import { requireBytesOf, requireHex } from '../core/arguments.js';

/** 32 bytes in wire order as 64 hex digits, the way block explorers show a block or transaction. */
export function toDisplayHex(hash: Uint8Array): string {
  return Buffer.from(requireBytesOf(hash, 32, 'hash'))
    .reverse()
    .toString('hex');
}

/**
 * The inverse of {@link toDisplayHex}.
 *
 * @throws {@link PowError} `POW_ARGUMENT`
 */
export function fromDisplayHex(hex: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(requireHex(hex, 64, 64, 'hex'), 'hex')).reverse();
}
