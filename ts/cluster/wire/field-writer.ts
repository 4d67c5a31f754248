/** Writes the fields of a binary message, big endian. */

import { WireError } from './wire-error.js';

const FIRST_BYTES = 256;
const MOST_U64 = (1n << 64n) - 1n;

export class FieldWriter {
  readonly #type: string;
  readonly #most: number;
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  #length: number;

  /**
   * @param type - of the message, for errors
   * @param head - bytes left free in front of it, for a frame header
   * @param most - bytes of the message
   */
  constructor(type: string, head: number, most: number) {
    this.#type = type;
    this.#most = head + most;
    this.#bytes = new Uint8Array(head + Math.min(most, FIRST_BYTES));
    this.#view = new DataView(this.#bytes.buffer);
    this.#length = head;
  }

  /** Head and message. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  u8(field: string, value: number): void {
    const at = this.#room(field, 1);
    this.#view.setUint8(at, this.#integer(field, value, 0xff));
  }

  u16(field: string, value: number): void {
    const at = this.#room(field, 2);
    this.#view.setUint16(at, this.#integer(field, value, 0xffff));
  }

  u32(field: string, value: number): void {
    const at = this.#room(field, 4);
    this.#view.setUint32(at, this.#integer(field, value, 0xffff_ffff));
  }

  u64(field: string, value: bigint): void {
    if (value < 0n || value > MOST_U64) throw this.error(field, `${value} is not of 64 bits`);
    const at = this.#room(field, 8);
    this.#view.setBigUint64(at, value);
  }

  /** A safe integer, in eight bytes. */
  count(field: string, value: number): void {
    this.u64(field, BigInt(this.#integer(field, value, Number.MAX_SAFE_INTEGER)));
  }

  /** The end of a range of nonces, in nine bytes: 2^64 is one. */
  bound(field: string, value: bigint): void {
    const top = value === MOST_U64 + 1n;
    this.u8(field, top ? 1 : 0);
    this.u64(field, top ? 0n : value);
  }

  /** As they are, without a length. */
  bytes(field: string, bytes: Uint8Array): void {
    const at = this.#room(field, bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** Exactly `digits / 2` bytes. */
  hex(field: string, text: string, digits: number): void {
    if (text.length !== digits || !/^[0-9a-f]*$/.test(text)) {
      throw this.error(field, `not ${digits} hex digits`);
    }
    this.bytes(field, Buffer.from(text, 'hex'));
  }

  /** Two bytes of length in front. */
  text(field: string, text: string, most: number): void {
    const bytes = Buffer.from(text);
    if (bytes.length > most) throw this.error(field, `more than ${most} bytes`);
    this.u16(field, bytes.length);
    this.bytes(field, bytes);
  }

  /** An entry of the tail: tags ascend, and readers skip those that they do not know. */
  tail(field: string, tag: number, bytes: Uint8Array): void {
    this.u8(field, tag);
    this.u16(field, bytes.length);
    this.bytes(field, bytes);
  }

  error(field: string, detail: string): WireError {
    return new WireError(this.#type, field, detail);
  }

  #integer(field: string, value: number, most: number): number {
    if (Number.isInteger(value) && value >= 0 && value <= most) return value;
    throw this.error(field, `${value} is no integer from 0 to ${most}`);
  }

  /** Where the next `count` bytes go. It may replace the view: ask first, then write. */
  #room(field: string, count: number): number {
    const at = this.#length;
    const end = at + count;
    if (end > this.#most) throw this.error(field, 'the message is too long');
    if (end > this.#bytes.length) {
      const wider = new Uint8Array(Math.min(this.#most, Math.max(end, 2 * this.#bytes.length)));
      wider.set(this.#bytes);
      this.#bytes = wider;
      this.#view = new DataView(wider.buffer);
    }
    this.#length = end;
    return at;
  }
}
