import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  bitcoinWork,
  blockHashOf,
  type CoinbaseParts,
  coinbaseBranch,
  coinbaseBytes,
  decodeCompact,
  decodeHeader,
  difficultyOf,
  encodeCompact,
  encodeExtranonce,
  encodeHeader,
  foldBranch,
  fromDisplayHex,
  merkleRoot,
  rolledVersion,
  toDisplayHex,
  versionBits,
  versionVariants,
} from '../../ts/bitcoin/index.js';
import { PowError, Target } from '../../ts/index.js';

const hash = new Uint8Array(32);
const header = {
  ...{ version: 1, parent: hash, merkleRoot: hash, timeSeconds: 0, nBits: 0x1d00ffff, nonce: 0n },
};
const parts: CoinbaseParts = {
  ...{ coinbase1: hash, extranonce1: hash, extranonce2: hash, coinbase2: hash },
};
const withBits = (nBits: number) => encodeHeader({ ...header, nBits });
const wrong = (value: unknown) => value as never;

/** What is called, the code, and the argument that the error names. */
const MALFORMED: [string, () => unknown, 'POW_ARGUMENT' | 'POW_WORK_SIZE', string][] = [
  ['a header of 79 bytes', () => decodeHeader(new Uint8Array(79)), 'POW_WORK_SIZE', 'bytes'],
  ['a header of 81 bytes', () => decodeHeader(new Uint8Array(81)), 'POW_WORK_SIZE', 'bytes'],
  ['no bytes at all', () => decodeHeader(new Uint8Array(0)), 'POW_WORK_SIZE', 'bytes'],
  ['a header in hex', () => decodeHeader(wrong('00'.repeat(80))), 'POW_ARGUMENT', 'bytes'],
  ['bytes of 16 bits', () => decodeHeader(wrong(new Uint16Array(40))), 'POW_ARGUMENT', 'bytes'],
  [
    'shared memory',
    () => decodeHeader(new Uint8Array(new SharedArrayBuffer(80))),
    'POW_ARGUMENT',
    'bytes',
  ],
  ['a hash of 32 bytes', () => blockHashOf(hash), 'POW_WORK_SIZE', 'bytes'],
  ['no header', () => encodeHeader(wrong(null)), 'POW_ARGUMENT', 'header'],
  ['a signed version', () => encodeHeader({ ...header, version: -1 }), 'POW_ARGUMENT', 'version'],
  [
    'a version of 33 bits',
    () => encodeHeader({ ...header, version: 2 ** 32 }),
    'POW_ARGUMENT',
    'version',
  ],
  [
    'a short parent',
    () => encodeHeader({ ...header, parent: new Uint8Array(31) }),
    'POW_ARGUMENT',
    'parent',
  ],
  [
    'a root in hex',
    () => encodeHeader({ ...header, merkleRoot: wrong('00') }),
    'POW_ARGUMENT',
    'merkleRoot',
  ],
  [
    'half a second',
    () => encodeHeader({ ...header, timeSeconds: 0.5 }),
    'POW_ARGUMENT',
    'timeSeconds',
  ],
  [
    'a date',
    () => encodeHeader({ ...header, timeSeconds: wrong(new Date()) }),
    'POW_ARGUMENT',
    'timeSeconds',
  ],
  [
    'nBits that are none',
    () => encodeHeader({ ...header, nBits: Number.NaN }),
    'POW_ARGUMENT',
    'nBits',
  ],
  [
    'a nonce as a Number',
    () => encodeHeader({ ...header, nonce: wrong(1) }),
    'POW_ARGUMENT',
    'nonce',
  ],
  [
    'a nonce of 33 bits',
    () => encodeHeader({ ...header, nonce: 1n << 32n }),
    'POW_ARGUMENT',
    'nonce',
  ],
  ['a nonce below zero', () => encodeHeader({ ...header, nonce: -1n }), 'POW_ARGUMENT', 'nonce'],
  ['a negative target', () => bitcoinWork(withBits(0x04923456)), 'POW_ARGUMENT', 'nBits'],
  ['a target of zero', () => bitcoinWork(withBits(0x00123456)), 'POW_ARGUMENT', 'nBits'],
  ['a target beyond 256 bits', () => bitcoinWork(withBits(0xff123456)), 'POW_ARGUMENT', 'nBits'],
  ['work of 286 bytes', () => bitcoinWork(new Uint8Array(286)), 'POW_WORK_SIZE', 'bytes'],
  [
    'another algorithm',
    () => bitcoinWork(withBits(0x1d00ffff), { algorithm: wrong('scrypt') }),
    'POW_ARGUMENT',
    'algorithm',
  ],
  ['33 bits of compact form', () => decodeCompact(2 ** 32), 'POW_ARGUMENT', 'nBits'],
  ['a compact form as text', () => decodeCompact(wrong('1d00ffff')), 'POW_ARGUMENT', 'nBits'],
  ['a number of 257 bits', () => encodeCompact(1n << 256n), 'POW_ARGUMENT', 'value'],
  ['a number below zero', () => encodeCompact(-1n), 'POW_ARGUMENT', 'value'],
  ['a target that is none', () => difficultyOf(wrong(1n)), 'POW_ARGUMENT', 'target'],
  [
    'a target without difficulty',
    () => difficultyOf(Target.fromBigInt(0n)),
    'POW_ARGUMENT',
    'target',
  ],
  ['no transactions', () => merkleRoot([]), 'POW_ARGUMENT', 'txids'],
  [
    'a short transaction hash',
    () => merkleRoot([hash, hash.subarray(1)]),
    'POW_ARGUMENT',
    'txids[1]',
  ],
  ['transactions that are no list', () => coinbaseBranch(wrong('')), 'POW_ARGUMENT', 'txids'],
  ['a short leaf', () => foldBranch(hash.subarray(1), []), 'POW_ARGUMENT', 'leaf'],
  [
    'a branch with a hole',
    () => foldBranch(hash, [hash, wrong(undefined)]),
    'POW_ARGUMENT',
    'branch[1]',
  ],
  [
    'a branch without end',
    () => foldBranch(hash, new Array(33).fill(hash)),
    'POW_ARGUMENT',
    'branch',
  ],
  ['no parts', () => coinbaseBytes(wrong(undefined)), 'POW_ARGUMENT', 'parts'],
  [
    'a part in hex',
    () => coinbaseBytes({ ...parts, extranonce2: wrong('00') }),
    'POW_ARGUMENT',
    'extranonce2',
  ],
  [
    'a coinbase longer than a block',
    () => coinbaseBytes({ ...parts, coinbase2: new Uint8Array(1_000_000) }),
    'POW_WORK_SIZE',
    'parts',
  ],
  ['an extranonce that does not fit', () => encodeExtranonce(256n, 1), 'POW_ARGUMENT', 'count'],
  ['an extranonce below zero', () => encodeExtranonce(-1n, 1), 'POW_ARGUMENT', 'count'],
  ['an extranonce without bytes', () => encodeExtranonce(0n, 0), 'POW_ARGUMENT', 'size'],
  ['bits outside of the mask', () => rolledVersion(0, 0x1fffe000, 1), 'POW_ARGUMENT', 'bits'],
  ['a mask of 33 bits', () => rolledVersion(0, 2 ** 32, 0), 'POW_ARGUMENT', 'mask'],
  ['a negative mask', () => versionVariants(-1), 'POW_ARGUMENT', 'mask'],
  ['a variant too many', () => versionBits(0b101, 4n), 'POW_ARGUMENT', 'variant'],
  ['63 digits', () => fromDisplayHex('0'.repeat(63)), 'POW_ARGUMENT', 'hex'],
  ['digits that are none', () => fromDisplayHex('0x'.repeat(32)), 'POW_ARGUMENT', 'hex'],
  ['a hash of 31 bytes', () => toDisplayHex(hash.subarray(1)), 'POW_ARGUMENT', 'hash'],
];

test('there are thirty of them or more', () => {
  assert.ok(MALFORMED.length >= 30);
});

for (const [title, call, code, argument] of MALFORMED) {
  test(`${title}: ${code} names ${argument}`, () => {
    try {
      call();
    } catch (error) {
      assert.ok(error instanceof PowError, String(error));
      assert.equal([error.code, error.argument], [code, argument]);
      assert.ok(error.message.length < 300);
      return;
    }
    assert.unreachable('nothing was thrown');
  });
}

test.run();
