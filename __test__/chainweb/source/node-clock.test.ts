import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { NodeClock } from '../../../ts/chainweb/source/node-clock.js';

/** A node whose clock is `aheadMs` ahead, asked at `sentAtMs`, answering after `delayMs` on the way. */
function reading(aheadMs: number, sentAtMs: number, delayMs: number) {
  const madeAtMs = sentAtMs + delayMs;
  const nodeMs = madeAtMs + aheadMs;
  return {
    serverSeconds: Math.floor(nodeMs / 1000),
    workMicros: BigInt(Math.round(nodeMs * 1000)),
    sentAtMs,
    receivedAtMs: madeAtMs + delayMs,
  };
}

test('the time of the work itself needs no waiting', () => {
  const clock = new NodeClock();
  const seen = reading(1.7e12, 5000, 20);
  clock.observe(seen);
  assert.is(clock.waitMs(seen.workMicros, seen.receivedAtMs), 0);
});

test('a rolled time waits until the node’s clock shows it', () => {
  const clock = new NodeClock();
  const seen = reading(1.7e12, 5000, 0);
  clock.observe(seen);
  assert.is(clock.waitMs(seen.workMicros + 250_000n, 5000), 250);
  assert.is(clock.waitMs(seen.workMicros + 250_000n, 5200), 50);
  assert.is(clock.waitMs(seen.workMicros + 250_000n, 5250), 0);
});

test('a node that says no time is known by its work alone', () => {
  const clock = new NodeClock();
  assert.is(clock.waitMs(1n, 0), 0, 'nothing is known yet');
  clock.observe({ ...reading(1e12, 0, 0), serverSeconds: null });
  assert.is(clock.waitMs(BigInt(1e15 + 5000), 0), 5);
});

test('whatever the skew and the delays: after the wait the node’s clock shows the time', () => {
  const times = fc.record({ atMs: fc.nat(100_000), delayMs: fc.nat(800) });
  fc.assert(
    fc.property(
      fc.integer({ min: -1e9, max: 1e9 }),
      fc.array(times, { minLength: 1, maxLength: 20 }),
      fc.nat(10_000),
      (skewMs, asked, rollMs) => {
        const aheadMs = 1.7e12 + skewMs;
        const clock = new NodeClock();
        let nowMs = 0;
        let workMicros = 0n;
        for (const { atMs, delayMs } of asked.sort((left, right) => left.atMs - right.atMs)) {
          const seen = reading(aheadMs, Math.max(nowMs, atMs), delayMs);
          clock.observe(seen);
          nowMs = seen.receivedAtMs;
          workMicros = seen.workMicros;
        }
        const micros = workMicros + BigInt(rollMs * 1000);
        const postedAtMs = nowMs + clock.waitMs(micros, nowMs);
        assert.ok((postedAtMs + aheadMs) * 1000 >= Number(micros) - 1000, 'not in the future');
        assert.ok(postedAtMs - nowMs <= rollMs, 'and no longer than was rolled');
      },
    ),
  );
});

test('work ahead of the node’s own clock is not taken for that clock', () => {
  const clock = new NodeClock();
  const seen = reading(1.7e12, 0, 0);
  clock.observe({ ...seen, workMicros: seen.workMicros + 60_000_000n });
  assert.ok(clock.waitMs(seen.workMicros + 60_000_000n, 0) > 58_000);
});

test('a clock that is set back is believed', () => {
  const clock = new NodeClock();
  clock.observe(reading(1.7e12, 0, 0));
  const back = reading(1.7e12 - 60_000, 1000, 0);
  clock.observe(back);
  assert.is(clock.waitMs(back.workMicros + 5_000_000n, 1000), 5000);
});

test.run();
