/** Jobs for Stratum servers, made of real headers, and shares found for them by plain hashing. */

import { createHash } from 'node:crypto';
import { Target, Work } from '../../ts/index.js';
import type { Job } from '../../ts/miner/ports.js';
import type { BitcoinTemplate } from '../../ts/stratum/jobs/template.js';
import { vectors } from '../chainweb/vectors.js';

/** One hash in so many is a solution. */
export const oneIn = (hashes: number) => Target.fromDifficulty(hashes, 'chainweb');

export interface ChainwebJobOptions {
  readonly id?: string;
  readonly lane?: string;
  readonly change?: Job['change'];
  readonly goal?: Job['goal'];
  readonly target?: Target;
  /** Default: the header of the first end-to-end case. */
  readonly header?: Uint8Array;
  /** Nonce bytes that a pool has fixed. */
  readonly fixed?: readonly number[];
}

let jobs = 0;

/** As a node's: variants are microseconds of the creation time. */
export function chainwebJob(options: ChainwebJobOptions = {}): Job {
  jobs += 1;
  const { id = `job-${jobs}`, lane = 'chain-0', change = 'replace', goal = 'first' } = options;
  const { target = oneIn(1e12), fixed = [] } = options;
  const bytes = Buffer.from(options.header ?? firstHeader);
  const timeMicros = bytes.readBigInt64LE(8);
  bytes.set(fixed, bytes.length - 8);
  const offset = bytes.length - 8 + fixed.length;
  const encoding = ({ 0: 'u64le', 2: 'u48le', 4: 'u32le' } as const)[fixed.length] ?? 'u64le';
  return {
    ...{ id, lane, change, goal, target, proof: 'required', variants: 290_000_000n },
    work: (variant) => {
      const message = Buffer.from(bytes);
      message.writeBigInt64LE(timeMicros + variant, 8);
      const nonce = { offset, encoding };
      const work = new Work({ algorithm: 'blake2s', message, nonce, hashOrder: 'le' });
      return { work, roll: { timeOffsetMicros: variant } };
    },
  };
}

const firstHeader = Buffer.from(vectors.stratumEndToEnd[0]?.jobWorkHeaderHex ?? '', 'hex');

export interface BitcoinJobOptions extends ChainwebJobOptions {
  readonly template?: Partial<BitcoinTemplate>;
}

export function bitcoinJob(options: BitcoinJobOptions = {}): Job {
  jobs += 1;
  const { id = `job-${jobs}`, lane = 'pool', change = 'replace', goal = 'first' } = options;
  const { target = oneIn(1e12) } = options;
  const seeded = (text: string, bytes: number) => {
    const all = Array.from({ length: Math.ceil(bytes / 32) }, (_, i) =>
      createHash('sha256').update(`${text} ${i}`).digest(),
    );
    return Buffer.concat(all).subarray(0, bytes);
  };
  const template: BitcoinTemplate = {
    ...{ kind: 'bitcoin', algorithm: 'sha256d', version: 0x2000_0000, nBits: 0x1d00_ffff },
    ...{ parent: seeded('previous', 32), timeSeconds: 1_700_000_000, versionMask: 0x1fff_e000 },
    ...{ coinbase1: seeded('one', 60), coinbase2: seeded('two', 110) },
    branches: Array.from({ length: 12 }, (_, level) => seeded(`branch ${level}`, 32)),
    ...{ extranonce1: new Uint8Array(0), extranonce2Bytes: 8 },
    ...options.template,
  };
  return {
    ...{ id, lane, change, goal, target, proof: 'required', variants: 1n << 32n, template },
    work: () => {
      throw new Error('devices get the template');
    },
  };
}

/** As told to a Chainweb device. */
export interface ChainwebTold {
  readonly jobId: string;
  readonly header: Buffer;
  readonly nonce1: string;
}

/** The powers of a device that hashes by `node:crypto`. */
export function chainwebHash({ header, nonce1 }: ChainwebTold, nonce2: string): bigint {
  const bytes = Buffer.from(header);
  const size = (16 - nonce1.length) / 2;
  const nonce = Buffer.from(nonce2.padStart(2 * size, '0') + nonce1, 'hex').reverse();
  bytes.set(nonce, bytes.length - 8);
  return numberOf(createHash('blake2s256').update(bytes).digest());
}

/** The next nonce2 whose hash is at or below the target. */
export function chainwebShare(told: ChainwebTold, target: bigint, from = 0): string {
  for (let nonce = from; ; nonce++) {
    const nonce2 = nonce.toString(16);
    if (chainwebHash(told, nonce2) <= target) return nonce2;
  }
}

/** The next nonce2 whose hash is above it. */
export function chainwebMiss(told: ChainwebTold, target: bigint, from = 0): string {
  for (let nonce = from; ; nonce++) {
    const nonce2 = nonce.toString(16);
    if (chainwebHash(told, nonce2) > target) return nonce2;
  }
}

const sha256d = (bytes: Uint8Array) =>
  createHash('sha256').update(createHash('sha256').update(bytes).digest()).digest();

/** The parameters of `mining.notify`. */
export type Notify = readonly [
  ...[jobId: string, previous: string, coinbase1: string, coinbase2: string],
  ...[branches: readonly string[], version: string, nBits: string, time: string, clean: boolean],
];

/** The 80 bytes of a share, put together from the wire alone. */
export function bitcoinHeader(
  [, previous, coinbase1, coinbase2, branches, version, nBits]: Notify,
  extranonces: string,
  time: string,
  nonce: string,
  rolledVersion = version,
): Buffer {
  let root = sha256d(Buffer.from(coinbase1 + extranonces + coinbase2, 'hex'));
  for (const branch of branches) root = sha256d(Buffer.concat([root, Buffer.from(branch, 'hex')]));
  const little = (text: string) => Buffer.from(text, 'hex').reverse();
  const words = Buffer.from(previous, 'hex').swap32();
  const head = Buffer.concat([little(rolledVersion), words, root]);
  return Buffer.concat([head, little(time), little(nBits), little(nonce)]);
}

export function bitcoinHash(header: Uint8Array, algorithm = 'sha256d'): bigint {
  const digest =
    algorithm === 'blake2s' ? createHash('blake2s256').update(header).digest() : sha256d(header);
  return numberOf(digest);
}

/** The next nonce of a header whose hash is at or below the target. */
export function bitcoinNonce(
  header: Buffer,
  target: bigint,
  algorithm = 'sha256d',
  from = 0,
): string {
  const bytes = Buffer.from(header);
  for (let nonce = from; ; nonce++) {
    bytes.writeUInt32LE(nonce, 76);
    if (bitcoinHash(bytes, algorithm) <= target) return nonce.toString(16).padStart(8, '0');
  }
}

function numberOf(digest: Buffer): bigint {
  return BigInt(`0x${Buffer.from(digest).reverse().toString('hex')}`);
}
