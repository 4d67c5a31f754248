import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Target } from '../../../ts/index.js';
import { Desk } from './desk.js';
import { spaceOf, specOf, workId } from './fakes.js';

test('a unit takes about two seconds of its worker, as it says and then as it turns out', () => {
  const desk = new Desk();
  desk.publish(undefined, 1, 100_000);
  desk.join('slow', 10);
  desk.join('fast', 1_000);
  assert.is(desk.lent('slow').unit.end - desk.lent('slow').unit.start, 20n);
  assert.is(desk.lent('fast').unit.end - desk.lent('fast').unit.start, 2_000n);
  desk.nowMs = 1_000;
  desk.result('slow'); // twice as fast as it said
  assert.is(desk.lent('slow').unit.end - desk.lent('slow').unit.start, 40n);
});

test('a unit holds no more shares than one result may carry, on average', () => {
  const desk = new Desk();
  const shareTarget = Target.fromLeadingZeroBits(2); // one hash in four
  desk.publish(specOf(workId(1), { shareTarget }), 1, 100_000);
  desk.join('fast', 1_000);
  assert.is(desk.lent('fast').unit.end, 512n);
});

test('units of fixed nonces are exactly so many, and every variant wraps around at its start', () => {
  const desk = new Desk({ fixedNonces: 40n });
  desk.do(desk.coordinator.publish(specOf(workId(1)), spaceOf(2, 100, 70), 0));
  desk.join('w', 5, 8);
  const spans = desk.assigned.map(({ assignment: { unit } }) => [
    unit.variant,
    unit.start,
    unit.end,
  ]);
  assert.equal(spans, [
    [0n, 70n, 100n],
    [0n, 0n, 40n],
    [0n, 40n, 70n],
    [1n, 70n, 100n],
    [1n, 0n, 40n],
    [1n, 40n, 70n],
  ]);
  const patches = desk.assigned.map(({ assignment: { unit } }) => unit.patch?.bytes[0] ?? null);
  assert.equal(patches, [null, null, null, 1, 1, 1]);
});

test('works take turns, and so do workers', () => {
  const desk = new Desk({ fixedNonces: 10n });
  desk.publish(specOf(workId(1)));
  desk.publish(specOf(workId(2)));
  desk.join('w', 5, 4);
  const works = desk.assigned.map(({ assignment }) => assignment.unit.work);
  assert.equal(works, [workId(1), workId(2), workId(1), workId(2)]);
});

test('what a worker gave back is lent before anything new, from where it came', () => {
  const desk = new Desk({ fixedNonces: 10n });
  desk.publish();
  desk.join('a');
  desk.partial('a', 4n);
  desk.release('a', 4n);
  const { unit, resumeAt, fence } = desk.lent('a');
  assert.equal([unit.index, unit.start, resumeAt, fence], [0, 0n, 4n, 65_538]);
});

test('a lease lasts three times what its worker has in hand, 5 to 120 seconds', () => {
  const ttlMs = (rate: number, fixedNonces: bigint) => {
    const desk = new Desk({ fixedNonces });
    desk.publish();
    desk.join('w', rate);
    return desk.lent('w').ttlMs;
  };
  assert.equal([ttlMs(10, 100n), ttlMs(1_000, 10n), ttlMs(1, 100n)], [30_000, 5_000, 120_000]);
});

test('at the tail a unit that was not begun moves to an idle worker', () => {
  const desk = new Desk({ fixedNonces: 50n });
  desk.publish();
  desk.join('slow', 5, 2);
  desk.join('fast', 500);
  desk.pass(250, ['slow', 'fast']);
  const moved = desk.effects.find((effect) => effect.kind === 'end' && effect.why === 'moved');
  assert.is(moved?.kind === 'end' ? moved.lease.index : null, 1, 'the one that waits');
  assert.equal(desk.progress('slow', 50n), { kept: false, why: 'moved' });
  desk.release('slow', 50n);
  assert.is(desk.lent('fast').unit.index, 1);
  assert.is(desk.count('unit', 'failed'), 0);
});

test('at the tail the rest of a unit moves to a faster worker, and not to one that is no faster', () => {
  const desk = new Desk({ fixedNonces: 100n });
  desk.publish();
  desk.join('slow', 5);
  desk.join('same', 5);
  desk.pass(2_000, ['slow', 'same']);
  assert.not(desk.effects.some((effect) => effect.kind === 'end'));
  desk.join('fast', 500);
  desk.pass(1_250, ['slow', 'same', 'fast']);
  assert.ok(desk.effects.some((effect) => effect.kind === 'end' && effect.why === 'moved'));
  desk.partial('slow', 30n);
  desk.release('slow', 30n);
  assert.equal([desk.lent('fast').unit.index, desk.lent('fast').resumeAt], [0, 30n]);
});

test('a holder that does not hand over within two seconds has lost its unit', () => {
  const desk = new Desk({ fixedNonces: 100n });
  desk.publish();
  desk.join('slow', 5);
  desk.join('fast', 500);
  desk.pass(2_500, ['slow', 'fast']);
  assert.is(desk.lent('fast').unit.index, 0);
  assert.is(desk.result('slow')?.verdict, 'stale');
});

test('a unit that is far too large for the worker that asks is divided', () => {
  const desk = new Desk();
  desk.publish(undefined, 1, 1_000);
  desk.join('fast', 500);
  desk.do(desk.coordinator.leave('fast', 0));
  desk.pass(3_000);
  desk.join('slow', 5);
  const { unit } = desk.lent('slow');
  assert.is(unit.end - unit.start, 10n);
  assert.is(desk.coordinator.status(0).works[0]?.pending, 1);
});

test('units of a queue outside are completed by whoever is first, under any of their deliveries', () => {
  const desk = new Desk();
  desk.publish();
  const { units, decisions } = desk.coordinator.carve(workId(1), { nonces: 50n, most: 9 }, 0);
  desk.do(decisions);
  assert.is(units.length, 2);
  const [first] = units;
  assert.ok(first);
  const of = { ...first, spec: specOf(workId(1)), ttlMs: 0 };
  assert.is(desk.result('nobody', { fence: first.fence + 2 }, of)?.verdict, 'accepted');
  assert.is(desk.result('other', {}, of)?.verdict, 'duplicate');
  const next = new Desk({}, desk.log, 2);
  next.publish();
  const left = [...next.coordinator.outstanding(workId(1))].map(({ unit }) => unit.index);
  assert.equal(left, [1]);
  const [, second] = units;
  assert.ok(second);
  const late = { ...second, spec: specOf(workId(1)), ttlMs: 0 };
  next.result('other', { outcome: 'partial', scannedTo: 60n }, late);
  const again = next.coordinator.relend(workId(1), 1, { fault: 'none', worker: 'other' }, 0);
  assert.equal([again.units[0]?.resumeAt, again.units[0]?.fence], [60n, 2 * 65_536 + 1]);
});

test.run();
