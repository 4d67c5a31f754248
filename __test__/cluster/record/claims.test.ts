import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Desk } from './desk.js';
import { specOf, workId } from './fakes.js';

const RULES = { fixedNonces: 10n };

/** Indices of the units that the worker keeps of those that it says it holds. */
function claim(desk: Desk, worker: string, ...held: { index: number; fence: number }[]): number[] {
  return desk.join(worker, 5, 0, held).kept.map(({ index }) => index);
}

function leave(desk: Desk, worker: string): void {
  desk.do(desk.coordinator.leave(worker, desk.nowMs));
}

/** The worker takes no more. */
function sated(desk: Desk, worker: string): void {
  desk.do(desk.coordinator.want(worker, 0, desk.nowMs));
}

const leased = (desk: Desk) => desk.coordinator.status(desk.nowMs).works[0]?.leased;

/** `a` was lent unit 0, gave it back, and has it under the next fence. */
function lentTwice(): { desk: Desk; old: number; fence: number } {
  const desk = new Desk(RULES);
  desk.publish();
  desk.join('a');
  const old = desk.lent('a').fence;
  desk.release('a', 0n);
  const { unit, fence } = desk.lent('a');
  assert.equal([unit.index, fence], [0, old + 1]);
  sated(desk, 'a');
  return { desk, old, fence };
}

test('of two leases of one unit a worker gets the newer one back', () => {
  const { desk, old, fence } = lentTwice();
  leave(desk, 'a');
  const { kept } = desk.join('a', 5, 0, [
    { index: 0, fence: old },
    { index: 0, fence },
  ]);
  assert.equal(kept, [{ work: workId(1), index: 0, fence }]);
  assert.is(leased(desk), 1);
});

test('the older of two leases is not taken back, and not lent on under its fence', () => {
  const { desk, old } = lentTwice();
  leave(desk, 'a');
  assert.equal(claim(desk, 'a', { index: 0, fence: old }), []);
  assert.is(leased(desk), 0);
  const key = { work: workId(1), index: 0, fence: old };
  assert.equal(desk.progress('a', 5n, key), { kept: false, why: 'lost' });
  const verdict = desk.result('a', { fence: old })?.verdict;
  assert.is(verdict, 'stale');
});

test('a fence that was never given is not taken back', () => {
  const { desk, fence } = lentTwice();
  leave(desk, 'a');
  assert.equal(claim(desk, 'a', { index: 0, fence: fence + 1 }), []);
  assert.is(leased(desk), 0);
});

test('a lease of an older epoch is not taken back when its unit was lent in the new one', () => {
  const before = new Desk(RULES);
  before.publish();
  before.join('a');
  const old = before.lent('a').fence;
  const desk = new Desk(RULES, before.log, 2);
  desk.publish();
  desk.join('a'); // it has died meanwhile: it knows of none
  const { unit, fence } = desk.lent('a');
  assert.equal([unit.index, fence], [0, 2 * 65_536 + 1]);
  sated(desk, 'a');
  leave(desk, 'a');
  assert.equal(claim(desk, 'a', { index: 0, fence: old }), []);
  leave(desk, 'a');
  const late = new Desk(RULES, desk.log, 3);
  late.publish();
  assert.equal(claim(late, 'a', { index: 0, fence: old }), [], 'nor by the master after that');
});

test('a lease of an older epoch is taken back while its unit waits for its holder', () => {
  const before = new Desk(RULES);
  before.publish();
  before.join('a');
  const { fence } = before.lent('a');
  const desk = new Desk(RULES, before.log, 2);
  desk.publish();
  assert.equal(claim(desk, 'a', { index: 0, fence }), [0]);
  assert.ok(desk.progress('a', 0n, { work: workId(1), index: 0, fence }).kept);
});

test('a lease that another worker has is not taken back, wherever that one is', () => {
  const desk = new Desk(RULES);
  desk.publish();
  desk.join('b');
  sated(desk, 'b');
  const { fence } = desk.lent('b');
  assert.equal(claim(desk, 'a', { index: 0, fence }), [], 'in its hands');
  leave(desk, 'b');
  assert.equal(claim(desk, 'a', { index: 0, fence }), [], 'its connection is gone');
  assert.equal(claim(desk, 'b', { index: 0, fence }), [0]);
  desk.do(desk.coordinator.release('b', { ...desk.keyOf('b'), scannedTo: 0n }, null, 0));
  assert.equal(claim(desk, 'a', { index: 0, fence }), [], 'it gave it back');
  assert.is(leased(desk), 0);
});

test('a unit that another worker has got meanwhile is not taken back', () => {
  const desk = new Desk(RULES);
  desk.publish();
  desk.join('a');
  const { fence } = desk.lent('a');
  leave(desk, 'a');
  desk.pass(3_000);
  desk.join('b');
  assert.is(desk.lent('b').unit.index, 0);
  const newer = desk.lent('b').fence;
  assert.equal(claim(desk, 'a', { index: 0, fence }, { index: 0, fence: newer }), []);
  assert.is(leased(desk), 1);
  assert.is(desk.result('b')?.verdict, 'accepted');
});

test('a lease that is claimed twice is in hand once', () => {
  const desk = new Desk(RULES);
  desk.publish();
  desk.join('a');
  const { fence } = desk.lent('a');
  leave(desk, 'a');
  assert.equal(claim(desk, 'a', { index: 0, fence }, { index: 0, fence }), [0]);
  assert.is(leased(desk), 1);
});

test('of a work that is over, and of a unit that is done, nothing is taken back', () => {
  const desk = new Desk(RULES);
  desk.publish();
  desk.join('a', 5, 2);
  const { fence } = desk.lent('a');
  desk.result('a');
  sated(desk, 'a');
  leave(desk, 'a');
  assert.equal(claim(desk, 'a', { index: 0, fence }, { index: 1, fence }), [0], 'the other one');
  leave(desk, 'a');
  desk.join('witness', 5, 1);
  desk.do(desk.coordinator.cancel(workId(1), 'stale', desk.nowMs));
  assert.equal(claim(desk, 'a', { index: 0, fence }), [], 'it is being cancelled');
  desk.release('witness', desk.lent('witness').resumeAt);
  assert.equal(claim(desk, 'a', { index: 0, fence }), [], 'it is no more');
});

test('a lease of an earlier life of a work is not taken back', () => {
  const desk = new Desk(RULES);
  desk.publish();
  desk.join('a');
  const { fence } = desk.lent('a');
  leave(desk, 'a');
  desk.do(desk.coordinator.cancel(workId(1), 'stale', desk.nowMs));
  desk.publish(specOf(workId(1)));
  desk.join('a');
  assert.is(desk.lent('a').unit.index, 0);
  leave(desk, 'a');
  assert.equal(claim(desk, 'a', { index: 0, fence }), []);
});

test('a result of an earlier life of a work is a late one, however often its unit was lent', () => {
  const desk = new Desk({ fixedNonces: 10n });
  desk.publish();
  desk.join('a');
  for (let times = 0; times < 9; times++) desk.release('a', 0n);
  const old = desk.lent('a');
  desk.do(desk.coordinator.cancel(workId(1), 'stale', 0));
  desk.pass(2_000, ['a']);
  desk.publish();
  assert.is(desk.result('a', {}, old)?.verdict, 'stale');
  assert.is(desk.count('strike'), 0);
});

test.run();
