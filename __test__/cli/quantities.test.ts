import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  chanceSoFar,
  count,
  duration,
  elapsed,
  hashRate,
  percent,
} from '../../ts/cli/quantities.js';

test('a count keeps three digits and never shows 1000 of a unit', () => {
  const cases: [number, string][] = [
    [0, '0'],
    [999, '999'],
    [999.4, '999'],
    [999.6, '1.00 k'],
    [1000, '1.00 k'],
    [71_300_000, '71.3 M'],
    [999_950, '1.00 M'],
    [2 ** 256, '1.16e+77'],
  ];
  for (const [value, text] of cases) assert.is(count(value), text, String(value));
});

test('a hash rate carries its unit', () => {
  assert.is(hashRate(71_300_000), '71.3 MH/s');
  assert.is(hashRate(12), '12 H/s');
});

test('the chance of as many hashes as expected is 1 - 1/e', () => {
  assert.is(chanceSoFar(0, 1000), 0);
  assert.ok(Math.abs(chanceSoFar(1000, 1000) - (1 - 1 / Math.E)) < 1e-12);
});

test('a tiny chance is not lost to rounding', () => {
  assert.ok(chanceSoFar(1, 2 ** 80) > 0);
});

test('a percentage claims no certainty that is not there', () => {
  assert.is(percent(0), '0 %');
  assert.is(percent(1e-9), '< 0.001 %');
  assert.is(percent(0.00123), '0.123 %');
  assert.is(percent(0.428), '42.8 %');
  assert.is(percent(0.9999), '> 99.9 %');
});

test('elapsed time grows an hour field when it needs one', () => {
  assert.is(elapsed(0), '0:00');
  assert.is(elapsed(59_999), '0:59');
  assert.is(elapsed(3_723_000), '1:02:03');
});

test('a short duration shows hundredths, a long one does not', () => {
  assert.is(duration(1234), '1.23 s');
  assert.is(duration(61_000), '1:01');
});

test.run();
