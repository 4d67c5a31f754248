import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { PowError } from '../../ts/index.js';
import { Random } from '../../ts/miner/seed.js';
import { thrown } from '../fixtures.js';

const draws = (random: Random) => Array.from({ length: 5 }, () => random.below(1n << 64n));

test('the same seed draws the same numbers, another one others', () => {
  assert.equal(draws(new Random('a')), draws(new Random('a')));
  assert.not.equal(draws(new Random('a')), draws(new Random('b')));
  for (const one of [1n, '1']) assert.equal(draws(new Random(1)), draws(new Random(one)));
});

test('without a seed no two streams are alike', () => {
  assert.not.equal(draws(new Random()), draws(new Random()));
});

test('POW_NATIVE_SEED is the seed where none is given', () => {
  process.env['POW_NATIVE_SEED'] = 'from outside';
  try {
    assert.equal(draws(new Random()), draws(new Random('from outside')));
    assert.equal(draws(new Random('given')), draws(new Random('given')));
    assert.not.equal(draws(new Random()), draws(new Random('given')));
  } finally {
    delete process.env['POW_NATIVE_SEED'];
  }
});

test('a fork depends on seed and name, not on what was drawn before', () => {
  const random = new Random('a');
  const before = draws(random.fork('part'));
  draws(random);
  assert.equal(draws(random.fork('part')), before);
  assert.not.equal(draws(random.fork('other')), before);
  assert.not.equal(draws(new Random('b').fork('part')), before);
});

test('numbers stay below their limit, and fractions below 1', () => {
  fc.assert(
    fc.property(fc.string(), fc.bigInt({ min: 1n, max: 1n << 64n }), (seed, limit) => {
      const random = new Random(seed);
      const drawn = random.below(limit);
      assert.ok(drawn >= 0n && drawn < limit);
      const fraction = random.fraction();
      assert.ok(fraction >= 0 && fraction < 1);
    }),
  );
});

test('a seed that is no text and no whole number is refused', () => {
  for (const seed of [0.5, Number.NaN, {}, null]) {
    const error = thrown(() => new Random(seed as string)) as PowError;
    assert.equal([error.code, error.argument], ['POW_ARGUMENT', 'seed']);
  }
});

test.run();
