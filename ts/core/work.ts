/** Work: what is hashed, and where and how the nonce is written into it. */

import { PowError } from '../errors.js';
import {
  ALGORITHMS,
  type Algorithm,
  type ByteOrder,
  NONCE_ENCODINGS,
  type NonceEncoding,
  type WorkPlan,
} from '../native/contract.js';
import {
  badArgument,
  requireBigint,
  requireBytes,
  requireInteger,
  requireObject,
  requireOneOf,
} from './arguments.js';
import { ENCODINGS, nonceCount } from './message.js';

/** Longest message in bytes. */
const MAX_MESSAGE_BYTES = 1 << 20;
export const BYTE_ORDERS = ['le', 'be'] as const satisfies readonly ByteOrder[];

/** Where and how the nonce is written. */
export interface NonceLayout {
  /** Byte offset of a binary nonce; insertion point of a text nonce. */
  readonly offset: number;
  /** `u…`: overwritten in place. `decimal`, `hex` (lower case): text inserted at `offset`. */
  readonly encoding: NonceEncoding;
  /** Text only: fixed width, zero padded, 1-20 decimal or 1-16 hex. Default: natural width. */
  readonly digits?: number | undefined;
}

export interface WorkOptions {
  readonly algorithm: Algorithm;
  /** Copied. At most 1 MiB. */
  readonly message: Uint8Array;
  readonly nonce: NonceLayout;
  /** How the 32 hash bytes read as an integer: `le`, the last byte is the most significant. */
  readonly hashOrder: ByteOrder;
}

/** The plan inside a {@link Work}, not a copy: for this package alone. */
export let workPlan: (value: unknown, argument: string) => WorkPlan;

/**
 * A message with a place for a nonce, and how to hash it. Immutable.
 *
 * @throws {@link PowError} `POW_ARGUMENT` for a value of the wrong kind; `POW_WORK_SIZE` when the
 *   message is longer than 1 MiB or the nonce lies outside it
 */
export class Work {
  readonly algorithm: Algorithm;
  readonly nonce: Readonly<NonceLayout>;
  readonly hashOrder: ByteOrder;
  readonly #plan: WorkPlan;

  constructor(options: WorkOptions) {
    requireObject(options, 'options');
    const algorithm = requireOneOf(options.algorithm, ALGORITHMS, 'algorithm');
    const message = copyMessage(options.message);
    const nonce = checkLayout(options.nonce, message.length);
    const hashOrder = requireOneOf(options.hashOrder, BYTE_ORDERS, 'hashOrder');
    this.algorithm = algorithm;
    this.nonce = nonce;
    this.hashOrder = hashOrder;
    this.#plan = Object.freeze({
      algorithm,
      message,
      nonceOffset: nonce.offset,
      nonceEncoding: nonce.encoding,
      nonceDigits: nonce.digits ?? null,
      hashOrder,
    });
  }

  /** A copy of the bytes the nonce is written into. */
  get message(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#plan.message);
  }

  static {
    workPlan = (value, argument) => {
      if (typeof value !== 'object' || value === null || !(#plan in value)) {
        throw badArgument(argument, 'a Work', value);
      }
      return value.#plan;
    };
  }
}

/** A nonce that the layout can hold. */
export function requireNonce(plan: WorkPlan, value: unknown, argument: string): bigint {
  const nonce = requireBigint(value, argument);
  const count = nonceCount(plan);
  if (nonce < 0n || nonce >= count) {
    throw new PowError('POW_RANGE', `${argument} must be from 0 to ${count - 1n}, not ${nonce}`, {
      argument,
    });
  }
  return nonce;
}

function copyMessage(value: unknown): Uint8Array {
  const message = requireBytes(value, 'message');
  if (message.length > MAX_MESSAGE_BYTES) {
    const detail = `message is ${message.length} bytes; the most is ${MAX_MESSAGE_BYTES}`;
    throw new PowError('POW_WORK_SIZE', detail, { argument: 'message' });
  }
  return new Uint8Array(message);
}

function checkLayout(layout: NonceLayout, messageLength: number): Readonly<NonceLayout> {
  requireObject(layout, 'nonce');
  const name = requireOneOf(layout.encoding, NONCE_ENCODINGS, 'nonce.encoding');
  const offset = requireInteger(layout.offset, 0, Number.MAX_SAFE_INTEGER, 'nonce.offset');
  const encoding = ENCODINGS[name];
  const width = 'width' in encoding ? encoding.width : 0;
  if (offset + width > messageLength) {
    const detail = `nonce.offset ${offset} and ${width} bytes end past a message of ${messageLength}`;
    throw new PowError('POW_WORK_SIZE', detail, { argument: 'nonce.offset' });
  }
  const { digits } = layout;
  if (digits === undefined) return Object.freeze({ offset, encoding: name });
  if ('width' in encoding) {
    throw badArgument('nonce.digits', `left out for the binary encoding '${name}'`, digits);
  }
  requireInteger(digits, 1, encoding.mostDigits, 'nonce.digits');
  return Object.freeze({ offset, encoding: name, digits });
}
