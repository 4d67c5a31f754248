/** Target: a hash at or below it wins. */

import type { ByteOrder, GoalPlan } from '../native/contract.js';
import {
  badArgument,
  requireBigint,
  requireBytesOf,
  requireHex,
  requireInteger,
  requireOneOf,
} from './arguments.js';
import {
  type DifficultyScale,
  MAX_TARGET,
  targetOfCompact,
  targetOfDifficulty,
} from './difficulty.js';
import { BYTE_ORDERS } from './work.js';

/** The plan inside a {@link Target}, not a copy; `null` for anything else. */
export let targetPlan: (value: unknown) => GoalPlan | null;

/** A 256-bit number; a hash at or below it wins. Immutable. */
export class Target {
  readonly #value: bigint;
  readonly #plan: GoalPlan & { readonly kind: 'target' };

  private constructor(value: bigint) {
    this.#value = value;
    const bytes = new Uint8Array(32);
    const hex = value.toString(16).padStart(64, '0');
    for (let i = 0; i < 32; i++) bytes[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
    this.#plan = Object.freeze({ kind: 'target', value: bytes });
  }

  /**
   * 64 hexadecimal digits, the most significant first.
   *
   * @throws {@link PowError} `POW_ARGUMENT`
   */
  static fromHex(hex: string): Target {
    return new Target(BigInt(`0x${requireHex(hex, 64, 64, 'hex')}`));
  }

  /**
   * 32 bytes; `order`: `be`, the most significant first.
   *
   * @throws {@link PowError} `POW_ARGUMENT`
   */
  static fromBytes(bytes: Uint8Array, order: ByteOrder): Target {
    const copy = new Uint8Array(requireBytesOf(bytes, 32, 'bytes'));
    if (requireOneOf(order, BYTE_ORDERS, 'order') === 'le') copy.reverse();
    return new Target(BigInt(`0x${Buffer.from(copy.buffer).toString('hex')}`));
  }

  /**
   * `0 <= value < 2^256`.
   *
   * @throws {@link PowError} `POW_ARGUMENT`
   */
  static fromBigInt(value: bigint): Target {
    if (requireBigint(value, 'value') < 0n || value > MAX_TARGET) {
      throw badArgument('value', 'from 0 to 2^256 - 1', value);
    }
    return new Target(value);
  }

  /**
   * The floor of (target of difficulty 1) / `difficulty`, the double taken as the exact rational
   * it is. Difficulty 1 is 2^256 - 1 for `chainweb`, 0xffff * 2^208 for `bitcoin`.
   *
   * @throws {@link PowError} `POW_ARGUMENT` when not finite, not above zero, or so small that the
   *   target has more than 256 bits
   */
  static fromDifficulty(difficulty: number, scale: DifficultyScale): Target {
    return new Target(targetOfDifficulty(difficulty, scale));
  }

  /**
   * Bitcoin's compact form, an unsigned 32-bit number (`0x1d00ffff`).
   *
   * @throws {@link PowError} `POW_ARGUMENT` when negative, zero or above 256 bits, as Bitcoin Core
   *   refuses them
   */
  static fromCompact(nBits: number): Target {
    return new Target(targetOfCompact(nBits));
  }

  /**
   * The highest target whose hashes begin with `bits` zero bits, 0 to 256: 2^(256 - bits) - 1.
   *
   * @throws {@link PowError} `POW_ARGUMENT`
   */
  static fromLeadingZeroBits(bits: number): Target {
    return new Target((1n << BigInt(256 - requireInteger(bits, 0, 256, 'bits'))) - 1n);
  }

  /** 64 digits in lower case, the most significant first. */
  toHex(): string {
    return this.#value.toString(16).padStart(64, '0');
  }

  /** 32 bytes, in a new array. */
  toBytes(order: ByteOrder): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.#plan.value);
    return requireOneOf(order, BYTE_ORDERS, 'order') === 'le' ? bytes.reverse() : bytes;
  }

  /** `0 <= value < 2^256`. */
  toBigInt(): bigint {
    return this.#value;
  }

  /** Whether a digest (32 bytes in wire order, read in `order`) is at or below this target. */
  isMetBy(hash: Uint8Array, order: ByteOrder): boolean {
    requireBytesOf(hash, 32, 'hash');
    const littleEndian = requireOneOf(order, BYTE_ORDERS, 'order') === 'le';
    const target = this.#plan.value;
    for (let i = 0; i < 32; i++) {
      const difference = (hash[littleEndian ? 31 - i : i] as number) - (target[i] as number);
      if (difference !== 0) return difference < 0;
    }
    return true;
  }

  /** Hashes that a solution costs on average: 2^256 / (target + 1). */
  get expectedHashes(): number {
    return 2 ** 256 / Number(this.#value + 1n);
  }

  static {
    targetPlan = (value) =>
      typeof value === 'object' && value !== null && #plan in value ? value.#plan : null;
  }
}
