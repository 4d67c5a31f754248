/** What a Stratum server needs of a job, and how it comes by that. */

import { workPlan } from '../../core/work.js';
import type { Job, Roll } from '../../miner/ports.js';
import type { Algorithm } from '../../native/contract.js';

/**
 * A Chainweb work header whose nonce is free, or all but its lowest bytes. A pool's jobs have one:
 * their variants are bytes of the nonce, a node's are creation times.
 */
export interface ChainwebTemplate {
  readonly kind: 'chainweb';
  /** The bytes of the header, creation time included; the last eight are the nonce's. */
  readonly header: Uint8Array;
  /** Nonce bytes that a pool has fixed, in the order of the header: 0 to 4 of them. */
  readonly fixed: Uint8Array;
}

/** Everything of a Bitcoin block header but what a miner rolls. */
export interface BitcoinTemplate {
  readonly kind: 'bitcoin';
  /** Of the header; the Merkle tree is always SHA-256d. */
  readonly algorithm: Algorithm;
  readonly version: number;
  /** 32 bytes in the order of the header. */
  readonly parent: Uint8Array;
  /** The coinbase before and after the extranonces. */
  readonly coinbase1: Uint8Array;
  readonly coinbase2: Uint8Array;
  /** 32 bytes each, from the coinbase up. */
  readonly branches: readonly Uint8Array[];
  readonly nBits: number;
  /** Unix seconds; devices may count it up. */
  readonly timeSeconds: number;
  /** Extranonce bytes that a pool has fixed. */
  readonly extranonce1: Uint8Array;
  /** Extranonce bytes that are free. */
  readonly extranonce2Bytes: number;
  /** Version bits that may be rolled (BIP 320); 0: none. */
  readonly versionMask: number;
}

export type Template = ChainwebTemplate | BitcoinTemplate;
export type DialectName = Template['kind'];

/** One work of a job, as devices get it. */
export interface TemplatedWork {
  readonly template: Template;
  readonly roll: Roll;
}

/** Nonce bytes of a Chainweb header. */
export const NONCE_BYTES = 8;
const TIME_OFFSET_MICROS = 1_000_000n;

/** The dialect that a job needs; `null`: neither can carry it. */
export function dialectOf(job: Job): DialectName | null {
  if (isBitcoin(job.template)) return 'bitcoin';
  if (isChainweb(job.template)) return 'chainweb';
  return chainwebOf(job, 0n) === null ? null : 'chainweb';
}

/** Whether there is other work of a job; a pool gives newer work by itself. */
export function hasLaterWork({ template, goal, variants }: Job): boolean {
  if (isBitcoin(template)) return goal === 'first';
  return variants > 1n && !isChainweb(template);
}

/**
 * The work of a job so long after it began. Older works of the same job stay valid: a device that
 * is through with its nonces needs a new one, and nothing of the node's is stale.
 *
 * @param ageMs - since the job was made
 */
export function templatedWork(job: Job, ageMs: number): TemplatedWork | null {
  const { template } = job;
  if (isBitcoin(template)) {
    const seconds = Math.floor(ageMs / 1000);
    const roll = { timeOffsetMicros: BigInt(seconds) * TIME_OFFSET_MICROS };
    return { template: { ...template, timeSeconds: template.timeSeconds + seconds }, roll };
  }
  if (isChainweb(template)) return { template, roll: {} };
  // Variants of any other Chainweb job are creation times, in microseconds.
  const micros = BigInt(Math.max(0, Math.floor(ageMs * 1000)));
  return chainwebOf(job, micros < job.variants ? micros : job.variants - 1n);
}

function isBitcoin(template: Job['template']): template is BitcoinTemplate {
  return template?.kind === 'bitcoin';
}

function isChainweb(template: Job['template']): template is ChainwebTemplate {
  return template?.kind === 'chainweb';
}

/** A work header of Blake2s whose nonce are its last eight bytes, or their upper part. */
function chainwebOf(job: Job, variant: bigint): TemplatedWork | null {
  if (job.variants < 1n) return null;
  const { work, roll } = job.work(variant);
  const { algorithm, message, nonceOffset, nonceEncoding } = workPlan(work, 'job.work');
  const width = { u64le: 8, u48le: 6, u32le: 4 }[nonceEncoding as string] ?? 0;
  if (algorithm !== 'blake2s' || work.hashOrder !== 'le') return null;
  if (width === 0 || nonceOffset + width !== message.length) return null;
  const first = message.length - NONCE_BYTES;
  const fixed = message.slice(first, nonceOffset);
  const header = new Uint8Array(message);
  header.fill(0, first);
  return { template: { kind: 'chainweb', header, fixed }, roll };
}
