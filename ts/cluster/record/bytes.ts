/** The few kinds of fields that entries have, as bytes: numbers of any size, texts, byte strings. */

import { PowError } from '../../errors.js';

const HEX_ID = /^[0-9a-f]{32}$/;
/** In the place of a length: 16 bytes follow, a text of 32 hex digits. */
const IS_ID = 0x7f_ff;
const START_BYTES = 512;

/** Numbers: seven bits a byte, the lowest first, the last without its top bit (LEB128). */
export class ByteWriter {
  #bytes = Buffer.allocUnsafe(START_BYTES);
  #at = 0;

  /** An integer from 0 to 2^53 - 1. */
  count(value: number): this {
    this.#room(8);
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[this.#at++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#at++] = rest;
    return this;
  }

  /** Zero or above. */
  big(value: bigint): this {
    if (value <= BigInt(Number.MAX_SAFE_INTEGER)) return this.count(0).count(Number(value));
    const hex = value.toString(16);
    return this.bytes(Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex'));
  }

  /** Any integer. */
  signed(value: bigint): this {
    return this.big(value < 0n ? -2n * value - 1n : 2n * value);
  }

  text(value: string): this {
    if (!HEX_ID.test(value)) {
      const bytes = Buffer.from(value);
      if (bytes.length >= IS_ID) throw new PowError('POW_ARGUMENT', 'a name of 32 KiB');
      return this.bytes(bytes);
    }
    this.count(IS_ID).#room(16);
    this.#at += this.#bytes.write(value, this.#at, 'hex');
    return this;
  }

  bytes(value: Uint8Array): this {
    this.count(value.length).#room(value.length);
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
    return this;
  }

  done(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
  }

  #room(length: number): void {
    if (this.#at + length <= this.#bytes.length) return;
    const bytes = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#at + length));
    bytes.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = bytes;
  }
}

export class ByteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  count(): number {
    let value = 0;
    for (let unit = 1; unit <= 2 ** 49; unit *= 0x80) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw this.bad('an entry that is cut off');
      value += (byte & 0x7f) * unit;
      if (byte < 0x80) return value;
    }
    throw this.bad('a number that is too long');
  }

  big(): bigint {
    const length = this.count();
    if (length === 0) return BigInt(this.count());
    return BigInt(`0x${this.#take(length).toString('hex')}`);
  }

  signed(): bigint {
    const value = this.big();
    return value % 2n === 0n ? value / 2n : -(value + 1n) / 2n;
  }

  text(): string {
    const length = this.count();
    return length === IS_ID ? this.#take(16).toString('hex') : this.#take(length).toString('utf8');
  }

  bytes(): Uint8Array {
    return new Uint8Array(this.#take(this.count()));
  }

  bad(what: string): PowError {
    return new PowError('POW_ARGUMENT', `the journal has ${what} at byte ${this.#at} of a record`);
  }

  #take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw this.bad('a field that is cut off');
    const bytes = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }
}
