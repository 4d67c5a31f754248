/** Reads the fields of a binary message, big endian, each within its bounds. */

import { WireError } from './wire-error.js';

/** Entries of a tail. */
const MOST_TAIL = 32;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export class FieldReader {
  readonly #type: string;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  #tail: Map<number, Uint8Array> | null = null;

  /** @param type - of the message, for errors */
  constructor(type: string, bytes: Uint8Array) {
    this.#type = type;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8(field: string): number {
    return this.#view.getUint8(this.#skip(field, 1));
  }

  u16(field: string): number {
    return this.#view.getUint16(this.#skip(field, 2));
  }

  u32(field: string): number {
    return this.#view.getUint32(this.#skip(field, 4));
  }

  u64(field: string): bigint {
    return this.#view.getBigUint64(this.#skip(field, 8));
  }

  /** A safe integer, in eight bytes. */
  count(field: string): number {
    const value = Number(this.u64(field));
    if (!Number.isSafeInteger(value)) throw this.error(field, 'above 2^53');
    return value;
  }

  /** The end of a range of nonces: 2^64 is one. */
  bound(field: string): bigint {
    const top = this.u8(field);
    const rest = this.u64(field);
    if (top === 0) return rest;
    if (top !== 1 || rest !== 0n) throw this.error(field, 'above 2^64');
    return 1n << 64n;
  }

  /** Length of a list. */
  length(field: string, most: number): number {
    const length = this.u16(field);
    if (length > most) throw this.error(field, `more than ${most} entries`);
    return length;
  }

  /** A number of a small table. */
  oneOf<T>(field: string, table: ReadonlyMap<number, T>): T {
    const value = table.get(this.u8(field));
    if (value === undefined) throw this.error(field, 'unknown');
    return value;
  }

  /** A copy: what is kept does not hold the whole buffer of the socket. */
  bytes(field: string, length: number): Uint8Array<ArrayBuffer> {
    const at = this.#skip(field, length);
    return new Uint8Array(this.#bytes.subarray(at, at + length));
  }

  hex(field: string, digits: number): string {
    const at = this.#skip(field, digits / 2);
    const { buffer, byteOffset } = this.#bytes;
    return Buffer.from(buffer, byteOffset + at, digits / 2).toString('hex');
  }

  text(field: string, most: number): string {
    const length = this.u16(field);
    if (length > most) throw this.error(field, `more than ${most} bytes`);
    const at = this.#skip(field, length);
    return this.utf8(field, this.#bytes.subarray(at, at + length), most);
  }

  utf8(field: string, bytes: Uint8Array, most: number): string {
    if (bytes.length > most) throw this.error(field, `more than ${most} bytes`);
    try {
      return decoder.decode(bytes);
    } catch (cause) {
      throw new WireError(this.#type, field, 'not UTF-8', { cause });
    }
  }

  /** Everything that is left, not copied. */
  rest(): Uint8Array {
    const rest = this.#bytes.subarray(this.#at);
    this.#at = this.#bytes.length;
    return rest;
  }

  /** The entries after the fixed fields, by tag. The message ends with them. */
  tail(): ReadonlyMap<number, Uint8Array> {
    if (this.#tail !== null) return this.#tail;
    const tail = new Map<number, Uint8Array>();
    let last = -1;
    while (this.#at < this.#bytes.length) {
      const tag = this.u8('tail');
      if (tag <= last) throw this.error('tail', 'tags do not ascend');
      if (tail.size === MOST_TAIL) throw this.error('tail', `more than ${MOST_TAIL} entries`);
      const length = this.u16('tail');
      const at = this.#skip('tail', length);
      tail.set(tag, this.#bytes.subarray(at, at + length));
      last = tag;
    }
    this.#tail = tail;
    return tail;
  }

  error(field: string, detail: string): WireError {
    return new WireError(this.#type, field, detail);
  }

  #skip(field: string, count: number): number {
    const at = this.#at;
    if (at + count > this.#bytes.length) throw this.error(field, 'the message ends before it');
    this.#at = at + count;
    return at;
  }
}
