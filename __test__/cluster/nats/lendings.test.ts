import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Lendings } from '../../../ts/cluster/nats/lendings.js';
import { overdue } from '../../../ts/cluster/nats/overdue.js';
import { unitToMove } from '../../../ts/cluster/nats/tail.js';
import type { Unit } from '../../../ts/cluster/queue.js';

const WORK = '0'.repeat(32);
const LEASE_MS = 1_000;

function unit(index: number): Unit {
  const start = BigInt(index) * 1_000n;
  return { work: WORK, index, variant: 0n, start, end: start + 1_000n, patch: null };
}

function open(index: number, fence = 10) {
  return { unit: unit(index), fence, resumeAt: unit(index).start };
}

function lent(...indices: number[]): Lendings {
  const lendings = new Lendings(LEASE_MS);
  for (const index of indices) lendings.add(open(index), 4);
  return lendings;
}

test('a unit is counted as queued until somebody says that it has begun', () => {
  const lendings = lent(0, 1);
  assert.is(lendings.queued(4), 2);
  const sign = lendings.hear('a', { work: WORK, index: 0 }, { fence: 10, scannedTo: 0n, atMs: 1 });
  assert.is(sign.kind, 'began');
  assert.is(lendings.queued(4), 1);
  assert.equal(lendings.counts(WORK), { queued: 1, held: 1 });
  lendings.remove(WORK, 0);
  lendings.remove(WORK, 1);
  assert.is(lendings.queued(4), 0);
});

test('the higher fence has the unit, and the lower one is late', () => {
  const lendings = lent(0);
  const at = { work: WORK, index: 0 };
  lendings.hear('a', at, { fence: 10, scannedTo: 0n, atMs: 1 });
  const laterMs = 1 + LEASE_MS;
  const next = lendings.hear('b', at, { fence: 11, scannedTo: 0n, atMs: laterMs });
  assert.is(next.kind === 'began' ? next.before?.worker : null, 'a');
  assert.is(lendings.hear('a', at, { fence: 10, scannedTo: 500n, atMs: laterMs }).kind, 'late');
  assert.is(lendings.hear('c', at, { fence: 11, scannedTo: 500n, atMs: laterMs }).kind, 'late');
  assert.is(lendings.hear('b', at, { fence: 11, scannedTo: 500n, atMs: laterMs }).kind, 'went-on');
});

test('nobody takes a unit from a holder that is heard, nor under a fence that no delivery has', () => {
  const lendings = lent(0);
  const at = { work: WORK, index: 0 };
  const beyond = 10 + 4_096;
  assert.is(lendings.hear('b', at, { fence: beyond, scannedTo: 0n, atMs: 0 }).kind, 'late');
  lendings.hear('a', at, { fence: 10, scannedTo: 0n, atMs: 1 });
  // It says so three times in a lease: half of one without a word is no silence.
  assert.is(lendings.hear('b', at, { fence: 11, scannedTo: 0n, atMs: LEASE_MS / 2 }).kind, 'late');
  assert.is(
    lendings.hear('b', at, { fence: beyond, scannedTo: 0n, atMs: 9 * LEASE_MS }).kind,
    'late',
  );
  assert.is(lendings.get(WORK, 0)?.holder?.worker, 'a');
  assert.is(lendings.hear('a', at, { fence: 11, scannedTo: 0n, atMs: 2 }).kind, 'began', 'its own');
});

test('what a dead one has left behind does not keep a unit from the one that has it since', () => {
  const lendings = lent(0);
  const at = { work: WORK, index: 0 };
  // As a new master finds them: the first died, and the unit was delivered again after its lease.
  const dead = { fence: 10, scannedTo: 500n, atMs: -3 * LEASE_MS };
  assert.is(lendings.hear('a', at, dead).kind, 'began');
  const since = { fence: 11, scannedTo: 100n, atMs: -LEASE_MS / 4 };
  assert.is(lendings.hear('b', at, since).kind, 'began');
  assert.is(lendings.get(WORK, 0)?.holder?.worker, 'b');
  // Told once more, it is no newer; and whoever was heard a moment before that is not silent.
  lendings.hear('b', at, { fence: 11, scannedTo: 200n, atMs: 5 });
  lendings.hear('b', at, since);
  const next = { fence: 12, scannedTo: 0n, atMs: LEASE_MS / 2 };
  assert.is(lendings.hear('c', at, next).kind, 'late');
});

test('a fence that two workers have is of the one that is heard', () => {
  const lendings = lent(0);
  const at = { work: WORK, index: 0 };
  lendings.hear('dead', at, { fence: 10, scannedTo: 0n, atMs: 0 });
  lendings.hear('b', at, { fence: 10, scannedTo: 0n, atMs: LEASE_MS });
  lendings.hear('dead', at, { fence: 10, scannedTo: 0n, atMs: LEASE_MS });
  assert.is(lendings.get(WORK, 0)?.holder?.worker, 'b');
});

test('progress outside the unit, or backwards, is not believed', () => {
  const lendings = lent(1);
  const at = { work: WORK, index: 1 };
  lendings.hear('a', at, { fence: 10, scannedTo: 1_000n, atMs: 1 });
  assert.is(lendings.hear('a', at, { fence: 10, scannedTo: 2_001n, atMs: 2 }).kind, 'late');
  lendings.hear('a', at, { fence: 10, scannedTo: 1_500n, atMs: 2 });
  lendings.hear('a', at, { fence: 10, scannedTo: 1_200n, atMs: 3 });
  assert.is(lendings.get(WORK, 1)?.holder?.scannedTo, 1_500n);
});

test('a unit that is put there again is nobody’s, and counted once', () => {
  const lendings = lent(0);
  lendings.hear('a', { work: WORK, index: 0 }, { fence: 10, scannedTo: 0n, atMs: 1 });
  lendings.add(open(0, 20), 5);
  lendings.add(open(0, 21), 5);
  assert.is(lendings.queued(4), 0);
  assert.is(lendings.queued(5), 1);
  assert.is(lendings.get(WORK, 0)?.holder, null);
});

test('an idle worker gets what a slower one would take longest to come to', () => {
  const lendings = lent(0, 1, 2);
  for (const index of [0, 1, 2]) {
    const at = { work: WORK, index };
    lendings.hear('slow', at, { fence: 10, scannedTo: unit(index).start, atMs: index });
  }
  const rates = new Map([
    ['slow', 100],
    ['quick', 1_000],
  ]);
  const rateOf = (worker: string) => rates.get(worker) ?? 0;
  const moved = unitToMove(lendings.held(), { worker: 'quick', rateOf });
  assert.is(moved?.unit.index, 2);
});

test('nothing is moved to a worker that would take as long, nor two units at once', () => {
  const lendings = lent(0);
  const at = { work: WORK, index: 0 };
  lendings.hear('one', at, { fence: 10, scannedTo: 0n, atMs: 1 });
  assert.is(unitToMove(lendings.held(), { worker: 'other', rateOf: () => 100 }), null);
  const rateOf = (worker: string) => (worker === 'one' ? 100 : 1_000);
  const moved = unitToMove(lendings.held(), { worker: 'other', rateOf });
  assert.is(moved?.unit.index, 0);
  if (moved !== null) moved.holder.moved = { to: 'other', sinceMs: 1 };
  assert.is(unitToMove(lendings.held(), { worker: 'other', rateOf }), null);
});

test('what its dead holder leaves where nobody looks is given up, if somebody has listened all the time', () => {
  const lendings = lent(0);
  lendings.hear('dead', { work: WORK, index: 0 }, { fence: 10, scannedTo: 0n, atMs: 0 });
  const looks = (fromMs: number, toMs: number) => {
    for (let ms = fromMs; ms < toMs; ms += LEASE_MS / 4) {
      if (lendings.abandoned(ms).length > 0) return ms;
    }
    return null;
  };
  assert.is(looks(0, 2 * LEASE_MS), null);
  // The master was stopped, or the server away: whoever lives says so now.
  const backMs = 100 * LEASE_MS;
  assert.is(looks(backMs, 1_000 * LEASE_MS), backMs + 3 * LEASE_MS);
});

test('a worker that is not here any more does not hold a unit for ever either, though it is heard', () => {
  const lendings = lent(0, 1);
  for (const index of [0, 1]) {
    const begun = { fence: 10, scannedTo: unit(index).start, atMs: 0 };
    lendings.hear('stranger', { work: WORK, index }, begun);
  }
  // Sixteen times of the longest lease, for each of both.
  const endMs = 2 * 16 * 120_000;
  const late = (nowMs: number) => overdue(lendings.held(), () => 0, nowMs).length;
  assert.equal([late(endMs), late(endMs + 1)], [0, 2]);
});

test.run();
