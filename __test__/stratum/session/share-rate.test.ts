import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ShareRate } from '../../../ts/stratum/session/share-rate.js';
import { Random } from '../../fixtures.js';

test('the rate is what the shares stand for, over the time since the start', () => {
  const rate = new ShareRate(1_000);
  for (let i = 1; i <= 100; i++) rate.add(5_000, 1_000 + 100 * i);
  const { hashesPerSecond, shares } = rate.estimate(11_000);
  assert.is(shares, 100);
  assert.is(Math.round(hashesPerSecond), 50_000);
});

test('no shares are no rate', () => {
  assert.equal(new ShareRate(0).estimate(1e6), { hashesPerSecond: 0, low: 0, high: 0, shares: 0 });
});

test('the interval is the exact one of a Poisson count', () => {
  const rate = new ShareRate(0);
  for (let i = 0; i < 10; i++) rate.add(1, 500);
  const { low, high } = rate.estimate(1_000);
  // Chi-squared tables: 4.795 to 18.39 for 10 events.
  assert.ok(Math.abs(low - 4.795) < 0.02 && Math.abs(high - 18.39) < 0.02, `${low} ${high}`);
});

test('the true rate lies in the interval in 95 of 100 runs, targets mixed', () => {
  const random = new Random(3);
  let inside = 0;
  for (let run = 0; run < 400; run++) {
    const rate = new ShareRate(0);
    for (let nowMs = 0, each = 1_000; ; each = random.next() % 2 === 0 ? 1_000 : 3_000) {
      nowMs += (-Math.log((random.next() + 1) / 2 ** 32) * each) / 1;
      if (nowMs > 60_000) break;
      rate.add(each, nowMs);
    }
    const { low, high } = rate.estimate(60_000);
    if (low <= 1_000 && high >= 1_000) inside += 1;
  }
  assert.ok(inside >= 360 && inside <= 398, `${inside} of 400`);
});

test('over hours of shares the rate is the true one, at every moment of a window', () => {
  const random = new Random(4);
  const rate = new ShareRate(0);
  // 100 hashes a second, a share every 2 s, looked at every 7 s.
  let [nextMs, sum, looks, inside] = [0, 0, 0, 0];
  for (let nowMs = 0; nowMs < 50 * 3_600_000; nowMs += 7_000) {
    while (nextMs <= nowMs) {
      rate.add(200, nextMs);
      nextMs -= 2_000 * Math.log((random.next() + 1) / 2 ** 32);
    }
    if (nowMs < 600_000) continue;
    const { hashesPerSecond, low, high } = rate.estimate(nowMs);
    sum += hashesPerSecond;
    looks += 1;
    if (low <= 100 && high >= 100) inside += 1;
  }
  assert.ok(Math.abs(sum / looks - 100) < 1, `${sum / looks} in place of 100`);
  assert.ok(Math.abs(inside / looks - 0.95) < 0.03, `${inside} of ${looks} intervals`);
});

test('shares that come like clockwork are counted over the very time that they came in', () => {
  const rate = new ShareRate(0);
  for (let nowMs = 100; nowMs < 3_600_000; nowMs += 100) {
    rate.add(10, nowMs);
    if (nowMs < 60_000) continue;
    const { hashesPerSecond } = rate.estimate(nowMs);
    assert.ok(Math.abs(hashesPerSecond - 100) < 0.2, `${hashesPerSecond} after ${nowMs} ms`);
  }
});

test('old shares are forgotten', () => {
  const rate = new ShareRate(0, 10_000);
  for (let nowMs = 0; nowMs < 10_000; nowMs += 100) rate.add(1, nowMs);
  assert.is(rate.estimate(30_000).hashesPerSecond, 0);
});

test.run();
