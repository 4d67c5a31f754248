/** Blocks, taken apart and checked as far as a block can be on its own. */

import { badArgument } from '../../core/arguments.js';
import { PowError } from '../../errors.js';
import {
  requireHash,
  requireJsonObject,
  requireList,
  requireTimestamp,
  requireWhole,
} from '../codec/fields.js';
import {
  BLOCK_LAYOUTS,
  type BlockFields,
  type BlockLayout,
  chaincoreHash,
  type JsonObject,
  type JsonValue,
  meetsDifficulty,
  merkleRootOf,
  NumberText,
} from '../codec.js';
import { MOST_CONFIGURED } from '../difficulty/checked-rule.js';
import { GENESIS_DIFFICULTY } from '../difficulty.js';
import { decodeTransaction, type Transaction } from './transaction.js';

export interface Block extends BlockFields {
  readonly nonce: bigint;
  /** 64 hex digits: of the text that it was mined by. */
  readonly hash: string;
  /** `timestampText` as a number. */
  readonly timestamp: number;
  readonly transactions: readonly Transaction[];
  /** The fields that count, and no others. */
  readonly json: JsonObject;
}

export const MOST_BLOCK_TRANSACTIONS = 1000;
const NONCES = 1n << 64n;

/**
 * Computes every hash in it again.
 *
 * @throws {@link PowError} `POW_ARGUMENT` that names the field; `POW_MISMATCH` for an id, a root or a
 *   hash that is not what the rest gives, or that has too few zeros
 */
export function decodeBlock(value: JsonValue | undefined): Block {
  const json = requireJsonObject(value, 'block');
  const difficulty = requireWhole(
    json.get('target_difficulty'),
    1,
    MOST_CONFIGURED,
    'target_difficulty',
  );
  const list = requireList(json.get('transactions'), 'transactions');
  if (list.length === 0 || list.length > MOST_BLOCK_TRANSACTIONS) {
    throw badArgument('transactions', `1 to ${MOST_BLOCK_TRANSACTIONS} of them`, list.length);
  }
  const transactions = list.map((item, i) => decodeTransaction(item, `transactions[${i}]`));
  const merkleRoot = merkleRootOf(transactions.map(({ id }) => id));
  const timestampText = requireTimestamp(json.get('timestamp'), 'timestamp');
  const fields = {
    index: requireWhole(json.get('index'), 1, Number.MAX_SAFE_INTEGER, 'index'),
    previousHash: requireHash(json.get('previous_hash'), 'previous_hash'),
    ...{ merkleRoot, timestampText, difficulty },
  };
  const stated = json.get('merkle_root');
  if (stated !== undefined && stated !== merkleRoot) {
    const detail = `merkle_root is ${String(stated)}, the transactions give ${merkleRoot}`;
    throw new PowError('POW_MISMATCH', detail, { argument: 'merkle_root' });
  }
  const nonce = requireNonce(json.get('nonce'));
  const hash = checkedHash(fields, nonce, json.get('hash'));
  return {
    ...fields,
    ...{ nonce, hash, transactions },
    timestamp: Number(timestampText),
    json: blockJson(fields, nonce, hash, transactions),
  };
}

function requireNonce(value: JsonValue | undefined): bigint {
  const nonce = value instanceof NumberText && /^\d{1,20}$/.test(value.text) && BigInt(value.text);
  if (nonce !== false && nonce < NONCES) return nonce;
  throw badArgument('nonce', 'a whole number from 0, below 2^64', value);
}

/** A hash that is left out is computed; one that is there must be that of one of the layouts. */
function checkedHash(fields: BlockFields, nonce: bigint, stated: JsonValue | undefined): string {
  const layouts: readonly BlockLayout[] = stated === undefined ? ['node'] : BLOCK_LAYOUTS;
  const hashes = layouts.map((layout) => chaincoreHash(fields, layout, nonce));
  const hash = stated === undefined ? hashes[0] : hashes.find((each) => each === stated);
  if (hash === undefined) {
    const detail = `hash is not that of the block, which is ${hashes[0]}`;
    throw new PowError('POW_MISMATCH', detail, { argument: 'hash' });
  }
  if (meetsDifficulty(hash, fields.difficulty)) return hash;
  const detail = `hash ${hash} does not begin with ${fields.difficulty} zeros`;
  throw new PowError('POW_MISMATCH', detail, { argument: 'hash' });
}

/** A block as nodes give it to each other. */
export function blockJson(
  { index, previousHash, merkleRoot, timestampText, difficulty }: BlockFields,
  nonce: bigint,
  hash: string,
  transactions: readonly Transaction[],
): JsonObject {
  return new Map<string, JsonValue>([
    ['index', new NumberText(String(index))],
    ['previous_hash', previousHash],
    ['merkle_root', merkleRoot],
    ['timestamp', new NumberText(timestampText)],
    ['target_difficulty', new NumberText(String(difficulty))],
    ['nonce', new NumberText(String(nonce))],
    ['hash', hash],
    ['transactions', transactions.map(({ json }) => json)],
  ]);
}

/** The block that every ChainCore chain begins with. Its hash and root are made up, not computed. */
export function genesisBlock(): Block {
  const fields = {
    index: 0,
    previousHash: '0'.repeat(64),
    merkleRoot: 'f1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d7e8f9a0b1c2d3e4f5a6b7c8d9e0f1a2',
    timestampText: '1640995200',
    difficulty: GENESIS_DIFFICULTY,
  };
  const hash = '00a8f5f2c7d1e4b3c6d9e2f1a4b7c8d2e5f3a6b9c1d4e7f2a5b8c3d6e9f1a4b7';
  const nonce = 46763n;
  return {
    ...fields,
    ...{ nonce, hash, transactions: [] },
    timestamp: Number(fields.timestampText),
    json: blockJson(fields, nonce, hash, []),
  };
}
