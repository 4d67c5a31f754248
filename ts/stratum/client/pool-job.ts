/** Jobs for the miner, made of a pool's; and what goes back to the pool of a solution. */

import {
  coinbaseHash,
  decodeCompact,
  encodeExtranonce,
  encodeHeader,
  foldBranch,
  rolledVersion,
  versionBits,
  versionVariants,
} from '../../bitcoin/index.js';
import { decodeWorkHeader } from '../../chainweb/codec.js';
import { Target } from '../../core/target.js';
import { Work } from '../../core/work.js';
import type { Found, Job, RolledWork } from '../../miner/ports.js';
import type { Algorithm } from '../../native/contract.js';
import type { BitcoinTemplate, ChainwebTemplate } from '../jobs/template.js';
import { hex, hex32 } from '../wire/bitcoin-server.js';
import type { PoolBitcoinJob, PoolChainwebJob } from '../wire/pool-messages.js';
import type { PoolWork } from './pool-state.js';

export interface JobFacts {
  readonly id: string;
  readonly lane: string;
  readonly change: Job['change'];
  /** Of a Bitcoin header. */
  readonly algorithm: Algorithm;
}

const NONCE_BYTES = 8;
const TIME = { start: 8, end: 16 } as const;
const NONCE_OFFSET = 76;
/** So many bytes of nonce the core searches by itself; the rest are variants. */
const CORE_BYTES = { 4: 'u32le', 6: 'u48le', 8: 'u64le' } as const;

/** @throws {@link PowError} for a job that is no work */
export function minerJob(work: PoolWork, facts: JobFacts): Job {
  const { id, lane, change } = facts;
  const { target } = work;
  const common = { id, lane, change, target, goal: 'all', proof: 'required' } as const;
  if (work.job.kind === 'chainweb') return { ...common, ...chainwebPart(work.job, work) };
  return { ...common, ...bitcoinPart(work.job, work, facts.algorithm) };
}

function chainwebPart(
  { header }: PoolChainwebJob,
  { extranonce }: PoolWork,
): Pick<Job, 'variants' | 'work' | 'template'> {
  decodeWorkHeader(header); // throws what is none
  const free = extranonce.extranonce2Bytes;
  const searched = free in CORE_BYTES ? (free as keyof typeof CORE_BYTES) : 4;
  const rest = free - searched;
  const message = Buffer.from(header);
  const first = message.length - NONCE_BYTES;
  const fixed = Buffer.from(extranonce.extranonce1).reverse();
  const template: ChainwebTemplate = {
    ...{ kind: 'chainweb', fixed },
    header: Buffer.from(message).fill(0, first),
  };
  message.set(fixed, first);
  const nonce = { offset: message.length - searched, encoding: CORE_BYTES[searched] };
  return {
    template,
    variants: 1n << BigInt(8 * rest),
    work: (variant) => {
      const bytes = Buffer.from(message);
      if (rest > 0) bytes.writeUIntLE(Number(variant), first + 8 - free, rest);
      const work = new Work({ algorithm: 'blake2s', message: bytes, nonce, hashOrder: 'le' });
      return { work, roll: {} };
    },
  };
}

function bitcoinPart(
  job: PoolBitcoinJob,
  { extranonce, versionMask }: PoolWork,
  algorithm: Algorithm,
): Pick<Job, 'variants' | 'work' | 'template'> {
  const { parent, coinbase1, coinbase2, branches, version, nBits, timeSeconds } = job;
  const { extranonce1, extranonce2Bytes } = extranonce;
  const template: BitcoinTemplate = {
    ...{ kind: 'bitcoin', algorithm, version, parent, coinbase1, coinbase2, branches },
    ...{ nBits, timeSeconds, extranonce1, extranonce2Bytes, versionMask },
  };
  const extranonces = 1n << BigInt(8 * extranonce2Bytes);
  return {
    template,
    variants: extranonces * versionVariants(versionMask),
    work: (variant) => {
      const extranonce2 = encodeExtranonce(variant % extranonces, extranonce2Bytes);
      const bits = versionBits(versionMask, variant / extranonces);
      return rolledBitcoin(template, extranonce2, rolledVersion(version, versionMask, bits));
    },
  };
}

function rolledBitcoin(
  template: BitcoinTemplate,
  extranonce2: Uint8Array,
  version: number,
): RolledWork {
  const { parent, coinbase1, coinbase2, extranonce1, branches, nBits, timeSeconds } = template;
  const leaf = coinbaseHash({ coinbase1, extranonce1, extranonce2, coinbase2 });
  const merkleRoot = foldBranch(leaf, branches);
  const message = encodeHeader({ version, parent, merkleRoot, timeSeconds, nBits, nonce: 0n });
  const nonce = { offset: NONCE_OFFSET, encoding: 'u32le' } as const;
  const work = new Work({ algorithm: template.algorithm, message, nonce, hashOrder: 'le' });
  return { work, roll: { extranonce2, version } };
}

/** The target of a block, where the job says it. */
export function blockTarget({ job }: PoolWork): Target | null {
  if (job.kind === 'chainweb') return decodeWorkHeader(job.header).target;
  const compact = decodeCompact(job.nBits);
  const isTarget = !compact.isNegative && !compact.overflows && compact.value > 0n;
  return isTarget ? Target.fromBigInt(compact.value) : null;
}

/** Whether two jobs are of one work: only a newer time, or more transactions; or other terms. */
export function isSameWork(one: PoolWork, other: PoolWork): boolean {
  if (one.job === other.job) return true;
  const [mine, theirs] = [one.extranonce, other.extranonce];
  if (Buffer.compare(mine.extranonce1, theirs.extranonce1) !== 0) return false;
  if (one.job.kind === 'bitcoin' || other.job.kind === 'bitcoin') return !other.job.isClean;
  const [before, after] = [one.job.header, other.job.header];
  return (
    Buffer.compare(before.subarray(0, TIME.start), after.subarray(0, TIME.start)) === 0 &&
    Buffer.compare(before.subarray(TIME.end), after.subarray(TIME.end)) === 0
  );
}

/**
 * The parameters of `mining.submit`, taken from the very bytes that were hashed. `null`: those are
 * not the job's.
 */
export function submission(work: PoolWork, found: Found, user: string): readonly string[] | null {
  const { job, extranonce, versionMask } = work;
  const message = Buffer.from(found.solution.message);
  if (job.kind === 'chainweb') {
    const first = message.length - NONCE_BYTES;
    const own = first + extranonce.extranonce1.length;
    const expected = Buffer.from(job.header);
    expected.set(Buffer.from(extranonce.extranonce1).reverse(), first);
    const isOurs =
      message.length === expected.length && message.compare(expected, 0, own, 0, own) === 0;
    return isOurs ? [user, job.jobId, hex(message.subarray(own).reverse())] : null;
  }
  const { extranonce2 = new Uint8Array(0), version = job.version } = found.roll;
  if (extranonce2.length !== extranonce.extranonce2Bytes || message.length !== 80) return null;
  const [timeSeconds, nonce] = [message.readUInt32LE(68), message.readUInt32LE(NONCE_OFFSET)];
  // Of a job that came before, then: time only goes on.
  if (timeSeconds < job.timeSeconds) return null;
  const { coinbase1, coinbase2, branches, parent, nBits } = job;
  const { extranonce1 } = extranonce;
  const leaf = coinbaseHash({ coinbase1, extranonce1, extranonce2, coinbase2 });
  const merkleRoot = foldBranch(leaf, branches);
  const fields = { version, parent, merkleRoot, timeSeconds, nBits, nonce: BigInt(nonce) };
  if (message.compare(encodeHeader(fields)) !== 0) return null;
  if (((version ^ job.version) & ~versionMask) !== 0) return null;
  const params = [user, job.jobId, hex(extranonce2), hex32(timeSeconds), hex32(nonce)];
  return versionMask === 0 ? params : [...params, hex32((version & versionMask) >>> 0)];
}
