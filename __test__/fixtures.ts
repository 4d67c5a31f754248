/** What many tests start from: real headers, targets, seeded randomness, a plain search. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Algorithm, type Goal, type NonceLayout, Target, Work } from '../ts/index.js';

interface ChainwebVector {
  readonly source: string;
  readonly workHeaderHex: string;
  readonly nonceDec: string;
  readonly nonceHexLE: string;
  readonly targetHexBE: string;
  readonly powHashHex: string;
}

interface ChainwebVectors {
  readonly vectors: readonly ChainwebVector[];
  readonly negative: readonly {
    readonly note: string;
    readonly workHeaderHex?: string;
    readonly targetHexLE?: string;
    readonly powHashHex?: string;
  }[];
  readonly levelTargets: readonly { readonly level: number; readonly targetHexBE: string }[];
}

export const chainweb = JSON.parse(
  readFileSync(new URL('vectors/chainweb.json', import.meta.url), 'utf8'),
) as ChainwebVectors;

/** A solved block: its work, the nonce that won and the target it had to meet. */
export interface SolvedBlock {
  readonly source: string;
  readonly work: Work;
  readonly nonce: bigint;
  readonly target: Target;
  readonly hashHex: string;
}

export function chainwebWork(headerHex: string, offset = 278): Work {
  return new Work({
    algorithm: 'blake2s',
    message: Buffer.from(headerHex, 'hex'),
    nonce: { offset, encoding: 'u64le' },
    hashOrder: 'le',
  });
}

/** Every real header. In the first weeks of the chain the nonce stood in bytes 0 to 7. */
export const solvedBlocks: readonly SolvedBlock[] = chainweb.vectors.map((vector) => {
  const offset = BigInt(vector.nonceDec) === 0n ? 0 : 278;
  return {
    source: vector.source,
    work: chainwebWork(vector.workHeaderHex, offset),
    nonce: Buffer.from(vector.workHeaderHex, 'hex').readBigUInt64LE(offset),
    target: Target.fromHex(vector.targetHexBE),
    hashHex: vector.powHashHex,
  };
});

/** No hash meets it. */
export const hardTarget = Target.fromBigInt(0n);
/** One hash in 256 meets it. */
export const easyTarget = Target.fromLeadingZeroBits(8);
/** A Chainweb header that is nothing special. */
export const anyWork: Work = (solvedBlocks[0] as SolvedBlock).work;

/** Deterministic numbers: the same seed, the same test. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 0 <= n < 2^32 (Mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** An integer of `[least, most]`. */
  between(least: number, most: number): number {
    return least + (this.next() % (most - least + 1));
  }

  /** 0 <= n < `limit`. */
  bigint(limit: bigint): bigint {
    return (
      ((BigInt(this.next()) << 64n) | (BigInt(this.next()) << 32n) | BigInt(this.next())) % limit
    );
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.next());
  }

  pick<T>(list: readonly T[]): T {
    return list[this.next() % list.length] as T;
  }
}

/** The digest as the documentation defines it, written with nothing of `ts/`. */
export function plainDigest(
  { algorithm, message, nonce }: { algorithm: Algorithm; message: Uint8Array; nonce: NonceLayout },
  value: bigint,
): Buffer {
  const bytes = Buffer.from(message);
  const { offset, encoding, digits = 0 } = nonce;
  let hashed = bytes;
  if (encoding === 'decimal' || encoding === 'hex') {
    const text = value.toString(encoding === 'hex' ? 16 : 10).padStart(digits, '0');
    hashed = Buffer.concat([bytes.subarray(0, offset), Buffer.from(text), bytes.subarray(offset)]);
  } else {
    const width = Number(encoding.slice(1, 3)) / 8;
    const big = Buffer.from(value.toString(16).padStart(2 * width, '0'), 'hex');
    bytes.set(encoding.endsWith('le') ? big.reverse() : big, offset);
  }
  const name = algorithm === 'blake2s' ? 'blake2s256' : 'sha256';
  const once = createHash(name).update(hashed).digest();
  return algorithm === 'sha256d' ? createHash(name).update(once).digest() : once;
}

/** The lowest winning nonce of `[start, end)`, one after the other; `null` if there is none. */
export function plainSearch(work: Work, goal: Goal, start: bigint, end: bigint): bigint | null {
  for (let nonce = start; nonce < end; nonce++) {
    if (goal.isMetBy(plainDigest(work, nonce), work.hashOrder)) return nonce;
  }
  return null;
}

/** What a promise rejects with. Fails when it resolves. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`expected a rejection, got ${String(value)}`);
}

/** What a function throws. Fails when it returns. */
export function thrown(call: () => unknown): unknown {
  let value: unknown;
  try {
    value = call();
  } catch (error) {
    return error;
  }
  throw new Error(`expected an error, got ${String(value)}`);
}
