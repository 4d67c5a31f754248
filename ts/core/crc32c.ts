/** CRC32C: finds accidents, not forgers. */

import type { Backend } from '../native/contract.js';
import { selectBackend } from '../native/select.js';

let backend: Backend | undefined;

/**
 * CRC32C (Castagnoli, as in RFC 3720 B.4) of `bytes`, an unsigned 32-bit number.
 *
 * @param seed - the CRC of the bytes that came before, so that parts make up a whole
 */
export function crc32c(bytes: Uint8Array, seed = 0): number {
  backend ??= selectBackend('auto');
  return backend.crc32c(bytes, seed);
}
