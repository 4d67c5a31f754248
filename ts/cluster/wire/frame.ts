/**
 * A message in a frame of version 2: 24 bytes of header, big endian, then the payload.
 *
 *     0 magic u32 | 4 version u8 | 5 flags u8 | 6 type u16 | 8 length u32 | 12 seq u32
 *     16 CRC32C of bytes 0 to 15 | 20 CRC32C of the payload
 */

import { crc32c } from '../../core/crc32c.js';
import { FieldReader } from './field-reader.js';
import { FieldWriter } from './field-writer.js';
import type { Message } from './messages.js';
import { type AnyRow, rowOfKind } from './table.js';
import { WireError } from './wire-error.js';

/** `MINE`. */
export const MAGIC = 0x4d494e45;
export const FRAME_VERSION = 2;
export const HEADER_BYTES = 24;
/** Header bytes under the header's own CRC. */
export const CHECKED_BYTES = 16;
/** First byte of every payload: a reader of another one cannot read the fields that follow. */
const PAYLOAD_VERSION = 1;

/**
 * @param seq - of the frame: 0 for the first of a connection, in each direction
 * @throws {@link WireError} for a message that no reader would take
 */
export function encodeFrame(message: Message, seq: number): Uint8Array<ArrayBuffer> {
  const row = rowOfKind(message.kind);
  const frame = encoded(row, message, HEADER_BYTES);
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const payload = frame.subarray(HEADER_BYTES);
  view.setUint32(0, MAGIC);
  view.setUint8(4, FRAME_VERSION);
  view.setUint8(5, 0);
  view.setUint16(6, row.type);
  view.setUint32(8, payload.length);
  view.setUint32(12, seq);
  view.setUint32(16, crc32c(frame.subarray(0, CHECKED_BYTES)));
  view.setUint32(20, crc32c(payload));
  return frame;
}

/** Gives a frame another number: which one it gets is known when it is sent. */
export function numberFrame(frame: Uint8Array, seq: number): void {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  view.setUint32(12, seq);
  view.setUint32(16, crc32c(frame.subarray(0, CHECKED_BYTES)));
}

/** A message without a frame, for queues that have their own; the reader must know its kind. */
export function encodePayload(message: Message): Uint8Array<ArrayBuffer> {
  return encoded(rowOfKind(message.kind), message, 0);
}

/** @throws {@link WireError} naming the message and the field */
export function decodePayload(row: AnyRow, payload: Uint8Array): Message {
  if (payload.length > row.cap) throw new WireError(row.name, 'payload', 'too long');
  const input = new FieldReader(row.name, payload);
  const version = input.u8('version');
  if (version !== PAYLOAD_VERSION) throw input.error('version', `${version} is unknown`);
  const fields = row.codec.read(input);
  input.tail();
  return { kind: row.kind, ...fields } as Message;
}

function encoded(row: AnyRow, message: Message, head: number): Uint8Array<ArrayBuffer> {
  const out = new FieldWriter(row.name, head, row.cap);
  out.u8('version', PAYLOAD_VERSION);
  // The row is that of the message's kind.
  (row.codec.write as (out: FieldWriter, message: Message) => void)(out, message);
  return out.finish();
}

/** Numbers the frames of one direction of a connection. */
export class FrameWriter {
  #seq = 0;

  /** @throws {@link WireError} as {@link encodeFrame}; the number is not used up then */
  frame(message: Message): Uint8Array<ArrayBuffer> {
    const frame = encodeFrame(message, this.#seq);
    this.#seq = (this.#seq + 1) >>> 0;
    return frame;
  }
}
