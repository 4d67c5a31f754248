import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Pace } from '../../../ts/cluster/worker/pace.js';

test('slices come to last as long as they should, whatever the guess was', () => {
  for (const guess of [1, 1e3, 1e9]) {
    const pace = new Pace();
    const rate = 1e6; // of one thread
    for (let i = 0; i < 200; i++) {
      const nonces = Number(pace.nonces('a', guess));
      // Five slices share two threads.
      const tookMs = (nonces / ((rate * 2) / 5)) * 1e3;
      pace.note('a', guess, { nonces, tookMs, beside: 5, threads: 2 });
    }
    const nonces = Number(pace.nonces('a', guess));
    assert.ok(Math.abs(nonces / (rate * 0.2) - 1) < 0.01, `${guess}: ${nonces}`);
  }
});

test('one slice of a thread that slept, or of a clock that stood, changes little', () => {
  const pace = new Pace();
  const before = pace.nonces('a', 1e6);
  pace.note('a', 1e6, { nonces: 1e5, tookMs: 1e9, beside: 1, threads: 1 });
  pace.note('a', 1e6, { nonces: 1e5, tookMs: 0, beside: 1, threads: 1 });
  const after = pace.nonces('a', 1e6);
  assert.ok(after > before / 2n && after < before, `${after}`);
});

test('kinds of work have a pace each, and the longest unused one is forgotten', () => {
  const pace = new Pace();
  const run = { nonces: 2e6, tookMs: 1e3, beside: 1, threads: 1 };
  for (let i = 0; i < 9; i++) pace.note('old', 1e6, run);
  const old = pace.nonces('old', 1e6);
  assert.ok(old > 300_000n);
  assert.is(pace.nonces('new', 1e6), 200_000n);
  for (let i = 0; i < 64; i++) pace.note(`${i}`, 1e6, run);
  assert.is(pace.nonces('old', 1e6), 200_000n);
});

test('a slice has one nonce or more, and not more than can be counted', () => {
  const pace = new Pace();
  assert.is(pace.nonces('a', 0.001), 1n);
  assert.ok(pace.nonces('b', 1e300) <= 1n << 40n);
});

test.run();
