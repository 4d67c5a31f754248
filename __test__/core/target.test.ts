import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type PowError, Target } from '../../ts/index.js';
import { thrown } from '../fixtures.js';

const uint256 = fc.bigInt({ min: 0n, max: (1n << 256n) - 1n });
const order = fc.constantFrom('le' as const, 'be' as const);

/** Its memory has gone to another owner. */
function detached(): Uint8Array {
  const bytes = new Uint8Array(32);
  structuredClone(bytes, { transfer: [bytes.buffer] });
  return bytes;
}

test('every form gives the same target back', () => {
  fc.assert(
    fc.property(uint256, order, (value, byteOrder) => {
      const target = Target.fromBigInt(value);
      assert.is(target.toBigInt(), value);
      assert.is(BigInt(`0x${target.toHex()}`), value);
      assert.is(target.toHex().length, 64);
      assert.is(Target.fromHex(target.toHex()).toBigInt(), value);
      assert.is(Target.fromHex(target.toHex().toUpperCase()).toBigInt(), value);
      assert.is(Target.fromBytes(target.toBytes(byteOrder), byteOrder).toBigInt(), value);
      assert.equal(target.toBytes('le').reverse(), target.toBytes('be'));
    }),
  );
});

test('a hash meets a target exactly when its number is not above the target’s', () => {
  const near = fc.tuple(uint256, fc.integer({ min: -2, max: 2 })).map(([value, step]) => {
    const other = value + BigInt(step);
    return [value, other < 0n || other >> 256n !== 0n ? value : other] as const;
  });
  fc.assert(
    fc.property(fc.oneof(fc.tuple(uint256, uint256), near), order, ([goal, number], byteOrder) => {
      const hash = Target.fromBigInt(number).toBytes(byteOrder);
      assert.is(Target.fromBigInt(goal).isMetBy(hash, byteOrder), number <= goal);
    }),
  );
});

test('bytes handed in or out can be changed without changing the target', () => {
  const bytes = new Uint8Array(32).fill(7);
  const target = Target.fromBytes(bytes, 'be');
  bytes.fill(0);
  target.toBytes('be').fill(0);
  assert.is(target.toHex(), '07'.repeat(32));
  assert.not(target.isMetBy(new Uint8Array(32).fill(8), 'be'));
});

test('a Buffer out of the middle of a pool is read where it stands', () => {
  const pool = Buffer.alloc(100, 0xff);
  pool.fill(1, 20, 52);
  assert.is(Target.fromBytes(pool.subarray(20, 52), 'le').toHex(), '01'.repeat(32));
});

test('expected hashes are 2^256 over the number of winning hashes', () => {
  assert.is(Target.fromLeadingZeroBits(20).expectedHashes, 2 ** 20);
  assert.is(Target.fromBigInt(0n).expectedHashes, 2 ** 256);
  assert.is(Target.fromBigInt((1n << 256n) - 1n).expectedHashes, 1);
});

const BAD: readonly (readonly [string, string, () => unknown])[] = [
  ['hex of 63 digits', 'hex', () => Target.fromHex('0'.repeat(63))],
  ['hex of 65 digits', 'hex', () => Target.fromHex('0'.repeat(65))],
  ['hex with a prefix', 'hex', () => Target.fromHex(`0x${'0'.repeat(62)}`)],
  ['hex with a line feed', 'hex', () => Target.fromHex(`${'0'.repeat(63)}\n`)],
  ['hex with a letter g', 'hex', () => Target.fromHex('g'.repeat(64))],
  ['a number as hex', 'hex', () => Target.fromHex(5 as unknown as string)],
  ['31 bytes', 'bytes', () => Target.fromBytes(new Uint8Array(31), 'be')],
  [
    'an array as bytes',
    'bytes',
    () => Target.fromBytes(Array(32).fill(0) as unknown as Uint8Array, 'be'),
  ],
  [
    'shared bytes',
    'bytes',
    () => Target.fromBytes(new Uint8Array(new SharedArrayBuffer(32)), 'be'),
  ],
  ['detached bytes', 'bytes', () => Target.fromBytes(detached(), 'be')],
  ['an unknown order', 'order', () => Target.fromBytes(new Uint8Array(32), 'me' as 'be')],
  ['no order', 'order', () => Target.fromHex('0'.repeat(64)).toBytes(undefined as unknown as 'be')],
  ['a negative bigint', 'value', () => Target.fromBigInt(-1n)],
  ['a bigint of 257 bits', 'value', () => Target.fromBigInt(1n << 256n)],
  ['a number as bigint', 'value', () => Target.fromBigInt(1 as unknown as bigint)],
  ['257 zero bits', 'bits', () => Target.fromLeadingZeroBits(257)],
  ['half a zero bit', 'bits', () => Target.fromLeadingZeroBits(0.5)],
  [
    'a hash of 33 bytes',
    'hash',
    () => Target.fromLeadingZeroBits(1).isMetBy(new Uint8Array(33), 'le'),
  ],
  [
    'a hash without order',
    'order',
    () => Target.fromLeadingZeroBits(1).isMetBy(new Uint8Array(32), undefined as unknown as 'le'),
  ],
];

for (const [what, argument, call] of BAD) {
  test(`${what}: the error names '${argument}'`, () => {
    const error = thrown(call) as PowError;
    assert.is(error.code, 'POW_ARGUMENT');
    assert.is(error.argument, argument);
  });
}

test.run();
