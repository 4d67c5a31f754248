import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Yardstick } from '../../../ts/workers/cluster/yardstick.js';

const UNKNOWN = 64e6;
const worker = (id: string, hashesPerSecond: number) => ({ id, hashesPerSecond });

test('while nothing is known of a worker a usual unit is that of a usual machine', () => {
  const yardstick = new Yardstick();
  assert.is(yardstick.unitHashes([]), UNKNOWN);
  assert.is(yardstick.unitHashes([worker('a', 0)]), UNKNOWN);
  assert.is(yardstick.unitHashes([worker('a', 1e12)]), UNKNOWN);
});

test('a usual unit is two seconds of the fastest worker whose shares prove it', () => {
  const yardstick = new Yardstick();
  yardstick.count('slow', { shares: 32, expected: 32 });
  yardstick.count('fast', { shares: 35, expected: 32 });
  yardstick.count('liar', { shares: 0, expected: 32 });
  const workers = [worker('slow', 1e6), worker('fast', 50e6), worker('liar', 3e9)];
  assert.is(yardstick.unitHashes(workers), 100e6);
  yardstick.count('fast', { shares: 5, expected: 48 });
  assert.is(yardstick.unitHashes(workers), 50e6, 'half of it is proved');
});

test('an honest past does not speak for long for who proves nothing any more', () => {
  const yardstick = new Yardstick();
  yardstick.count('a', { shares: 1e6, expected: 1e6 });
  for (let unit = 0; unit < 32; unit++) yardstick.count('a', { shares: 0, expected: 32 });
  assert.ok(yardstick.unitHashes([worker('a', 1e9)]) < 0.05 * 2e9);
});

test('however many workers come, memory is bounded, and the one that was heard last is known', () => {
  const yardstick = new Yardstick();
  yardstick.count('first', { shares: 32, expected: 32 });
  for (let i = 0; i < 2_000; i++) yardstick.count(`${i}`, { shares: 32, expected: 32 });
  assert.is(yardstick.unitHashes([worker('first', 1e6)]), UNKNOWN);
  assert.is(yardstick.unitHashes([worker('1999', 1e6)]), 2e6);
});

test.run();
