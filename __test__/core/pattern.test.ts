import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Pattern, type PowError } from '../../ts/index.js';
import { thrown } from '../fixtures.js';

const hashBytes = fc.uint8Array({ minLength: 32, maxLength: 32 });

test('a hex prefix is met by exactly the hashes whose text begins with it', () => {
  const prefix = fc.stringMatching(/^[0-9a-fA-F]{1,64}$/);
  fc.assert(
    fc.property(prefix, hashBytes, fc.boolean(), (digits, bytes, plant) => {
      const text = Buffer.from(bytes).toString('hex');
      const hash = plant ? Buffer.from(digits + text.slice(digits.length), 'hex') : bytes;
      const starts = Buffer.from(hash).toString('hex').startsWith(digits.toLowerCase());
      assert.is(Pattern.hexPrefix(digits).isMetBy(hash, 'le'), starts);
      assert.is(Pattern.hexPrefix(digits).isMetBy(hash, 'be'), starts);
      assert.is(Pattern.hexPrefix(digits).expectedHashes, 16 ** digits.length);
    }),
  );
});

test('only the bits under the mask count', () => {
  const pattern = Pattern.equals(Uint8Array.of(0xff, 0x12), Uint8Array.of(0x0f, 0x00));
  const hash = new Uint8Array(32).fill(0xaf);
  assert.ok(pattern.isMetBy(hash, 'le'));
  hash[0] = 0xae;
  assert.not(pattern.isMetBy(hash, 'le'));
  assert.is(pattern.expectedHashes, 16);
});

test('a mask without bits is met by every hash', () => {
  const pattern = Pattern.equals(Uint8Array.of(1), Uint8Array.of(0));
  assert.ok(pattern.isMetBy(new Uint8Array(32), 'be'));
  assert.is(pattern.expectedHashes, 1);
});

test('the value can be changed afterwards without changing the pattern', () => {
  const value = Uint8Array.of(5);
  const pattern = Pattern.equals(value);
  value[0] = 6;
  assert.ok(pattern.isMetBy(new Uint8Array(32).fill(5), 'le'));
});

const BAD: readonly (readonly [string, string, () => unknown])[] = [
  ['no bytes', 'value', () => Pattern.equals(new Uint8Array(0))],
  ['33 bytes', 'value', () => Pattern.equals(new Uint8Array(33))],
  ['a string for bytes', 'value', () => Pattern.equals('00' as unknown as Uint8Array)],
  ['shared bytes', 'value', () => Pattern.equals(new Uint8Array(new SharedArrayBuffer(2)))],
  [
    'a shared mask',
    'mask',
    () => Pattern.equals(new Uint8Array(2), new Uint8Array(new SharedArrayBuffer(2))),
  ],
  ['a longer mask', 'mask', () => Pattern.equals(new Uint8Array(1), new Uint8Array(2))],
  [
    'null for a mask',
    'mask',
    () => Pattern.equals(new Uint8Array(1), null as unknown as Uint8Array),
  ],
  ['an empty prefix', 'prefix', () => Pattern.hexPrefix('')],
  ['65 digits', 'prefix', () => Pattern.hexPrefix('0'.repeat(65))],
  ['a prefix that is no hex', 'prefix', () => Pattern.hexPrefix('0x')],
  ['a short hash', 'hash', () => Pattern.hexPrefix('0').isMetBy(new Uint8Array(31), 'le')],
];

for (const [what, argument, call] of BAD) {
  test(`${what}: the error names '${argument}'`, () => {
    const error = thrown(call) as PowError;
    assert.is(error.code, 'POW_ARGUMENT');
    assert.is(error.argument, argument);
  });
}

test.run();
