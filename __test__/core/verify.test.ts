import { createHash } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hash, Pattern, type PowError, Target, verify, Work } from '../../ts/index.js';
import { NONCE_ENCODINGS } from '../../ts/native/contract.js';
import {
  anyWork,
  chainweb,
  chainwebWork,
  hardTarget,
  plainDigest,
  Random,
  solvedBlocks,
  thrown,
} from '../fixtures.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

for (const { source, work, nonce, target, hashHex } of solvedBlocks) {
  test(`the header of ${source} verifies, and not with the next nonce (${nonce})`, () => {
    assert.ok(verify(work, nonce, target));
    assert.is(hex(hash(work, nonce)), hashHex);
    assert.not(verify(work, nonce + 1n, target));
  });
}

test('headers that must not meet their target do not', () => {
  const headers = chainweb.negative.filter(({ workHeaderHex }) => workHeaderHex !== undefined);
  assert.ok(headers.length > 0);
  for (const { workHeaderHex = '', targetHexLE = '', powHashHex = '' } of headers) {
    const nonce = Buffer.from(workHeaderHex, 'hex').readBigUInt64LE(278);
    const target = Target.fromBytes(Buffer.from(targetHexLE, 'hex'), 'le');
    assert.is(hex(hash(chainwebWork(workHeaderHex), nonce)), powHashHex);
    assert.not(verify(chainwebWork(workHeaderHex), nonce, target));
  }
});

test('Bitcoin’s first block verifies', () => {
  const header =
    '0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e' +
    '67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c';
  const work = new Work({
    algorithm: 'sha256d',
    message: Buffer.from(header, 'hex'),
    nonce: { offset: 76, encoding: 'u32le' },
    hashOrder: 'le',
  });
  assert.ok(verify(work, 2083236893n, Target.fromCompact(0x1d00ffff)));
  const wire = '6fe28c0ab6f1b372c1a6a246ae63f74f931e8365e15a089c68d6190000000000';
  assert.is(hex(hash(work, 2083236893n)), wire);
});

test('a hash equal to the target wins, and one below it by one does not', () => {
  const digest = hash(anyWork, 5n);
  const target = Target.fromBytes(digest, 'le');
  assert.ok(verify(anyWork, 5n, target));
  assert.not(verify(anyWork, 5n, Target.fromBigInt(target.toBigInt() - 1n)));
});

test('a text nonce is inserted, and at its fixed width padded', () => {
  const layout = { algorithm: 'sha256', message: Buffer.from('ab'), hashOrder: 'be' } as const;
  const sha = (text: string) => createHash('sha256').update(text).digest('hex');
  const decimal = new Work({ ...layout, nonce: { offset: 1, encoding: 'decimal' } });
  assert.is(hex(hash(decimal, 0n)), sha('a0b'));
  assert.is(hex(hash(decimal, (1n << 64n) - 1n)), sha('a18446744073709551615b'));
  const wide = new Work({ ...layout, nonce: { offset: 2, encoding: 'hex', digits: 4 } });
  assert.is(hex(hash(wide, 0xafn)), sha('ab00af'));
});

test('every encoding hashes what the plain definition hashes', () => {
  const random = new Random(1);
  for (const encoding of NONCE_ENCODINGS) {
    for (const algorithm of ['blake2s', 'sha256', 'sha256d'] as const) {
      const nonce = { offset: random.between(0, 60), encoding };
      const work = new Work({ algorithm, message: random.bytes(80), nonce, hashOrder: 'be' });
      const value = random.bigint(1n << 32n);
      assert.is(hex(hash(work, value)), plainDigest(work, value).toString('hex'));
    }
  }
});

test('a pattern reads the digest from byte 0 whatever the hash order', () => {
  const digest = hash(anyWork, 9n);
  assert.ok(verify(anyWork, 9n, Pattern.equals(digest.subarray(0, 2))));
  assert.not(verify(anyWork, 9n, Pattern.equals(digest.subarray(30))));
});

const BAD: readonly (readonly [string, string, string, () => unknown])[] = [
  ['a number for a nonce', 'POW_ARGUMENT', 'nonce', () => verify(anyWork, 1 as never, hardTarget)],
  ['a negative nonce', 'POW_RANGE', 'nonce', () => verify(anyWork, -1n, hardTarget)],
  ['a nonce of 2^64', 'POW_RANGE', 'nonce', () => hash(anyWork, 1n << 64n)],
  ['no work', 'POW_ARGUMENT', 'work', () => hash(undefined as never, 1n)],
  ['a false work', 'POW_ARGUMENT', 'work', () => hash(Object.create(Work.prototype), 1n)],
  ['no target', 'POW_ARGUMENT', 'target', () => verify(anyWork, 1n, undefined as never)],
  ['hex for a target', 'POW_ARGUMENT', 'target', () => verify(anyWork, 1n, 'ff' as never)],
];

for (const [what, code, argument, call] of BAD) {
  test(`${what}: ${code} names '${argument}'`, () => {
    const error = thrown(call) as PowError;
    assert.is(error.code, code);
    assert.is(error.argument, argument);
  });
}

test.run();
