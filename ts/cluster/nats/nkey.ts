/** Nkeys: Ed25519 keys in base32, as nats-server knows users. Only as much as names a node. */

import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const KEY_BYTES = 32;
/** What stands before the 32 bytes of a private key in PKCS #8 (RFC 8410, section 7). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** @param text - letters and digits of base32 */
function decode(text: string): Buffer {
  let bits = 0n;
  for (const letter of text) bits = (bits << 5n) | BigInt(ALPHABET.indexOf(letter));
  const count = Math.floor((text.length * 5) / 8);
  const hex = (bits >> BigInt((text.length * 5) % 8)).toString(16).padStart(2 * count, '0');
  return Buffer.from(hex, 'hex');
}

/** @param nkey - `U` and 55 more: type, key, checksum */
export function idOfNkey(nkey: string): string {
  return idOf(decode(nkey).subarray(1, 1 + KEY_BYTES));
}

/** @param seed - `SU` and 56 more: types in two bytes, seed, checksum */
export function idOfSeed(seed: string): string {
  const raw = decode(seed).subarray(2, 2 + KEY_BYTES);
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, raw]), format: 'der', type: 'pkcs8' });
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' });
  return idOf(Buffer.from(x, 'base64url'));
}

function idOf(key: Uint8Array): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 32);
}
