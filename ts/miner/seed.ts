/** Random numbers that a seed makes repeatable: starts of searches, jitter of delays. */

import { createHash, randomBytes } from 'node:crypto';
import { PowError } from '../errors.js';

export type Seed = string | number | bigint;

/**
 * A stream of random numbers: SHA-256 in counter mode. Without a seed its key is secure and new,
 * with one it is the same in every run; `1`, `1n` and `'1'` are the same seed.
 */
export class Random {
  readonly #key: Buffer;
  #drawn = 0n;

  /**
   * @param seed - default: `POW_NATIVE_SEED`, else none
   * @throws {@link PowError} `POW_ARGUMENT` for anything but a string, a bigint or a safe integer
   */
  constructor(seed: Seed | undefined = process.env['POW_NATIVE_SEED'] || undefined) {
    this.#key = seed === undefined ? randomBytes(32) : sha256(checked(seed));
  }

  /**
   * A stream of its own for a part of the program. It depends on the seed and the name alone, not
   * on what else was drawn, so that parts which run side by side stay repeatable.
   */
  fork(name: string): Random {
    return new Random(`${this.#key.toString('hex')} ${name}`);
  }

  /** Uniform in `[0, limit)`, `0 < limit <= 2^64`. */
  below(limit: bigint): bigint {
    // 256 bits reduced modulo at most 2^64: the bias is below 2^-192.
    return BigInt(`0x${this.#draw().toString('hex')}`) % limit;
  }

  /** Uniform in `[0, 1)`. */
  fraction(): number {
    return Number(this.below(1n << 53n)) / 2 ** 53;
  }

  #draw(): Buffer {
    this.#drawn += 1n;
    return createHash('sha256').update(this.#key).update(this.#drawn.toString()).digest();
  }
}

function checked(seed: unknown): string {
  if (typeof seed !== 'string' && typeof seed !== 'bigint' && !Number.isSafeInteger(seed)) {
    const detail = 'seed must be a string, a bigint or a safe integer';
    throw new PowError('POW_ARGUMENT', detail, { argument: 'seed' });
  }
  return String(seed);
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
