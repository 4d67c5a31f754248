import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Rates } from '../../../ts/cluster/record/rates.js';
import { nodeOf } from './fakes.js';

const CLAIMED = 1e6;
const ratesOf = () => new Rates(nodeOf('a', CLAIMED).capabilities);

test('results that come within a quarter of a second say nothing of a rate', () => {
  const rates = ratesOf();
  for (let i = 0; i < 10; i++) rates.count('blake2s', 40e6, 0);
  rates.count('blake2s', 40e6, 200);
  assert.is(rates.measured, 0);
  assert.is(rates.of('blake2s'), CLAIMED);
});

test('results that were held back are void with the first one that took its time', () => {
  const rates = ratesOf();
  for (let i = 0; i < 10; i++) rates.count('blake2s', 40e6, 0);
  rates.count('blake2s', 40e6, 2_000);
  assert.ok(Math.abs(rates.measured / 20e6 - 1) < 0.01, `${rates.measured}`);
  assert.is(rates.of('blake2s'), rates.measured);
});

test('results weigh as much as their time, the newest ones most', () => {
  const rates = ratesOf();
  for (let i = 0; i < 300; i++) rates.count('blake2s', 10e3, 1);
  assert.ok(Math.abs(rates.measured / 10e6 - 1) < 0.01, `${rates.measured}`);
  for (let i = 0; i < 20; i++) rates.count('blake2s', 40e6, 2_000);
  assert.ok(Math.abs(rates.measured / 20e6 - 1) < 0.01, `${rates.measured}`);
});

test.run();
