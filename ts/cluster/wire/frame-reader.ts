/** Frames out of the bytes of a connection, however they are cut. */

import { crc32c } from '../../core/crc32c.js';
import { CHECKED_BYTES, decodePayload, FRAME_VERSION, HEADER_BYTES, MAGIC } from './frame.js';
import type { Message, MessageKind } from './messages.js';
import { type AnyRow, rowOfType } from './table.js';
import { WireError } from './wire-error.js';

/** A payload is kept from so many bytes on, doubling: a length alone takes no memory. */
const FIRST_BYTES = 4096;

export interface Frame {
  readonly row: AnyRow;
  readonly seq: number;
  readonly payload: Uint8Array;
}

export interface FrameReaderOptions {
  /** Which end is read from: what only the other end says is refused. */
  readonly from: 'worker' | 'master';
  /** Before this message nothing else is read. */
  readonly first?: MessageKind | undefined;
}

/** What a frame is short of. */
export interface FrameWait {
  readonly part: 'header' | 'payload';
  readonly have: number;
  readonly need: number;
  /** `null` while the header is not complete. */
  readonly row: AnyRow | null;
}

/**
 * Bytes in with `push()`, frames out with `next()` until `null`. After an error nothing more can
 * be read: where the next frame begins is not known.
 */
export class FrameReader {
  readonly #from: 'worker' | 'master';
  #first: MessageKind | null;
  readonly #header = new Uint8Array(HEADER_BYTES);
  readonly #view = new DataView(this.#header.buffer);
  #headerHave = 0;
  #row: AnyRow | null = null;
  #need = 0;
  #payload: Uint8Array = new Uint8Array(0);
  #have = 0;
  #seq = 0;
  readonly #chunks: Uint8Array[] = [];
  #at = 0;
  #waiting = 0;
  #broken: WireError | null = null;

  constructor({ from, first }: FrameReaderOptions) {
    this.#from = from;
    this.#first = first ?? null;
  }

  /** Takes bytes over: the caller does not change them afterwards. */
  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#waiting += chunk.length;
  }

  /** What the frame that has begun is short of; `null` between two frames. */
  wait(): FrameWait | null {
    if (this.#row !== null) {
      return { part: 'payload', have: this.#have, need: this.#need, row: this.#row };
    }
    if (this.#headerHave === 0) return null;
    return { part: 'header', have: this.#headerHave, need: HEADER_BYTES, row: null };
  }

  /**
   * The next whole frame; `null` when more bytes are needed. The payload may be a part of a chunk
   * that was pushed: {@link decodeFrame} copies what it keeps.
   *
   * @throws {@link WireError}
   */
  next(): Frame | null {
    if (this.#broken !== null) throw this.#broken;
    try {
      return this.#next();
    } catch (error) {
      this.#broken = error as WireError;
      this.#chunks.length = 0;
      this.#waiting = 0;
      this.#payload = new Uint8Array(0);
      throw error;
    }
  }

  #next(): Frame | null {
    if (this.#row === null) {
      while (this.#headerHave < HEADER_BYTES) {
        const part = this.#take(HEADER_BYTES - this.#headerHave);
        if (part === null) return null;
        this.#header.set(part, this.#headerHave);
        this.#headerHave += part.length;
      }
      this.#row = this.#checkHeader();
    }
    const payload = this.#gather();
    if (payload === null) return null;
    const frame = { row: this.#row, seq: this.#seq, payload };
    if (crc32c(payload) !== this.#view.getUint32(20)) {
      throw new WireError(frame.row.name, 'payload', 'CRC does not match');
    }
    this.#row = null;
    this.#first = null;
    this.#headerHave = 0;
    this.#payload = new Uint8Array(0);
    this.#have = 0;
    this.#seq = (this.#seq + 1) >>> 0;
    return frame;
  }

  #checkHeader(): AnyRow {
    const view = this.#view;
    if (view.getUint32(0) !== MAGIC) throw new WireError('frame', 'magic', 'not a frame');
    const version = view.getUint8(4);
    if (version !== FRAME_VERSION) throw new WireError('frame', 'version', `${version} is unknown`);
    if (crc32c(this.#header.subarray(0, CHECKED_BYTES)) !== view.getUint32(16)) {
      throw new WireError('frame', 'header', 'CRC does not match');
    }
    if (view.getUint8(5) !== 0) throw new WireError('frame', 'flags', 'not zero');
    const type = view.getUint16(6);
    const row = rowOfType(type);
    if (row === undefined) throw new WireError('frame', 'type', `${type} is unknown`);
    if (row.from !== 'both' && row.from !== this.#from) {
      throw new WireError(row.name, 'type', `a ${this.#from} does not send it`);
    }
    if (this.#first !== null && row.kind !== this.#first) {
      throw new WireError(row.name, 'type', 'not the first message of a connection');
    }
    const seq = view.getUint32(12);
    if (seq !== this.#seq) throw new WireError(row.name, 'seq', `${seq} in place of ${this.#seq}`);
    const length = view.getUint32(8);
    if (length > row.cap) throw new WireError(row.name, 'length', `${length} is above ${row.cap}`);
    this.#need = length;
    return row;
  }

  /** The payload once it is there: a part of one chunk where it lies in one. */
  #gather(): Uint8Array | null {
    if (this.#have === 0) {
      const chunk = this.#chunks[0];
      if (this.#need === 0) return this.#payload;
      if (chunk !== undefined && chunk.length - this.#at >= this.#need) {
        return this.#take(this.#need);
      }
    }
    while (this.#have < this.#need) {
      const part = this.#take(this.#need - this.#have);
      if (part === null) return null;
      const have = this.#have + part.length;
      if (have > this.#payload.length) {
        const room = Math.max(have, 2 * this.#payload.length, FIRST_BYTES);
        const wider = new Uint8Array(Math.min(this.#need, room));
        wider.set(this.#payload.subarray(0, this.#have));
        this.#payload = wider;
      }
      this.#payload.set(part, this.#have);
      this.#have = have;
    }
    return this.#payload;
  }

  /** Up to `most` bytes of the oldest chunk; `null`: there is none. */
  #take(most: number): Uint8Array | null {
    const chunk = this.#chunks[0];
    if (chunk === undefined) return null;
    const part = chunk.subarray(this.#at, this.#at + most);
    this.#at += part.length;
    this.#waiting -= part.length;
    if (this.#at === chunk.length) {
      this.#chunks.shift();
      this.#at = 0;
    }
    return part;
  }
}

/** @throws {@link WireError} naming the message and the field */
export function decodeFrame({ row, payload }: Frame): Message {
  return decodePayload(row, payload);
}
