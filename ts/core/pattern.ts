/** Pattern: hash bytes that, under a mask, equal a value. */

import type { ByteOrder, GoalPlan } from '../native/contract.js';
import {
  badArgument,
  requireBytes,
  requireBytesOf,
  requireHex,
  requireOneOf,
} from './arguments.js';
import { BYTE_ORDERS } from './work.js';

/** The plan inside a {@link Pattern}, not a copy; `null` for anything else. */
export let patternPlan: (value: unknown) => GoalPlan | null;

/** Digest bits that must have given values, from digest byte 0, whatever `hashOrder` says. */
export class Pattern {
  readonly #plan: GoalPlan & { readonly kind: 'pattern' };

  private constructor(value: Uint8Array, mask: Uint8Array) {
    this.#plan = Object.freeze({ kind: 'pattern', value, mask });
  }

  /**
   * @param value - 1 to 32 bytes, compared with the digest from byte 0
   * @param mask - as long as `value`: the bits that count. Default: all of them
   * @throws {@link PowError} `POW_ARGUMENT`
   */
  static equals(value: Uint8Array, mask?: Uint8Array): Pattern {
    const { length } = requireBytes(value, 'value');
    if (length < 1 || length > 32) throw badArgument('value', '1 to 32 bytes', value);
    const wide = { value: new Uint8Array(32), mask: new Uint8Array(32) };
    wide.value.set(value);
    if (mask === undefined) wide.mask.fill(0xff, 0, length);
    else wide.mask.set(requireBytesOf(mask, length, 'mask'));
    return new Pattern(wide.value, wide.mask);
  }

  /**
   * A digest whose hexadecimal form begins with `prefix`: 1 to 64 digits, odd counts too.
   *
   * @throws {@link PowError} `POW_ARGUMENT`
   */
  static hexPrefix(prefix: string): Pattern {
    const { length } = requireHex(prefix, 1, 64, 'prefix');
    const bytes = (digits: string) => new Uint8Array(Buffer.from(digits.padEnd(64, '0'), 'hex'));
    return new Pattern(bytes(prefix), bytes('f'.repeat(length)));
  }

  /** Whether a digest (32 bytes in wire order) has the pattern; `order` changes nothing. */
  isMetBy(hash: Uint8Array, order: ByteOrder): boolean {
    requireBytesOf(hash, 32, 'hash');
    requireOneOf(order, BYTE_ORDERS, 'order');
    const { value, mask } = this.#plan;
    return hash.every((byte, i) => ((byte ^ (value[i] as number)) & (mask[i] as number)) === 0);
  }

  /** Hashes that a solution costs on average: 2^(bits under the mask). */
  get expectedHashes(): number {
    let bits = 0;
    for (const byte of this.#plan.mask) {
      for (let rest = byte; rest !== 0; rest &= rest - 1) bits++;
    }
    return 2 ** bits;
  }

  static {
    patternPlan = (value) =>
      typeof value === 'object' && value !== null && #plan in value ? value.#plan : null;
  }
}
