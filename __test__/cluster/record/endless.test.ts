import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Desk } from './desk.js';
import { workId } from './fakes.js';

/** Says every second that all of what it was lent is hashed but for one nonce; then time passes. */
function hold(desk: Desk, worker: string, seconds: number, alive: readonly string[] = []): void {
  const held = desk.assigned.filter((one) => one.worker === worker);
  for (let s = 0; s < seconds; s++) {
    for (const { assignment } of held) {
      const { unit, fence } = assignment;
      const lease = { work: unit.work, index: unit.index, fence };
      desk.progress(worker, unit.end - 1n, lease);
    }
    desk.pass(1_000, [worker, ...alive]);
  }
}

const isOver = (desk: Desk) => desk.count('exhausted') > 0;

const ends = (desk: Desk) =>
  desk.effects.flatMap((effect) => (effect.kind === 'end' ? [effect.why] : []));

test('a worker that says that it is almost done, and never is, does not keep others waiting', () => {
  for (const rate of [1, 4, 100, 1e9]) {
    const desk = new Desk({ fixedNonces: 1_000n });
    desk.publish(undefined, 1, 4_000);
    desk.join('hog', rate, 4);
    desk.join('good', 100, 4);
    for (let s = 0; s < 60 && !isOver(desk); s++) {
      hold(desk, 'hog', 2, ['good']);
      for (const { worker, assignment } of [...desk.assigned]) {
        if (worker === 'good') desk.result('good', {}, assignment);
      }
    }
    assert.ok(isOver(desk), `of ${rate} hashes a second`);
  }
});

test('what was taken from who does not finish it does not go back there, however fast that one is', () => {
  const desk = new Desk({ fixedNonces: 1_000n });
  desk.publish(undefined, 1, 1_000);
  desk.join('hog', 1e9);
  hold(desk, 'hog', 10);
  desk.join('good', 100);
  hold(desk, 'hog', 4, ['good']);
  assert.equal(ends(desk), ['moved', 'lost']);
  const { unit, fence } = desk.lent('good');
  for (let at = 100n; at < 1_000n; at += 100n) {
    desk.progress('good', at, { work: unit.work, index: unit.index, fence });
    desk.pass(1_000, ['hog', 'good']);
  }
  assert.equal(ends(desk), ['moved', 'lost']);
});

test('a lease that takes 16 times what it should, and two minutes, is called back, and then over', () => {
  const desk = new Desk({ fixedNonces: 1_000n });
  desk.publish(undefined, 1, 1_000);
  desk.join('hog', 100);
  hold(desk, 'hog', 160);
  assert.equal(ends(desk), []);
  hold(desk, 'hog', 1);
  assert.equal(ends(desk), ['moved']);
  assert.equal(desk.progress('hog', 999n), { kept: false, why: 'moved' });
  desk.join('good', 100);
  const first = desk.lent('hog');
  hold(desk, 'hog', 2, ['good']);
  assert.equal(ends(desk), ['moved', 'lost']);
  assert.equal([desk.lent('good').unit.index, desk.lent('good').resumeAt], [0, 0n]);
  assert.is(desk.result('hog', {}, first)?.verdict, 'stale');
});

test('who has become slow hands over what it has hashed, and goes on with the rest', () => {
  const desk = new Desk({ fixedNonces: 1_000n });
  desk.publish(undefined, 1, 1_000);
  desk.join('slow', 100);
  const { fence } = desk.lent('slow');
  hold(desk, 'slow', 161);
  desk.partial('slow', 300n);
  desk.release('slow', 300n);
  assert.equal([desk.lent('slow').resumeAt, desk.lent('slow').fence], [300n, fence + 1]);
  assert.is(desk.count('unit', 'failed'), 0);
  assert.ok(desk.progress('slow', 301n).kept);
});

test('a new connection does not make a lease young again', () => {
  const desk = new Desk({ fixedNonces: 1_000n });
  desk.publish(undefined, 1, 1_000);
  desk.join('hog', 100);
  const { fence } = desk.lent('hog');
  hold(desk, 'hog', 100);
  desk.do(desk.coordinator.leave('hog', desk.nowMs));
  assert.is(desk.join('hog', 100, 1, [{ index: 0, fence }]).kept.length, 1);
  hold(desk, 'hog', 61);
  assert.equal(ends(desk), ['moved']);
});

test('a lease that came late in a long line has the time of those before it', () => {
  const desk = new Desk({ fixedNonces: 1_000n });
  desk.publish(undefined, 1, 8_000);
  desk.join('slow', 100, 8);
  for (const { assignment } of [...desk.assigned]) {
    for (let s = 0; s < 20; s++) {
      for (const { unit, fence } of desk.assigned.map((one) => one.assignment)) {
        desk.progress('slow', 0n, { work: workId(1), index: unit.index, fence });
      }
      desk.pass(1_000, ['slow']);
    }
    assert.is(desk.result('slow', {}, assignment)?.verdict, 'accepted');
  }
  assert.equal(ends(desk), []);
});

test.run();
