import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Crew } from '../../../ts/cluster/nats/crew.js';
import { noncesOf, searchOrder, sizeOf } from '../../../ts/cluster/nats/sizes.js';
import type { Capabilities } from '../../../ts/cluster/queue.js';
import { capabilities } from './fixture.js';

function crewOf(rates: Record<string, number>): Crew {
  const crew = new Crew(2_000, undefined);
  for (const [id, rate] of Object.entries(rates)) {
    const able: Capabilities = { ...capabilities, hashesPerSecond: { blake2s: rate } };
    crew.join({ id, name: id, role: 'worker', capabilities: able }, 0);
  }
  return crew;
}

test('a unit of its size takes a worker from one to four seconds, however fast it is', () => {
  const rate = fc.double({ min: 1, max: 1e12, noNaN: true });
  fc.assert(
    fc.property(rate, (hashesPerSecond) => {
      const size = sizeOf(hashesPerSecond * 2);
      const seconds = Number(noncesOf(size)) / hashesPerSecond;
      assert.ok(seconds > 0.99 && seconds < 4.01, `${seconds} s at ${hashesPerSecond} H/s`);
    }),
  );
});

test('a worker looks through its own size first, then through neighbours that have something', () => {
  const everywhere = new Set([3, 5, 9]);
  assert.equal(searchOrder([5], new Set([3, 4, 6, 9]), everywhere), [5, 4, 6]);
  assert.equal(searchOrder([5], new Set(), everywhere), [5]);
  assert.equal(searchOrder([5, 6], new Set([5, 6, 7]), new Set([5, 6])), [5, 6, 7]);
});

test('what suits nobody who is here is looked through last, the nearest first', () => {
  assert.equal(
    searchOrder([5], new Set([1, 2, 6, 7, 9, 12]), new Set([5, 9])),
    [5, 6, 7, 2, 1, 12],
  );
  const crew = crewOf({ slow: 1e3, quick: 1e9 });
  const [slow, quick] = ['slow', 'quick'].map((worker) => crew.size(worker, 'blake2s'));
  const used = new Set([slow ?? 0, quick ?? 0]);
  assert.equal(crew.search('slow', ['blake2s'], used), [slow]);
  crew.leave('quick');
  assert.equal(crew.search('slow', ['blake2s'], used), [slow, quick]);
});

test('what suits others is looked through when there is nothing else', () => {
  const here = new Set([1, 5, 9, 12]);
  assert.equal(searchOrder([5], new Set([1, 9, 12]), here), [5, 1, 9, 12]);
  assert.equal(searchOrder([5], new Set([1, 6, 9]), here), [5, 6]);
});

test('what a worker was measured at counts more than what it says of itself', () => {
  const crew = crewOf({ a: 1e9 });
  for (let i = 1; i <= 20; i += 1) {
    const made = { algorithm: 'blake2s', hashes: 2e6, sinceMs: 0 } as const;
    crew.finished('a', made, i * 2_000);
  }
  assert.ok(Math.abs(crew.rate('a', 'blake2s') - 1e6) < 1);
  assert.is(crew.size('a', 'blake2s'), sizeOf(2e6));
});

test('results that come all at once say nothing of a rate, many short ones do', () => {
  const crew = crewOf({ a: 1e6, b: 1e6 });
  const made = { algorithm: 'blake2s', hashes: 1e9, sinceMs: 0 } as const;
  for (let i = 1; i <= 20; i += 1) crew.finished('a', made, 1);
  assert.equal([crew.measured('a'), crew.rate('a', 'blake2s')], [0, 1e6]);
  crew.finished('a', { ...made, hashes: 2e6, sinceMs: 1 }, 2_001);
  assert.is(crew.measured('a'), 1e6);
  for (let i = 1; i <= 2_000; i += 1) crew.finished('b', { ...made, hashes: 5_000 }, i);
  assert.ok(Math.abs(crew.measured('b') - 5e6) < 1, `${crew.measured('b')}`);
});

test('a worker without any figure counts by its cores, and half as much again with AES', () => {
  const crew = new Crew(2_000, undefined);
  const able = { ...capabilities, cores: 4 };
  crew.join({ id: 'a', name: 'a', role: 'worker', capabilities: able }, 0);
  const withAes = { ...able, aes: true };
  crew.join({ id: 'b', name: 'b', role: 'worker', capabilities: withAes }, 0);
  assert.is(crew.rate('b', 'sha256d'), 1.5 * crew.rate('a', 'sha256d'));
});

test('what comes back goes to the size of somebody who is here', () => {
  const crew = crewOf({ slow: 1e3, quick: 1e9 });
  assert.is(crew.nearest(2, 'blake2s'), crew.size('slow', 'blake2s'));
  assert.is(crew.nearest(30, 'blake2s'), crew.size('quick', 'blake2s'));
  assert.is(crewOf({}).nearest(7, 'blake2s'), 7);
});

test.run();
