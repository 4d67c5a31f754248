import { MessageChannel } from 'node:worker_threads';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type NonceLayout, type PowError, Work, type WorkOptions } from '../../ts/index.js';
import { thrown } from '../fixtures.js';

const good: WorkOptions = {
  algorithm: 'blake2s',
  message: new Uint8Array(80),
  nonce: { offset: 72, encoding: 'u64le' },
  hashOrder: 'le',
};
const nonceOf = (layout: object) => ({ nonce: { ...good.nonce, ...layout } as NonceLayout });

/** What a thread gets when the memory was handed to another one. */
function detached(): Uint8Array {
  const bytes = new Uint8Array(80);
  const { port1, port2 } = new MessageChannel();
  port1.postMessage(bytes, [bytes.buffer]);
  port1.close();
  port2.close();
  return bytes;
}

test('the message is copied: neither side can change the other’s', () => {
  const message = new Uint8Array(80);
  const work = new Work({ ...good, message });
  message.fill(1);
  work.message.fill(2);
  assert.equal(work.message, new Uint8Array(80));
});

test('a Buffer is copied too, and not as a window into its pool', () => {
  const work = new Work({ ...good, message: Buffer.alloc(80, 3) });
  assert.is(work.message.buffer.byteLength, 80);
  assert.not(Buffer.isBuffer(work.message));
});

test('a message of 1 MiB is taken, and one byte more is not', () => {
  const message = new Uint8Array(1 << 20);
  assert.is(new Work({ ...good, message }).message.length, 1 << 20);
  const error = thrown(
    () => new Work({ ...good, message: new Uint8Array((1 << 20) + 1) }),
  ) as PowError;
  assert.is(error.code, 'POW_WORK_SIZE');
  assert.is(error.argument, 'message');
});

test('a nonce may end with the message, and a text nonce stand after it', () => {
  assert.is(new Work({ ...good, ...nonceOf({ offset: 76, encoding: 'u32be' }) }).nonce.offset, 76);
  assert.is(new Work({ ...good, ...nonceOf({ offset: 80, encoding: 'hex' }) }).nonce.offset, 80);
  const empty = {
    ...good,
    message: new Uint8Array(0),
    ...nonceOf({ offset: 0, encoding: 'decimal' }),
  };
  assert.is(new Work(empty).message.length, 0);
});

test('the layout cannot be changed, not through the object handed in either', () => {
  const nonce = { offset: 72, encoding: 'u64le' as const };
  const work = new Work({ ...good, nonce });
  nonce.offset = 0;
  assert.is(work.nonce.offset, 72);
  assert.throws(() => {
    (work.nonce as { offset: number }).offset = 0;
  });
});

const BAD: readonly (readonly [string, string, string, unknown])[] = [
  ['no options', 'POW_ARGUMENT', 'options', undefined],
  ['null options', 'POW_ARGUMENT', 'options', null],
  ['an unknown algorithm', 'POW_ARGUMENT', 'algorithm', { ...good, algorithm: 'md5' }],
  [
    'an inherited name as algorithm',
    'POW_ARGUMENT',
    'algorithm',
    { ...good, algorithm: 'toString' },
  ],
  ['no message', 'POW_ARGUMENT', 'message', { ...good, message: undefined }],
  ['a string for a message', 'POW_ARGUMENT', 'message', { ...good, message: '00' }],
  ['an array for a message', 'POW_ARGUMENT', 'message', { ...good, message: [1, 2, 3] }],
  [
    'an ArrayBuffer for a message',
    'POW_ARGUMENT',
    'message',
    { ...good, message: new ArrayBuffer(80) },
  ],
  [
    'a Uint16Array for a message',
    'POW_ARGUMENT',
    'message',
    { ...good, message: new Uint16Array(80) },
  ],
  [
    'a false Uint8Array',
    'POW_ARGUMENT',
    'message',
    { ...good, message: Object.create(Uint8Array.prototype) },
  ],
  [
    'a shared message',
    'POW_ARGUMENT',
    'message',
    { ...good, message: new Uint8Array(new SharedArrayBuffer(80)) },
  ],
  ['a detached message', 'POW_ARGUMENT', 'message', { ...good, message: detached() }],
  [
    'a message too short for the nonce',
    'POW_WORK_SIZE',
    'nonce.offset',
    { ...good, message: new Uint8Array(79) },
  ],
  ['an empty message', 'POW_WORK_SIZE', 'nonce.offset', { ...good, message: new Uint8Array(0) }],
  ['no nonce', 'POW_ARGUMENT', 'nonce', { ...good, nonce: undefined }],
  ['a number for the layout', 'POW_ARGUMENT', 'nonce', { ...good, nonce: 72 }],
  [
    'an offset past the end',
    'POW_WORK_SIZE',
    'nonce.offset',
    { ...good, ...nonceOf({ offset: 73 }) },
  ],
  [
    'a text offset past the end',
    'POW_WORK_SIZE',
    'nonce.offset',
    { ...good, ...nonceOf({ offset: 81, encoding: 'hex' }) },
  ],
  [
    'an offset of 2^53',
    'POW_ARGUMENT',
    'nonce.offset',
    { ...good, ...nonceOf({ offset: 2 ** 53 }) },
  ],
  [
    'an offset of 2^32 + 72',
    'POW_WORK_SIZE',
    'nonce.offset',
    { ...good, ...nonceOf({ offset: 2 ** 32 + 72 }) },
  ],
  ['a negative offset', 'POW_ARGUMENT', 'nonce.offset', { ...good, ...nonceOf({ offset: -1 }) }],
  ['half an offset', 'POW_ARGUMENT', 'nonce.offset', { ...good, ...nonceOf({ offset: 0.5 }) }],
  [
    'an offset that is NaN',
    'POW_ARGUMENT',
    'nonce.offset',
    { ...good, ...nonceOf({ offset: Number.NaN }) },
  ],
  [
    'a bigint for an offset',
    'POW_ARGUMENT',
    'nonce.offset',
    { ...good, ...nonceOf({ offset: 72n }) },
  ],
  [
    'a string for an offset',
    'POW_ARGUMENT',
    'nonce.offset',
    { ...good, ...nonceOf({ offset: '72' }) },
  ],
  [
    'an unknown encoding',
    'POW_ARGUMENT',
    'nonce.encoding',
    { ...good, ...nonceOf({ encoding: 'u16le' }) },
  ],
  [
    'no encoding',
    'POW_ARGUMENT',
    'nonce.encoding',
    { ...good, ...nonceOf({ encoding: undefined }) },
  ],
  [
    'digits of a binary nonce',
    'POW_ARGUMENT',
    'nonce.digits',
    { ...good, ...nonceOf({ digits: 8 }) },
  ],
  [
    'no decimal digits',
    'POW_ARGUMENT',
    'nonce.digits',
    { ...good, ...nonceOf({ encoding: 'decimal', digits: 0 }) },
  ],
  [
    '21 decimal digits',
    'POW_ARGUMENT',
    'nonce.digits',
    { ...good, ...nonceOf({ encoding: 'decimal', digits: 21 }) },
  ],
  [
    '17 hex digits',
    'POW_ARGUMENT',
    'nonce.digits',
    { ...good, ...nonceOf({ encoding: 'hex', digits: 17 }) },
  ],
  [
    'null digits',
    'POW_ARGUMENT',
    'nonce.digits',
    { ...good, ...nonceOf({ encoding: 'hex', digits: null }) },
  ],
  ['an unknown hash order', 'POW_ARGUMENT', 'hashOrder', { ...good, hashOrder: 'big' }],
  ['no hash order', 'POW_ARGUMENT', 'hashOrder', { ...good, hashOrder: undefined }],
];

for (const [what, code, argument, options] of BAD) {
  test(`${what}: ${code} names '${argument}'`, () => {
    const error = thrown(() => new Work(options as WorkOptions)) as PowError;
    assert.is(error.name, 'PowError');
    assert.is(error.code, code);
    assert.is(error.argument, argument);
  });
}

test.run();
