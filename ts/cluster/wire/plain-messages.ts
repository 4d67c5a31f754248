/** Heartbeats, farewells, refusals and chunks of datasets. */

import type { Codec } from './codec.js';
import { cutText } from './codec.js';
import { type MessageKind, MOST_TEXT_BYTES } from './messages.js';

export const MOST_CHUNK_BYTES = 1 << 20;
/** Chunks of one request: the window of a reader. */
const MOST_CHUNKS = 8;
const HEX_ROOT = 64;

export const heartbeatCodec: Codec<'heartbeat'> = {
  write: (out, { tick }) => out.u32('tick', tick),
  read: (input) => ({ tick: input.u32('tick') }),
};

export const goodbyeCodec: Codec<'goodbye'> = {
  write: (out, { reason }) => out.text('reason', cutText(reason, MOST_TEXT_BYTES), MOST_TEXT_BYTES),
  read: (input) => ({ reason: input.text('reason', MOST_TEXT_BYTES) }),
};

export const statusRequestCodec: Codec<'status-request'> = {
  write: () => {},
  read: () => ({}),
};

/**
 * @param kindOf - the table, which knows this codec
 */
export function errorCodec(kinds: {
  kindOf(type: number): MessageKind | null;
  typeOf(kind: MessageKind): number;
}): Codec<'error'> {
  return {
    write(out, { about, text, retryAfterMs }) {
      out.u16('about', about === null ? 0 : kinds.typeOf(about));
      out.u32('retryAfterMs', retryAfterMs);
      out.text('text', cutText(text, MOST_TEXT_BYTES), MOST_TEXT_BYTES);
    },
    read(input) {
      // A type that this end does not know is still a refusal.
      const about = kinds.kindOf(input.u16('about'));
      const retryAfterMs = input.u32('retryAfterMs');
      return { about, retryAfterMs, text: input.text('text', MOST_TEXT_BYTES) };
    },
  };
}

export const datasetRequestCodec: Codec<'dataset-request'> = {
  write(out, { root, first, count }) {
    out.hex('root', root, HEX_ROOT);
    out.u32('first', first);
    if (count < 1 || count > MOST_CHUNKS) throw out.error('count', `not 1 to ${MOST_CHUNKS}`);
    out.u8('count', count);
  },
  read(input) {
    const root = input.hex('root', HEX_ROOT);
    const first = input.u32('first');
    const count = input.u8('count');
    if (count < 1 || count > MOST_CHUNKS) throw input.error('count', `not 1 to ${MOST_CHUNKS}`);
    return { root, first, count };
  },
};

/** The length is there even where the message ends with it: a tail may follow. */
export const datasetChunkCodec: Codec<'dataset-chunk'> = {
  write(out, { root, index, bytes }) {
    out.hex('root', root, HEX_ROOT);
    out.u32('index', index);
    out.u8('bytes', bytes === null ? 0 : 1);
    if (bytes === null) return;
    if (bytes.length > MOST_CHUNK_BYTES) throw out.error('bytes', 'more than a chunk');
    out.u32('bytes', bytes.length);
    out.bytes('bytes', bytes);
  },
  read(input) {
    const root = input.hex('root', HEX_ROOT);
    const index = input.u32('index');
    const there = input.u8('bytes');
    if (there > 1) throw input.error('bytes', 'neither there nor missing');
    if (there === 0) return { root, index, bytes: null };
    const length = input.u32('bytes');
    if (length > MOST_CHUNK_BYTES) throw input.error('bytes', 'more than a chunk');
    return { root, index, bytes: input.bytes('bytes', length) };
  },
};
