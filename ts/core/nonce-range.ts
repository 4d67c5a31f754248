/** Nonce ranges: half-open, in the order of numbers. */

import { createHash, randomBytes } from 'node:crypto';
import { PowError } from '../errors.js';
import type { WorkPlan } from '../native/contract.js';
import { badArgument, requireBigint, requireInteger, requireObject } from './arguments.js';
import { nonceCount } from './message.js';
import { type Work, workPlan } from './work.js';

const ALL_NONCES = 1n << 64n;
/** So that a slip of the pen does not fill the memory with ranges. */
const MOST_PARTS = 1 << 20;

export interface RandomRangeOptions {
  /** The same seed gives the same range; `1`, `1n` and `'1'` are the same. Default: secure. */
  readonly seed?: string | number | bigint | undefined;
}

/**
 * `[start, end)`, `0 <= start <= end <= 2^64`. `start = end` is legal and holds nothing.
 *
 * @throws {@link PowError} `POW_ARGUMENT` for anything but a bigint; `POW_RANGE` when out of bounds
 */
export class NonceRange {
  readonly start: bigint;
  readonly end: bigint;

  constructor(start: bigint, end: bigint) {
    requireBigint(start, 'start');
    requireBigint(end, 'end');
    if (start < 0n) throw outside('start', `start ${start} is negative`);
    if (end > ALL_NONCES) throw outside('end', `end ${end} is above 2^64`);
    if (start > end) throw outside('start', `start ${start} is above end ${end}`);
    this.start = start;
    this.end = end;
    Object.freeze(this);
  }

  /**
   * Every nonce the layout of `work` holds: at most `[0, 2^64)`.
   *
   * @throws {@link PowError} `POW_ARGUMENT`
   */
  static full(work: Work): NonceRange {
    return new NonceRange(0n, nonceCount(workPlan(work, 'work')));
  }

  /**
   * Half of the layout's N nonces from a start that is uniform in `[0, N / 2)`, so that machines
   * which do not know of each other seldom repeat each other's work.
   *
   * @throws {@link PowError} `POW_ARGUMENT`
   */
  static random(work: Work, options: RandomRangeOptions = {}): NonceRange {
    const half = nonceCount(workPlan(work, 'work')) / 2n;
    requireObject(options, 'options');
    // 256 bits reduced modulo at most 2^63: the bias is below 2^-192.
    const start = BigInt(`0x${entropy(options.seed).toString('hex')}`) % half;
    return new NonceRange(start, start + half);
  }

  /**
   * `parts` ranges side by side (1 to 2^20) that make up this one; the first ones take the
   * remainder.
   *
   * @throws {@link PowError} `POW_ARGUMENT`
   */
  split(parts: number): NonceRange[] {
    const count = BigInt(requireInteger(parts, 1, MOST_PARTS, 'parts'));
    const length = this.end - this.start;
    const [share, remainder] = [length / count, length % count];
    const ranges: NonceRange[] = [];
    let start = this.start;
    for (let i = 0n; i < count; i++) {
      const end = start + share + (i < remainder ? 1n : 0n);
      ranges.push(new NonceRange(start, end));
      start = end;
    }
    return ranges;
  }
}

/** A range that the layout can hold; default: all of it. */
export function requireRange(plan: WorkPlan, value: unknown): { start: bigint; end: bigint } {
  const count = nonceCount(plan);
  if (value === undefined) return { start: 0n, end: count };
  if (!(value instanceof NonceRange)) throw badArgument('range', 'a NonceRange', value);
  if (value.end > count) throw outside('range', `the layout holds nonces below ${count}`);
  return value;
}

function outside(argument: string, detail: string): PowError {
  return new PowError('POW_RANGE', detail, { argument });
}

function entropy(seed: unknown): Buffer {
  if (seed === undefined) return randomBytes(32);
  if (typeof seed !== 'string' && typeof seed !== 'bigint' && !Number.isSafeInteger(seed)) {
    throw badArgument('seed', 'a string, a bigint or a safe integer', seed);
  }
  return createHash('sha256').update(String(seed)).digest();
}
