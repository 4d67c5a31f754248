/** What a mining program wrote, read: its nonce, and how many hashes it says it took. Pure. */

/** `hex`: up to 16 digits, the most significant first; `raw`: the 8 bytes as they stand in work. */
export const NONCE_FORMS = ['hex', 'raw'] as const;
export type NonceForm = (typeof NONCE_FORMS)[number];

export interface Answer {
  readonly nonce: bigint;
  /** `null`: it does not say. */
  readonly hashes: number | null;
}

/**
 * `hex`: the first word is the nonce, the second (if it is a number) the hashes it took.
 * `raw`: the first 8 bytes, little-endian.
 *
 * @returns what is wrong, in words, where there is no nonce
 */
export function readAnswer(stdout: Buffer, form: NonceForm): Answer | string {
  if (form === 'raw') {
    if (stdout.length >= 8) return { nonce: stdout.readBigUInt64LE(0), hashes: null };
    return `it wrote ${stdout.length} bytes, not the 8 of a nonce`;
  }
  const [nonce = '', hashes = ''] = stdout.toString('latin1').trim().split(/\s+/, 2);
  if (nonce === '') return 'it wrote no nonce';
  if (!/^(0x)?[\da-f]{1,16}$/i.test(nonce)) {
    return `it wrote ${JSON.stringify(nonce.slice(0, 40))}, not the 16 hex digits of a nonce`;
  }
  const count = /^\d{1,15}$/.test(hashes) ? Number(hashes) : null;
  return { nonce: BigInt(`0x${nonce.replace(/^0x/i, '')}`), hashes: count };
}
