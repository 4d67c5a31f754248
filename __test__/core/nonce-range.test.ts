import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type NonceLayout, NonceRange, type PowError, Work } from '../../ts/index.js';
import { thrown } from '../fixtures.js';

const TOP = 1n << 64n;

function workWith(encoding: NonceLayout['encoding'], digits?: number): Work {
  return new Work({
    algorithm: 'sha256',
    message: new Uint8Array(8),
    nonce: { offset: 0, encoding, digits },
    hashOrder: 'be',
  });
}

const SIZES: readonly (readonly [NonceLayout['encoding'], number | undefined, bigint])[] = [
  ['u32le', undefined, 1n << 32n],
  ['u32be', undefined, 1n << 32n],
  ['u48le', undefined, 1n << 48n],
  ['u48be', undefined, 1n << 48n],
  ['u64le', undefined, TOP],
  ['u64be', undefined, TOP],
  ['decimal', undefined, TOP],
  ['decimal', 1, 10n],
  ['decimal', 19, 10n ** 19n],
  ['decimal', 20, TOP],
  ['hex', undefined, TOP],
  ['hex', 1, 16n],
  ['hex', 15, 1n << 60n],
  ['hex', 16, TOP],
];

for (const [encoding, digits, size] of SIZES) {
  const name = digits === undefined ? encoding : `${encoding} of ${digits} digits`;
  test(`the full range of ${name} is [0, ${size})`, () => {
    const { start, end } = NonceRange.full(workWith(encoding, digits));
    assert.is(start, 0n);
    assert.is(end, size);
  });

  test(`a random range of ${name} is half of it and does not wrap`, () => {
    for (let i = 0; i < 50; i++) {
      const { start, end } = NonceRange.random(workWith(encoding, digits));
      assert.is(end - start, size / 2n);
      assert.ok(start >= 0n && start < size / 2n);
    }
  });
}

test('random starts reach the whole first half', () => {
  const work = workWith('decimal', 1);
  const starts = new Set(Array.from({ length: 500 }, () => NonceRange.random(work).start));
  assert.equal([...starts].sort(), [0n, 1n, 2n, 3n, 4n]);
});

test('the same seed gives the same range, however it is spelled', () => {
  const work = workWith('u64le');
  const first = NonceRange.random(work, { seed: 7 });
  assert.equal(NonceRange.random(work, { seed: 7n }), first);
  assert.equal(NonceRange.random(work, { seed: '7' }), first);
  assert.is.not(NonceRange.random(work, { seed: 8 }).start, first.start);
  assert.is.not(NonceRange.random(work).start, NonceRange.random(work).start);
});

test('a seeded start stays what it is from release to release', () => {
  // int(sha256("chain 0").hexdigest(), 16) % 2^63
  const { start } = NonceRange.random(workWith('u64le'), { seed: 'chain 0' });
  assert.is(start, 752751712275495337n);
});

test('parts lie side by side, cover the range and differ by at most one, longer ones first', () => {
  const bound = fc.bigInt({ min: 0n, max: TOP });
  fc.assert(
    fc.property(bound, bound, fc.integer({ min: 1, max: 300 }), (a, b, parts) => {
      const range = a < b ? new NonceRange(a, b) : new NonceRange(b, a);
      const split = range.split(parts);
      assert.is(split.length, parts);
      let at = range.start;
      for (const part of split) {
        assert.is(part.start, at);
        at = part.end;
      }
      assert.is(at, range.end);
      const lengths = split.map((part) => part.end - part.start);
      const [longest, shortest] = [lengths[0] as bigint, lengths.at(-1) as bigint];
      assert.ok(longest - shortest <= 1n);
      assert.ok(lengths.every((length, i) => i === 0 || length <= (lengths[i - 1] as bigint)));
    }),
  );
});

test('a range cannot be changed', () => {
  const range = new NonceRange(0n, 1n);
  assert.throws(() => {
    (range as { end: bigint }).end = 2n;
  });
});

const number = (value: unknown) => value as bigint;
const BAD: readonly (readonly [string, string, string, () => unknown])[] = [
  ['a Number for start', 'POW_ARGUMENT', 'start', () => new NonceRange(number(0), 1n)],
  ['a Number for end', 'POW_ARGUMENT', 'end', () => new NonceRange(0n, number(1))],
  ['a negative start', 'POW_RANGE', 'start', () => new NonceRange(-1n, 1n)],
  ['an end above 2^64', 'POW_RANGE', 'end', () => new NonceRange(0n, TOP + 1n)],
  ['a start above the end', 'POW_RANGE', 'start', () => new NonceRange(2n, 1n)],
  ['no parts', 'POW_ARGUMENT', 'parts', () => new NonceRange(0n, 1n).split(0)],
  ['NaN parts', 'POW_ARGUMENT', 'parts', () => new NonceRange(0n, 1n).split(Number.NaN)],
  ['a bigint of parts', 'POW_ARGUMENT', 'parts', () => new NonceRange(0n, 1n).split(1n as never)],
  ['2^53 parts', 'POW_ARGUMENT', 'parts', () => new NonceRange(0n, 1n).split(2 ** 53)],
  ['something that is no work', 'POW_ARGUMENT', 'work', () => NonceRange.full({} as Work)],
  [
    'a seed of half',
    'POW_ARGUMENT',
    'seed',
    () => NonceRange.random(workWith('hex'), { seed: 0.5 }),
  ],
  [
    'a seed of null',
    'POW_ARGUMENT',
    'seed',
    () => NonceRange.random(workWith('hex'), { seed: null as never }),
  ],
  [
    'null options',
    'POW_ARGUMENT',
    'options',
    () => NonceRange.random(workWith('hex'), null as never),
  ],
];

for (const [what, code, argument, call] of BAD) {
  test(`${what}: ${code} names '${argument}'`, () => {
    const error = thrown(call) as PowError;
    assert.is(error.code, code);
    assert.is(error.argument, argument);
  });
}

test.run();
