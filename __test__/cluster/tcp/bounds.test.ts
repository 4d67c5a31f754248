import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Bucket } from '../../../ts/cluster/tcp/bucket.js';
import { Flood } from '../../../ts/cluster/tcp/flood.js';
import { TCP_LIMITS } from '../../../ts/cluster/tcp/limits.js';
import { Pace } from '../../../ts/cluster/tcp/pace.js';
import type { FrameWait } from '../../../ts/cluster/wire/frame-reader.js';
import { rowOfKind } from '../../../ts/cluster/wire/table.js';

test('a bucket gives its burst at once, and its rate after that', () => {
  const bucket = new Bucket(10, 5, 0);
  for (let i = 0; i < 5; i += 1) assert.is(bucket.take(0), 0);
  assert.is(bucket.take(0), 100);
  assert.is(bucket.take(100), 0);
  assert.is(bucket.take(100), 100);
});

test('a bucket never holds more than its burst, and a clock that stands still gives nothing', () => {
  const bucket = new Bucket(10, 5, 0);
  for (let i = 0; i < 5; i += 1) assert.is(bucket.take(1e9), 0);
  assert.ok(bucket.take(1e9) > 0);
});

test('400 messages are read at once, the next one later', () => {
  const flood = new Flood(TCP_LIMITS, 0);
  for (let i = 0; i < 400; i += 1) assert.is(flood.take('any', 0), 0);
  assert.is(flood.take('any', 0), TCP_LIMITS.floodMs);
  for (let i = 0; i < 200; i += 1) assert.is(flood.take('any', 1_000), 0);
  assert.ok(flood.take('any', 1_000) > 0);
});

test('results have a rate of their own, and count as messages', () => {
  const flood = new Flood(TCP_LIMITS, 0);
  for (let i = 0; i < 200; i += 1) assert.is(flood.take('result', 0), 0);
  assert.ok(flood.take('result', 0) > 0);
  for (let i = 0; i < 200; i += 1) assert.is(flood.take('any', 0), 0);
  assert.ok(flood.take('any', 0) > 0);
});

test('three floods within a minute are too much, three in an hour are not', () => {
  const fast = new Flood(TCP_LIMITS, 0);
  const slow = new Flood(TCP_LIMITS, 0);
  for (let i = 0; i < 3; i += 1) {
    for (let n = 0; n < 400; n += 1) fast.take('any', i * 10_000);
    fast.take('any', i * 10_000);
    for (let n = 0; n < 400; n += 1) slow.take('any', i * 1_200_000);
    slow.take('any', i * 1_200_000);
  }
  assert.is(fast.isTooMuch, true);
  assert.is(slow.isTooMuch, false);
});

const header = (have: number): FrameWait => ({ part: 'header', have, need: 24, row: null });
const payload = (need: number, kind: 'result' | 'dataset-chunk' = 'result'): FrameWait => ({
  ...{ part: 'payload', have: 0, need, row: rowOfKind(kind) },
});

test('a header that takes longer than two seconds is too slow, whatever trickles in', () => {
  const pace = new Pace(TCP_LIMITS);
  for (let ms = 0; ms <= 2_000; ms += 100) assert.is(pace.look(header(ms / 100), ms), null);
  assert.match(pace.look(header(22), 2_001) ?? '', /header/);
});

test('between two frames nothing is too slow', () => {
  const pace = new Pace(TCP_LIMITS);
  assert.is(pace.look(null, 0), null);
  assert.is(pace.look(null, 1e9), null);
  assert.is(pace.look(header(1), 1e9), null);
});

test('a payload must come at 64 KiB a second, and within five seconds', () => {
  const pace = new Pace(TCP_LIMITS);
  assert.is(pace.look(payload(65_536), 0), null);
  assert.is(pace.look(payload(65_536), 2_000), null);
  assert.match(pace.look(payload(65_536), 2_001) ?? '', /payload/);
  const long = new Pace(TCP_LIMITS);
  assert.is(long.look(payload(1 << 20), 0), null);
  assert.is(long.look(payload(1 << 20), 5_000), null);
  assert.ok(long.look(payload(1 << 20), 5_001));
});

test('a chunk has ten seconds', () => {
  const pace = new Pace(TCP_LIMITS);
  assert.is(pace.look(payload(1 << 20, 'dataset-chunk'), 0), null);
  assert.is(pace.look(payload(1 << 20, 'dataset-chunk'), 10_000), null);
  assert.ok(pace.look(payload(1 << 20, 'dataset-chunk'), 10_001));
});

test('time in which we did not read does not count', () => {
  const pace = new Pace(TCP_LIMITS);
  pace.look(header(1), 0);
  pace.paused(5_000);
  assert.is(pace.look(header(1), 6_500), null);
});

test('the next frame has its own time', () => {
  const pace = new Pace(TCP_LIMITS);
  pace.look(header(1), 0);
  pace.completed();
  assert.is(pace.look(header(1), 5_000), null);
});

test.run();
