import type { NonceEncoding, WorkPlan } from '../contract.js';

const ZERO = '0'.charCodeAt(0);

interface BinaryNonce {
  readonly bytes: number;
  readonly lowestFirst: boolean;
}

const BINARY: Readonly<Record<Exclude<NonceEncoding, 'decimal' | 'hex'>, BinaryNonce>> = {
  u32le: { bytes: 4, lowestFirst: true },
  u32be: { bytes: 4, lowestFirst: false },
  u48le: { bytes: 6, lowestFirst: true },
  u48be: { bytes: 6, lowestFirst: false },
  u64le: { bytes: 8, lowestFirst: true },
  u64be: { bytes: 8, lowestFirst: false },
};

/**
 * A message from its nonce to its end. The nonce is written as a bigint once and then counted up
 * in place, one byte or digit at a time with carry, as an odometer does: no 64-bit arithmetic in
 * the hot loop, and one loop for every encoding.
 */
export class NonceTail {
  readonly #work: WorkPlan;
  /** Binary layouts: `null` for text. */
  readonly #binary: BinaryNonce | null;
  readonly #radix: number;
  /** What follows each byte value; the highest digit is followed by {@link #zero}. */
  readonly #successor: Uint8Array;
  readonly #zero: number;
  #bytes: Uint8Array;
  #width = 0;

  constructor(work: WorkPlan) {
    this.#work = work;
    this.#bytes = work.message.slice(work.nonceOffset);
    const { nonceEncoding } = work;
    if (nonceEncoding === 'decimal' || nonceEncoding === 'hex') {
      this.#binary = null;
      this.#radix = nonceEncoding === 'hex' ? 16 : 10;
      this.#zero = ZERO;
      this.#successor = textSuccessors(this.#radix);
    } else {
      this.#binary = BINARY[nonceEncoding];
      this.#radix = 256;
      this.#zero = 0;
      this.#successor = Uint8Array.from({ length: 256 }, (_, byte) => byte + 1);
      this.#width = this.#binary.bytes;
    }
  }

  /** The bytes to hash behind the message's first `nonceOffset`; good until the next `write`. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /**
   * Writes a nonce.
   *
   * @returns how many nonces from this one on are as wide, so that {@link step} may reach them
   */
  write(nonce: bigint): number {
    if (this.#binary !== null) {
      this.#writeBinary(nonce, this.#binary);
      return Infinity;
    }
    const { nonceDigits } = this.#work;
    const text = nonce.toString(this.#radix).padStart(nonceDigits ?? 0, '0');
    this.#widen(text.length);
    for (let i = 0; i < text.length; i++) this.#bytes[i] = text.charCodeAt(i);
    return nonceDigits === null
      ? Number(BigInt(this.#radix) ** BigInt(text.length) - nonce)
      : Infinity;
  }

  /** Counts the nonce up by one. */
  step(): void {
    const bytes = this.#bytes;
    const lowestFirst = this.#binary?.lowestFirst === true;
    const last = this.#width - 1;
    for (let carried = 0; carried <= last; carried++) {
      const i = lowestFirst ? carried : last - carried;
      const next = this.#successor[bytes[i] as number] as number;
      bytes[i] = next;
      if (next !== this.#zero) return;
    }
  }

  #writeBinary(nonce: bigint, { bytes: width, lowestFirst }: BinaryNonce): void {
    for (let i = 0; i < width; i++) {
      this.#bytes[lowestFirst ? i : width - 1 - i] = Number((nonce >> BigInt(8 * i)) & 0xffn);
    }
  }

  /** Makes room for a text nonce of `width` digits in front of the rest of the message. */
  #widen(width: number): void {
    if (width === this.#width) return;
    const rest = this.#work.message.subarray(this.#work.nonceOffset);
    this.#bytes = new Uint8Array(width + rest.length);
    this.#bytes.set(rest, width);
    this.#width = width;
  }
}

function textSuccessors(radix: number): Uint8Array {
  const successors = new Uint8Array(256);
  for (let digit = 0; digit < radix; digit++) {
    const next = (digit + 1) % radix;
    successors[digit.toString(radix).charCodeAt(0)] = next.toString(radix).charCodeAt(0);
  }
  return successors;
}
