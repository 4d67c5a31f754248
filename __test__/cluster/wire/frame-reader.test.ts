import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeFrame, FrameWriter, HEADER_BYTES } from '../../../ts/cluster/wire/frame.js';
import { decodeFrame, FrameReader } from '../../../ts/cluster/wire/frame-reader.js';
import type { Message } from '../../../ts/cluster/wire/messages.js';
import { MESSAGES } from '../../../ts/cluster/wire/table.js';
import { WireError } from '../../../ts/cluster/wire/wire-error.js';
import { crc32c } from '../../../ts/core/crc32c.js';
import { thrown } from '../../fixtures.js';
import { anyMessage } from './arbitrary-messages.js';
import { plain, samples } from './samples.js';

const ROOT = 'bb'.repeat(32);
const MOST_CHUNK = 1 << 20;
const ofWorkers = new Set(MESSAGES.filter(({ from }) => from !== 'master').map((row) => row.kind));
const ofMasters = new Set(MESSAGES.filter(({ from }) => from !== 'worker').map((row) => row.kind));

function readAll(reader: FrameReader): Message[] {
  const messages: Message[] = [];
  for (let frame = reader.next(); frame !== null; frame = reader.next()) {
    messages.push(decodeFrame(frame));
  }
  return messages;
}

/** A good frame with some header bytes changed, and the CRC of the header made good again. */
function forged(change: (header: DataView) => void, of: Message = samples.heartbeat): Uint8Array {
  const frame = encodeFrame(of, 0);
  const view = new DataView(frame.buffer, frame.byteOffset);
  change(view);
  view.setUint32(16, crc32c(frame.subarray(0, 16)));
  return frame;
}

function errorOf(bytes: Uint8Array, reader = new FrameReader({ from: 'worker' })): WireError {
  reader.push(bytes);
  const error = thrown(() => readAll(reader));
  assert.instance(error, WireError);
  return error as WireError;
}

test('what is written is read, however the bytes are cut', () => {
  fc.assert(
    fc.property(
      fc.array(anyMessage, { minLength: 1, maxLength: 6 }),
      fc.array(fc.integer({ min: 1, max: 4_000 }), { minLength: 1, maxLength: 40 }),
      (messages, cuts) => {
        for (const from of ['worker', 'master'] as const) {
          const theirs = messages.filter(({ kind }) =>
            (from === 'worker' ? ofWorkers : ofMasters).has(kind),
          );
          const writer = new FrameWriter();
          const bytes = Buffer.concat(theirs.map((message) => writer.frame(message)));
          const reader = new FrameReader({ from });
          const read: Message[] = [];
          for (let at = 0, i = 0; at < bytes.length; i++) {
            const cut = cuts[i % cuts.length] as number;
            reader.push(bytes.subarray(at, at + cut));
            at += cut;
            if (i % 3 !== 1) read.push(...readAll(reader));
          }
          read.push(...readAll(reader));
          assert.equal(read.map(plain), theirs.map(plain));
          assert.is(reader.wait(), null);
        }
      },
    ),
    { numRuns: 150 },
  );
});

test('frames of every size up to the cap complete, in chunks of a socket or byte by byte', () => {
  for (const size of [0, 1, 4_095, 4_096, 4_097, 65_536, 128_512, 131_072, 200_000, MOST_CHUNK]) {
    const bytes = new Uint8Array(size).map((_, i) => (i * 31) & 0xff);
    const frame = encodeFrame({ kind: 'dataset-chunk', root: ROOT, index: 1, bytes }, 0);
    for (const step of size > 5_000 ? [65_536, 1_447] : [65_536, 1]) {
      const reader = new FrameReader({ from: 'master' });
      let pushed = 0;
      while (pushed < frame.length) {
        assert.is(reader.next(), null);
        reader.push(frame.slice(pushed, pushed + step));
        pushed += step;
      }
      const [message, ...others] = readAll(reader);
      assert.is(others.length, 0);
      assert.ok(message?.kind === 'dataset-chunk' && message.bytes !== null);
      assert.is(Buffer.compare(message.bytes, bytes), 0);
    }
  }
});

test('what a frame waits for is known: nothing, its header, its payload', () => {
  const frame = encodeFrame(samples.result, 0);
  const reader = new FrameReader({ from: 'worker' });
  assert.is(reader.wait(), null);
  reader.push(frame.slice(0, 5));
  assert.is(reader.next(), null);
  assert.equal(reader.wait(), { part: 'header', have: 5, need: HEADER_BYTES, row: null });
  reader.push(frame.slice(5, 30));
  assert.is(reader.next(), null);
  const { row, ...wait } = reader.wait() ?? { row: null };
  assert.equal(wait, { part: 'payload', have: 6, need: frame.length - HEADER_BYTES });
  assert.is(row?.name, 'WORKUNIT_RESULT');
  reader.push(frame.slice(30));
  assert.is(readAll(reader).length, 1);
  assert.is(reader.wait(), null);
});

test('a length takes no memory before its bytes come', () => {
  const head = forged((view) => {
    view.setUint16(6, 9);
    view.setUint32(8, MOST_CHUNK);
  }).slice(0, HEADER_BYTES + 1);
  const before = process.memoryUsage().arrayBuffers;
  const readers = Array.from({ length: 256 }, () => {
    const reader = new FrameReader({ from: 'worker' });
    reader.push(head);
    assert.is(reader.next(), null);
    return reader;
  });
  const grown = process.memoryUsage().arrayBuffers - before;
  assert.ok(grown < 8 << 20, `${grown} bytes for ${readers.length} headers`);
});

test('a length above the cap of its message is refused from the header alone', () => {
  for (const row of MESSAGES) {
    for (const length of [row.cap + 1, 0xffff_ffff]) {
      const header = forged((view) => {
        view.setUint16(6, row.type);
        view.setUint32(8, length);
      }).slice(0, HEADER_BYTES);
      const from = row.from === 'master' ? 'master' : 'worker';
      const error = errorOf(header, new FrameReader({ from }));
      assert.is(error.type, row.name);
      assert.is(error.field, 'length');
    }
  }
});

test('each field of the header is checked, and the error says which', () => {
  const flip = (at: number) => {
    const frame = encodeFrame(samples.heartbeat, 0);
    frame[at] = (frame[at] as number) ^ 1;
    return frame;
  };
  assert.is(errorOf(flip(0)).field, 'magic');
  assert.is(errorOf(flip(4)).field, 'version');
  for (const at of [5, 6, 7, 8, 11, 12, 15, 16, 19]) assert.is(errorOf(flip(at)).field, 'header');
  for (const at of [20, 23, 24, 28]) assert.is(errorOf(flip(at)).field, 'payload');
  assert.is(errorOf(forged((view) => view.setUint8(5, 1))).field, 'flags');
  assert.is(errorOf(forged((view) => view.setUint16(6, MESSAGES.length + 1))).field, 'type');
  assert.is(errorOf(forged((view) => view.setUint16(6, 0))).field, 'type');
  assert.is(errorOf(forged((view) => view.setUint32(12, 1))).field, 'seq');
});

test('a frame that comes twice, or is left out, is seen by its number', () => {
  const writer = new FrameWriter();
  const [first, second, third] = [1, 2, 3].map((tick) => writer.frame({ kind: 'heartbeat', tick }));
  assert.ok(first && second && third);
  assert.is(errorOf(Buffer.concat([first, first])).field, 'seq');
  assert.is(errorOf(Buffer.concat([first, third])).field, 'seq');
  const reader = new FrameReader({ from: 'worker' });
  reader.push(Buffer.concat([first, second, third]));
  assert.is(readAll(reader).length, 3);
});

test('what only the other end says is refused, and what is not the first message where one must be', () => {
  assert.is(errorOf(encodeFrame(samples.assign, 0)).field, 'type');
  const master = new FrameReader({ from: 'master' });
  assert.is(errorOf(encodeFrame(samples.result, 0), master).field, 'type');
  const fresh = () => new FrameReader({ from: 'worker', first: 'hello' });
  const error = errorOf(encodeFrame(samples.result, 0).slice(0, HEADER_BYTES), fresh());
  assert.is(error.type, 'WORKUNIT_RESULT');
  const reader = fresh();
  reader.push(encodeFrame(samples.hello, 0));
  reader.push(encodeFrame(samples.result, 1));
  assert.equal(
    readAll(reader).map(({ kind }) => kind),
    ['hello', 'result'],
  );
});

test('nothing is read after an error, and nothing is kept', () => {
  const reader = new FrameReader({ from: 'worker' });
  const error = errorOf(new Uint8Array(HEADER_BYTES), reader);
  reader.push(encodeFrame(samples.heartbeat, 0));
  assert.is(
    thrown(() => reader.next()),
    error,
  );
});

test('a message that cannot be written uses up no number', () => {
  const writer = new FrameWriter();
  assert.instance(
    thrown(() => writer.frame({ kind: 'request', credits: 65 })),
    WireError,
  );
  const reader = new FrameReader({ from: 'worker' });
  reader.push(writer.frame({ kind: 'request', credits: 64 }));
  assert.equal(readAll(reader), [{ kind: 'request', credits: 64 }]);
});

test.run();
