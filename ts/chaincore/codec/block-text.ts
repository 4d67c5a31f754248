/** The text that is hashed for a block, and the search for its nonce. */

import { requireInteger, requireOneOf } from '../../core/arguments.js';
import { Target } from '../../core/target.js';
import { Work } from '../../core/work.js';
import { textHash } from './transactions.js';

/**
 * `node`: as the node computes a hash (`Block._calculate_hash`), valid wherever a block is checked.
 * `client`: as the stock client does, with the nonce glued on at the end; only nodes that believe
 * the hash they are sent take it.
 */
export const BLOCK_LAYOUTS = ['node', 'client'] as const;
export type BlockLayout = (typeof BLOCK_LAYOUTS)[number];

/** What a block's hash depends on, beside its nonce. */
export interface BlockFields {
  readonly index: number;
  /** 64 hex digits. */
  readonly previousHash: string;
  /** 64 hex digits. */
  readonly merkleRoot: string;
  /** Seconds since the POSIX epoch, in the very text that the node wrote. */
  readonly timestampText: string;
  /** Zero hex digits that the hash begins with. */
  readonly difficulty: number;
}

/** The text around the nonce. */
export interface BlockText {
  readonly prefix: string;
  readonly suffix: string;
}

/** Most zero digits that a hash can begin with. */
const MOST_DIFFICULTY = 64;

export function blockText(fields: BlockFields, layout: BlockLayout): BlockText {
  requireOneOf(layout, BLOCK_LAYOUTS, 'layout');
  const { index, merkleRoot, previousHash, difficulty, timestampText } = fields;
  const head = `{"index": ${index}, "merkle_root": "${merkleRoot}", `;
  const tail =
    `"previous_hash": "${previousHash}", ` +
    `"target_difficulty": ${difficulty}, "timestamp": ${timestampText}`;
  return layout === 'node'
    ? { prefix: `${head}"nonce": `, suffix: `, ${tail}}` }
    : { prefix: `${head}${tail},"nonce":`, suffix: '}' };
}

/** The hash of a block: double SHA-256, 64 hex digits. */
export function chaincoreHash(fields: BlockFields, layout: BlockLayout, nonce: bigint): string {
  const { prefix, suffix } = blockText(fields, layout);
  return textHash(`${prefix}${nonce}${suffix}`);
}

/** Whether a hash wins: it begins with `difficulty` zero digits, in print order. */
export function meetsDifficulty(hash: string, difficulty: number): boolean {
  return /^[\da-f]{64}$/.test(hash) && hash.startsWith('0'.repeat(difficulty));
}

/** A search, ready for the core. */
export interface ChaincoreWork {
  readonly work: Work;
  readonly target: Target;
}

/**
 * The search for a block's nonce: decimal digits inside JSON text, of natural width.
 *
 * @throws {@link PowError} `POW_ARGUMENT`
 */
export function chaincoreWork(fields: BlockFields, layout: BlockLayout): ChaincoreWork {
  const { prefix, suffix } = blockText(fields, layout);
  const work = new Work({
    algorithm: 'sha256d',
    message: Buffer.from(prefix + suffix, 'utf8'),
    nonce: { offset: Buffer.byteLength(prefix), encoding: 'decimal' },
    hashOrder: 'be',
  });
  return { work, target: difficultyTarget(fields.difficulty) };
}

/** @param difficulty - zero hex digits, 0 to 64 */
export function difficultyTarget(difficulty: number): Target {
  const digits = requireInteger(difficulty, 0, MOST_DIFFICULTY, 'difficulty');
  return Target.fromLeadingZeroBits(4 * digits);
}
