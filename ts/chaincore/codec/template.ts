/** What a node hands out to mine, taken apart and checked, and put together again when solved. */

import { badArgument } from '../../core/arguments.js';
import { PowError } from '../../errors.js';
import { type BlockFields, type BlockLayout, chaincoreHash } from './block-text.js';
import {
  requireHash,
  requireJsonObject,
  requireList,
  requireTimestamp,
  requireWhole,
} from './fields.js';
import { type JsonObject, type JsonValue, NumberText, parseJson } from './json.js';
import { dumpJson } from './python-json.js';
import { merkleRootOf, transactionId } from './transactions.js';

/** A block as `/mine_block` hands it out: everything but the nonce. */
export interface BlockTemplate extends BlockFields {
  /** Ids of the transactions, the coinbase first. */
  readonly transactionIds: readonly string[];
  /** Whether the node's own hash was there, and agreed with ours. */
  readonly selfTest: 'passed' | 'no-hash';
  /** The whole of it, as the node wrote it. */
  readonly block: JsonObject;
}

/** Largest index: a number that JSON readers agree on. */
const MOST_INDEX = Number.MAX_SAFE_INTEGER;
const MOST_TRANSACTIONS = 100_000;
/** A node's limit is 15; beyond 16 digits (64 bits) no search would end. */
const MOST_TEMPLATE_DIFFICULTY = 16;

/**
 * The answer of `/mine_block`.
 *
 * @param body - `{"status": "template_created", "target_difficulty": 4, "block_template": {…}}`
 * @throws {@link PowError} `POW_ARGUMENT` that names the field; `POW_MISMATCH` when the ids, the
 *   root or the hash in it are not what we compute from the rest
 */
export function decodeTemplateResponse(body: string): BlockTemplate {
  const answer = requireJsonObject(parseJson(body), 'the answer');
  const status = answer.get('status');
  if (status !== 'template_created') throw badArgument('status', "'template_created'", status);
  const block = requireJsonObject(answer.get('block_template'), 'block_template');
  const template = decodeTemplate(block);
  const stated = answer.get('target_difficulty');
  // The stock client mines the outer one, the node checks the one in the block.
  if (stated === undefined) return template;
  const outer = requireWhole(stated, 1, MOST_TEMPLATE_DIFFICULTY, 'target_difficulty');
  if (outer !== template.difficulty) {
    const detail = `target_difficulty is ${template.difficulty} in the block, another beside it`;
    throw new PowError('POW_MISMATCH', detail, { argument: 'target_difficulty' });
  }
  return template;
}

/** @throws {@link PowError} as {@link decodeTemplateResponse} */
export function decodeTemplate(block: JsonObject): BlockTemplate {
  const fields = {
    index: requireWhole(block.get('index'), 1, MOST_INDEX, 'index'),
    previousHash: requireHash(block.get('previous_hash'), 'previous_hash'),
    merkleRoot: requireHash(block.get('merkle_root'), 'merkle_root'),
    timestampText: requireTimestamp(block.get('timestamp'), 'timestamp'),
    difficulty: requireWhole(
      block.get('target_difficulty'),
      1,
      MOST_TEMPLATE_DIFFICULTY,
      'target_difficulty',
    ),
  };
  const transactionIds = checkedIds(block.get('transactions'));
  const root = merkleRootOf(transactionIds);
  if (root !== fields.merkleRoot) {
    const detail = `merkle_root is ${fields.merkleRoot}, the transactions give ${root}`;
    throw new PowError('POW_MISMATCH', detail, { argument: 'merkle_root' });
  }
  return { ...fields, transactionIds, selfTest: selfTest(block, fields), block };
}

function checkedIds(value: JsonValue | undefined): readonly string[] {
  const transactions = requireList(value, 'transactions');
  if (transactions.length === 0 || transactions.length > MOST_TRANSACTIONS) {
    throw badArgument('transactions', `1 to ${MOST_TRANSACTIONS} of them`, transactions.length);
  }
  return transactions.map((item, i) => {
    const transaction = requireJsonObject(item, `transactions[${i}]`);
    const stated = requireHash(transaction.get('tx_id'), `transactions[${i}].tx_id`);
    const computed = transactionId(transaction);
    if (stated === computed) return stated;
    const detail = `transactions[${i}].tx_id is ${stated}, its fields give ${computed}`;
    throw new PowError('POW_MISMATCH', detail, { argument: 'tx_id' });
  });
}

/** The node's hash at the nonce in the template says whether we hash as the node does. */
function selfTest(block: JsonObject, fields: BlockFields): 'passed' | 'no-hash' {
  const stated = block.get('hash');
  if (stated === undefined || stated === null) return 'no-hash';
  const hash = requireHash(stated, 'hash');
  const nonce = requireNonceText(block.get('nonce'));
  if (chaincoreHash(fields, 'node', nonce) === hash) return 'passed';
  const detail = `at nonce ${nonce} the node hashes to ${hash}, we do not: another layout or version`;
  throw new PowError('POW_MISMATCH', detail, { argument: 'hash' });
}

function requireNonceText(value: JsonValue | undefined): bigint {
  if (value instanceof NumberText && /^\d{1,20}$/.test(value.text)) return BigInt(value.text);
  throw badArgument('nonce', 'a whole number of at most 20 digits', value);
}

/**
 * The body for `/submit_block`. By the rule of the node the hash is left out, so that the node
 * computes it; by that of the client it must be there, as the node would compute another.
 */
export function solvedBlockJson(
  template: BlockTemplate,
  layout: BlockLayout,
  nonce: bigint,
): string {
  const block = new Map(template.block);
  block.set('nonce', new NumberText(String(nonce)));
  if (layout === 'node') block.delete('hash');
  else block.set('hash', chaincoreHash(template, layout, nonce));
  return dumpJson(block, { keys: 'as-given' });
}
