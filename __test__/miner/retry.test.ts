import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { RETRY_RULE, Retry } from '../../ts/miner/retry.js';

test('without luck the delays double up to a second, and after five minutes go up to ten', () => {
  const retry = new Retry(RETRY_RULE, () => 1);
  assert.equal(
    [0, 1, 2, 3, 4, 5].map((second) => retry.failed(second * 1000)),
    [100, 200, 400, 800, 1000, 1000],
  );
  assert.is(retry.failed(299_999), 1000);
  assert.is(retry.failed(300_000), 10_000);
  assert.is(retry.failed(86_400_000), 10_000);
});

test('a success starts anew, the five minutes too', () => {
  const retry = new Retry(RETRY_RULE, () => 1);
  retry.failed(0);
  retry.failed(400_000);
  retry.succeeded();
  assert.is(retry.failures, 0);
  assert.is(retry.failed(500_000), 100);
  for (let i = 0; i < 50; i++) retry.failed(500_001);
  assert.is(retry.failed(799_999), 1000);
});

test('jitter is full: any share of the bound, also none of it', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(5000), (fraction, failures) => {
      const retry = new Retry(RETRY_RULE, () => fraction);
      for (let i = 0; i < failures; i++) retry.failed(i);
      const delayMs = retry.failed(failures);
      const bound = Math.min(1000, 100 * 2 ** failures);
      assert.ok(Math.abs(delayMs - fraction * bound) < 1e-9);
    }),
  );
});

test.run();
