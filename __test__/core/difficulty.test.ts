import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type PowError, Target } from '../../ts/index.js';
import { chainweb, thrown } from '../fixtures.js';

const MAX = (1n << 256n) - 1n;
const padded = (digits: string, zeros: number) => `${digits}${'0'.repeat(zeros)}`.padStart(64, '0');

test('the nBits of Bitcoin’s first block are difficulty 1', () => {
  const genesis = padded('ffff', 52);
  assert.is(Target.fromCompact(0x1d00ffff).toHex(), genesis);
  assert.is(Target.fromDifficulty(1, 'bitcoin').toHex(), genesis);
  assert.is(
    Target.fromCompact(0x1d00ffff).expectedHashes,
    2 ** 256 / Number((0xffffn << 208n) + 1n),
  );
});

// From Bitcoin Core, src/test/arith_uint256_tests.cpp, bignum_SetCompact; and block 100,800.
const COMPACT: readonly (readonly [number, string])[] = [
  [0x01123456, padded('12', 0)],
  [0x02123456, padded('1234', 0)],
  [0x03123456, padded('123456', 0)],
  [0x04123456, padded('12345600', 0)],
  [0x05009234, padded('92340000', 0)],
  [0x20123456, padded('123456', 58)],
  [0x1b0404cb, padded('404cb', 48)],
  [0x220000ff, padded('ff', 62)],
  [0x2100ffff, padded('ffff', 60)],
];

for (const [nBits, hex] of COMPACT) {
  test(`nBits 0x${nBits.toString(16).padStart(8, '0')} is ${hex}`, () => {
    assert.is(Target.fromCompact(nBits).toHex(), hex);
  });
}

test('nBits that Bitcoin Core refuses are thrown', () => {
  const zero = [0, 0x00123456, 0x01003456, 0x02000056, 0x04000000, 0x00923456, 0x01803456];
  const negative = [0x04923456, 0x01fedcba, 0x04ffffff];
  const overflow = [0xff123456, 0x23000001, 0x22000100, 0x21010000];
  for (const nBits of [...zero, ...negative, ...overflow, -1, 1.5, 2 ** 32, Number.NaN]) {
    const error = thrown(() => Target.fromCompact(nBits)) as PowError;
    assert.is(error.code, 'POW_ARGUMENT', String(nBits));
    assert.is(error.argument, 'nBits');
  }
});

test('chainweb difficulty 1 is the highest target', () => {
  assert.is(Target.fromDifficulty(1, 'chainweb').toBigInt(), MAX);
  assert.is(Target.fromDifficulty(1, 'chainweb').expectedHashes, 1);
});

test('a difficulty of 2^n leaves n leading zero bits', () => {
  for (const { level, targetHexBE } of chainweb.levelTargets) {
    assert.is(Target.fromLeadingZeroBits(level).toHex(), targetHexBE);
    assert.is(Target.fromDifficulty(2 ** level, 'chainweb').toHex(), targetHexBE);
  }
});

// floor(one / fractions.Fraction(d)) in Python, for doubles that are no round numbers.
const FRACTIONS: readonly (readonly [number, 'chainweb' | 'bitcoin', string])[] = [
  [0.1, 'bitcoin', '00000009fff5ffffffffd80028000000009fff5ffffffffd80028000000009ff'],
  [
    16307.420938523983,
    'bitcoin',
    '00000000000404cb0000000007c5747a627a628969a358d48b51dade7bd7a049',
  ],
  [3, 'chainweb', '5555555555555555555555555555555555555555555555555555555555555555'],
  [1e9, 'chainweb', '000000044b82fa09b5a52cb98b405447c4a98187eebb22f008d5d64f9c394ae9'],
];

for (const [difficulty, scale, hex] of FRACTIONS) {
  test(`the ${scale} target of ${difficulty} is the floor of the exact fraction`, () => {
    assert.is(Target.fromDifficulty(difficulty, scale).toHex(), hex);
  });
}

test('a difficulty no hash can have is the target zero', () => {
  assert.is(Target.fromDifficulty(Number.MAX_VALUE, 'chainweb').toBigInt(), 0n);
});

test('the smallest difficulty that fits is taken and the next smaller is not', () => {
  const least = 2 ** -32;
  assert.is(Target.fromDifficulty(least, 'bitcoin').toBigInt(), 0xffffn << 240n);
  const error = thrown(() => Target.fromDifficulty(0.5, 'chainweb')) as PowError;
  assert.is(error.argument, 'difficulty');
  assert.is(
    (thrown(() => Target.fromDifficulty(Number.MIN_VALUE, 'bitcoin')) as PowError).argument,
    'difficulty',
  );
});

test('what is no difficulty is thrown', () => {
  for (const bad of [0, -0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1n, '1', null, undefined]) {
    const error = thrown(() => Target.fromDifficulty(bad as number, 'chainweb')) as PowError;
    assert.is(error.argument, 'difficulty', String(bad));
  }
  const error = thrown(() => Target.fromDifficulty(1, 'litecoin' as 'bitcoin')) as PowError;
  assert.is(error.argument, 'scale');
});

test.run();
