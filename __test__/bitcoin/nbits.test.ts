import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeCompact, difficultyOf, encodeCompact } from '../../ts/bitcoin/index.js';
import { Target } from '../../ts/index.js';

/**
 * What the reference makes of compact numbers (Bitcoin Core, `arith_uint256_tests.cpp`): compact,
 * value in hex, negative, overflow, and the compact form it gives back.
 */
const REFERENCE: [number, string, boolean, boolean, number][] = [
  [0x00000000, '0', false, false, 0],
  [0x00123456, '0', false, false, 0],
  [0x01003456, '0', false, false, 0],
  [0x02000056, '0', false, false, 0],
  [0x03000000, '0', false, false, 0],
  [0x04000000, '0', false, false, 0],
  [0x00923456, '0', false, false, 0],
  [0x01803456, '0', false, false, 0],
  [0x02800056, '0', false, false, 0],
  [0x03800000, '0', false, false, 0],
  [0x04800000, '0', false, false, 0],
  [0x01123456, '12', false, false, 0x01120000],
  [0x01fedcba, '7e', true, false, 0x01fe0000],
  [0x02123456, '1234', false, false, 0x02123400],
  [0x03123456, '123456', false, false, 0x03123456],
  [0x04123456, '12345600', false, false, 0x04123456],
  [0x04923456, '12345600', true, false, 0x04923456],
  [0x05009234, '92340000', false, false, 0x05009234],
  [0x20123456, `123456${'0'.repeat(58)}`, false, false, 0x20123456],
  // At the edge of 256 bits, where the reference counts digits.
  [0x2100ffff, `ffff${'0'.repeat(60)}`, false, false, 0x2100ffff],
  [0x220000ff, `ff${'0'.repeat(62)}`, false, false, 0x2100ff00],
];

for (const [compact, value, isNegative, overflows, back] of REFERENCE) {
  test(`0x${compact.toString(16).padStart(8, '0')} reads and writes as the reference does it`, () => {
    assert.equal(decodeCompact(compact), { value: BigInt(`0x${value}`), isNegative, overflows });
    assert.is(encodeCompact(BigInt(`0x${value}`), isNegative ? 'negative' : 'positive'), back);
  });
}

test('more than 256 bits overflow, and only they', () => {
  for (const compact of [0xff123456, 0x21010001, 0x22000101, 0x23000001, 0x23800001]) {
    assert.ok(decodeCompact(compact).overflows, compact.toString(16));
    assert.throws(() => Target.fromCompact(compact), /nBits/);
  }
  assert.is(decodeCompact(0xff000000).overflows, false, 'zero has no digits to push out');
  assert.equal(decodeCompact(0xff923456), { value: 0n, isNegative: true, overflows: true });
});

test('the compact form of a target is never easier, and less than a 2^15th harder', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: (1n << 256n) - 1n }), (value) => {
      const { value: back, isNegative, overflows } = decodeCompact(encodeCompact(value));
      assert.ok(!isNegative && !overflows && back <= value);
      assert.ok((value - back) << 15n <= value, `${value}`);
    }),
  );
});

test('a compact form that came from a number comes back to itself', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), (compact) => {
      const { value, isNegative } = decodeCompact(compact);
      const once = encodeCompact(value, isNegative ? 'negative' : 'positive');
      const again = decodeCompact(once);
      assert.is(again.value, value);
      assert.is(encodeCompact(again.value, again.isNegative ? 'negative' : 'positive'), once);
    }),
  );
});

test('Target.fromCompact takes what decodeCompact calls neither negative, too large nor zero', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), (compact) => {
      const { value, isNegative, overflows } = decodeCompact(compact);
      if (isNegative || overflows || value === 0n) {
        assert.throws(() => Target.fromCompact(compact), /nBits/);
      } else {
        assert.is(Target.fromCompact(compact).toBigInt(), value);
      }
    }),
  );
});

test('difficulties are those that everybody states', () => {
  const of = (nBits: number) => difficultyOf(Target.fromCompact(nBits));
  assert.is(of(0x1d00ffff), 1);
  assert.is(of(0x1b0404cb), 16307.420938523983);
  // As nodes print them.
  assert.is(of(0x1b04864c).toPrecision(15), '14484.1623612254');
  assert.is(of(0x170f48e4).toPrecision(16), '18415156832118.24');
});

test('difficulty and target lead to each other', () => {
  const difficulty = fc.double({ min: 1e-9, max: 1e60, noNaN: true });
  fc.assert(
    fc.property(difficulty, (wanted) => {
      const back = difficultyOf(Target.fromDifficulty(wanted, 'bitcoin'));
      // The target is a floor: never easier, and by less than one part in its size.
      const size = Number(Target.fromDifficulty(wanted, 'bitcoin').toBigInt());
      assert.ok(back >= wanted * (1 - 2 ** -52), `${wanted} ${back}`);
      assert.ok(back <= wanted * (1 + 2 / size) * (1 + 2 ** -52), `${wanted} ${back}`);
    }),
  );
});

test.run();
