import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { devicesPart, devicesSummary } from '../../../ts/cli/run/devices.js';
import type { StratumServerStats } from '../../../ts/stratum/index.js';

const none = { hashesPerSecond: 0, low: 0, high: 0, shares: 0 };
const rateOf = (hashesPerSecond: number) => ({
  ...{ hashesPerSecond, low: hashesPerSecond / 2, high: 2 * hashesPerSecond, shares: 9 },
});

function statsOf(users: StratumServerStats['users'], connections: number): StratumServerStats {
  const shares = { accepted: 120, stale: 2, duplicate: 1 };
  const lanes = { 'chain-0': connections };
  return { connections, lanes, shares, hashes: 1e9, rate: rateOf(4e6), banned: [], users };
}

test('the live line says how many devices there are, and what became of their shares', () => {
  assert.is(devicesPart(statsOf([], 7)), '7 devices: 120 shares accepted, 3 refused');
  const idle = { ...statsOf([], 1), shares: {}, rate: none };
  assert.is(devicesPart(idle), '1 device: 0 shares accepted, 0 refused');
});

test('the summary has every verdict, the rate with its interval, and the fastest user first', () => {
  const user = (name: string, rate: number) => {
    return { user: name, accepted: 60, rejected: 3, rate: rateOf(rate) };
  };
  const text = devicesSummary(statsOf([user('slow.rig', 1e6), user('fast.rig', 3e6)], 2));
  assert.equal(text.split('\n'), [
    'devices  2 connected, 4.00 MH/s of late (2.00 MH/s to 8.00 MH/s)',
    'shares   120 accepted, 2 stale, 1 duplicate',
    '',
    'user      accepted  rejected       rate  95 % interval',
    'fast.rig        60         3  3.00 MH/s  1.50 MH/s to 6.00 MH/s',
    'slow.rig        60         3  1.00 MH/s  500 kH/s to 2.00 MH/s',
  ]);
});

test('of a thousand users the table shows the fastest twenty, and says how many more there are', () => {
  const users = Array.from({ length: 1_000 }, (_, i) => {
    return { user: `user-${i}`, accepted: 1, rejected: 0, rate: rateOf(i) };
  });
  const lines = devicesSummary(statsOf(users, 1_000)).split('\n');
  assert.is(lines.length, 4 + 20 + 1);
  assert.match(lines[4] ?? '', /^user-999 /);
  assert.is(lines.at(-1), 'and 980 more');
});

test('before the first share there is no table', () => {
  const text = devicesSummary({ ...statsOf([], 0), shares: {}, rate: none });
  assert.is(text, 'devices  0 connected, 0 H/s of late (0 H/s to 0 H/s)\nshares   0 accepted');
});

test.run();
