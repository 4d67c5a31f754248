/** Names of transactions, and the root over them: `src/core/transaction.py` and `block.py`. */

import { badArgument } from '../../core/arguments.js';
import { digestOf } from '../../core/digest.js';
import type { JsonObject, JsonValue } from './json.js';
import { dumpJson } from './python-json.js';

/** What a transaction is named by; `tx_id` is not part of it, signatures are. */
const NAMED_FIELDS = ['version', 'inputs', 'outputs', 'lock_time', 'timestamp'] as const;

/** Root over no transactions. */
const NO_ROOT = '0'.repeat(64);

/** SHA-256 twice over UTF-8 text, as 64 hex digits. */
export function textHash(text: string): string {
  return Buffer.from(digestOf('sha256d', Buffer.from(text, 'utf8'))).toString('hex');
}

/**
 * The `tx_id` of a transaction, computed: double SHA-256 of its five fields as sorted JSON.
 *
 * @throws {@link PowError} `POW_ARGUMENT` that names the field that is missing
 */
export function transactionId(transaction: JsonObject): string {
  const named = new Map<string, JsonValue>();
  for (const field of NAMED_FIELDS) {
    const value = transaction.get(field);
    if (value === undefined) throw badArgument(`transaction.${field}`, 'there', value);
    named.set(field, value);
  }
  return textHash(dumpJson(named, { keys: 'sorted' }));
}

/**
 * The Merkle root of a block: a pair is the double SHA-256 of two ids as 128 characters of text, an
 * odd one is paired with itself, one transaction is its own root, none gives zeros.
 *
 * @param ids - of the transactions in their order, 64 hex digits each
 */
export function merkleRootOf(ids: readonly string[]): string {
  let level = ids;
  while (level.length > 1) {
    const next: string[] = [];
    for (let i = 0; i < level.length; i += 2) {
      const left = level[i] ?? '';
      next.push(textHash(left + (level[i + 1] ?? left)));
    }
    level = next;
  }
  return level[0] ?? NO_ROOT;
}
