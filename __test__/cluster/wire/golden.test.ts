import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeFrame } from '../../../ts/cluster/wire/frame.js';
import { decodeFrame, FrameReader } from '../../../ts/cluster/wire/frame-reader.js';
import type { MessageKind } from '../../../ts/cluster/wire/messages.js';
import { MESSAGES } from '../../../ts/cluster/wire/table.js';
import { isVersion1, version1Goodbye } from '../../../ts/cluster/wire/version1.js';
import { plain, samples } from './samples.js';

function framesOf(file: string): readonly (readonly [name: string, bytes: Buffer])[] {
  const text = readFileSync(new URL(`../../vectors/${file}`, import.meta.url), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [name = '', hex = ''] = line.split(' ');
      return [name, Buffer.from(hex, 'hex')] as const;
    });
}

const golden = framesOf('cluster-frames-v2.txt') as readonly (readonly [MessageKind, Buffer])[];
const old = framesOf('cluster-frames-v1.txt');

/** Independent of the code under test: the definition, bit by bit. */
function plainCrc(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return ~crc >>> 0;
}

test('every message has a golden frame', () => {
  assert.equal(golden.map(([kind]) => kind).sort(), MESSAGES.map(({ kind }) => kind).sort());
});

for (const [kind, bytes] of golden) {
  test(`${kind} is written as its golden frame, and read from it`, () => {
    assert.is(Buffer.from(encodeFrame(samples[kind], 0)).toString('hex'), bytes.toString('hex'));
    const from = MESSAGES.find((row) => row.kind === kind)?.from === 'master' ? 'master' : 'worker';
    const reader = new FrameReader({ from });
    reader.push(bytes);
    const frame = reader.next();
    assert.ok(frame !== null);
    assert.equal(plain(decodeFrame(frame)), plain(samples[kind]));
    assert.is(reader.next(), null);
    assert.is(reader.wait(), null);
  });

  test(`the golden frame of ${kind} is laid out as the format says`, () => {
    assert.is(bytes.toString('latin1', 0, 4), 'MINE');
    assert.is(bytes.readUInt8(4), 2);
    assert.is(bytes.readUInt8(5), 0);
    assert.is(bytes.readUInt16BE(6), MESSAGES.find((row) => row.kind === kind)?.type);
    assert.is(bytes.readUInt32BE(8), bytes.length - 24);
    assert.is(bytes.readUInt32BE(12), 0);
    assert.is(bytes.readUInt32BE(16), plainCrc(bytes.subarray(0, 16)));
    assert.is(bytes.readUInt32BE(20), plainCrc(bytes.subarray(24)));
  });
}

test('types 1 to 11 are those of version 1', () => {
  const names = MESSAGES.filter(({ type }) => type <= 11).map(({ type, name }) => [type, name]);
  const before = ['HELLO', 'HELLO_REPLY', 'CAPABILITIES', 'PEER_LIST', 'WORKUNIT_REQUEST'];
  const after = ['WORKUNIT_ASSIGN', 'WORKUNIT_RESULT', 'DATASET_REQUEST', 'DATASET_CHUNK'];
  const all = [...before, ...after, 'HEARTBEAT', 'GOODBYE'];
  assert.equal(
    names,
    all.map((name, i) => [i + 1, name]),
  );
});

test('version 1 is recognised by four bytes, in either byte order, and version 2 is not taken for it', () => {
  assert.is(old.length, 8);
  for (const [name, bytes] of old) {
    assert.ok(isVersion1(bytes.subarray(0, 4)), name);
    assert.ok(isVersion1(bytes), name);
    const big = Buffer.from(bytes).subarray(0, 16);
    big.subarray(0, 4).reverse();
    big.subarray(4, 6).reverse();
    big.subarray(6, 8).reverse();
    assert.ok(isVersion1(big.subarray(0, 4)), name);
    assert.ok(isVersion1(big), name);
  }
  for (const [kind, bytes] of golden) assert.not(isVersion1(bytes), kind);
  assert.not(isVersion1(Buffer.from('1603010200', 'hex')), 'a TLS hello');
  assert.not(isVersion1(Buffer.from('454e49', 'hex')), 'three bytes');
});

test('version 1 is answered with its own GOODBYE, in the byte order of whoever asked', () => {
  for (const [name, bytes] of old) {
    const reason = `no ${name} here: version 2 and TLS`;
    const goodbye = Buffer.from(version1Goodbye(bytes, reason));
    const sum = Buffer.from(reason).reduce((all, byte) => all + byte, 0);
    assert.is(goodbye.toString('hex', 0, 8), '454e494d01000b00');
    assert.is(goodbye.readUInt32LE(8), reason.length);
    assert.is(goodbye.readUInt32LE(12), sum);
    assert.is(goodbye.toString('utf8', 16), reason);
  }
  const big = Buffer.from(version1Goodbye(Buffer.from('MINE'), 'why'));
  assert.is(big.toString('hex'), '4d494e450001000b0000000300000158776879');
});

test('a GOODBYE of version 1 without a reason is the one that its vectors have', () => {
  const [, vector] = old.find(([name]) => name === 'GOODBYE') ?? [];
  assert.ok(vector);
  assert.is(Buffer.from(version1Goodbye(vector, '')).toString('hex'), vector.toString('hex'));
});

test.run();
