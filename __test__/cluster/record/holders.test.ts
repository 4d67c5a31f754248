import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Desk } from './desk.js';
import { shareOf } from './fakes.js';

test('a late result is stale where its unit goes on, and a duplicate where it is done', () => {
  const desk = new Desk({ fixedNonces: 10n });
  desk.publish();
  desk.join('a');
  const first = desk.lent('a');
  desk.pass(6_000, ['a']); // no sign of life of the lease
  desk.join('b');
  desk.do(desk.coordinator.want('a', 0, desk.nowMs));
  assert.ok(desk.effects.some((effect) => effect.kind === 'end' && effect.why === 'lost'));
  const shares = [shareOf(7n)];
  assert.is(desk.result('a', { shares }, first)?.verdict, 'stale');
  const again = desk.assigned.find(
    ({ assignment }) => assignment.unit.index === 0 && assignment.fence > first.fence,
  );
  assert.ok(again);
  desk.result(again.worker, {}, again.assignment);
  assert.is(desk.result('a', { shares }, first)?.verdict, 'duplicate');
  const told = desk.events.flatMap((event) => (event.kind === 'result' ? event.solutions : []));
  assert.equal(
    told.map(({ nonce }) => nonce),
    [7n],
    'told once, though it came late',
  );
});

test('a worker that comes back within the grace keeps what nobody else has got', () => {
  const desk = new Desk({ fixedNonces: 10n });
  desk.publish();
  desk.join('a', 5, 2);
  const { fence } = desk.lent('a');
  desk.do(desk.coordinator.leave('a', 0));
  desk.join('b');
  assert.is(desk.lent('b').unit.index, 2, 'new ones first');
  const { kept } = desk.join('a', 5, 2, [
    { index: 0, fence },
    { index: 1, fence },
  ]);
  assert.equal(
    kept.map(({ index }) => index),
    [0, 1],
  );
  assert.is(desk.count('unit', 'failed'), 0);
  assert.is(desk.result('a')?.verdict, 'accepted');
});

test('where there is nothing else, the units of one who left go to whoever is idle, at once', () => {
  const desk = new Desk({ fixedNonces: 100n });
  desk.publish();
  desk.join('a');
  desk.join('b');
  const { fence } = desk.lent('a');
  desk.do(desk.coordinator.leave('a', 0));
  assert.is(desk.lent('b').unit.index, 0);
  assert.equal(desk.join('a', 5, 1, [{ index: 0, fence }]).kept, []);
});

test('after a restart units wait for their holders, while new ones are lent', () => {
  const desk = new Desk({ fixedNonces: 10n });
  desk.publish();
  desk.join('a');
  const { fence } = desk.lent('a');
  const next = new Desk({ fixedNonces: 10n }, desk.log, 2);
  next.publish();
  next.join('b');
  assert.equal([next.lent('b').unit.index, next.lent('b').fence], [1, 2 * 65_536 + 1]);
  assert.is(next.join('a', 5, 1, [{ index: 0, fence }]).kept.length, 1);
  next.assigned.push({ worker: 'a', assignment: desk.lent('a') });
  assert.is(next.result('a')?.verdict, 'accepted');
  const third = new Desk({ fixedNonces: 10n }, desk.log, 2);
  third.publish();
  third.join('b', 5, 2);
  third.pass(3_000, ['b']);
  third.result('b');
  assert.is(third.lent('b').unit.index, 0, 'its holder did not come');
});

test('an epoch that is not above the last one is refused', () => {
  const desk = new Desk();
  assert.throws(() => new Desk({}, desk.log, 1), /epoch 1, after 1/);
});

test('five failures split a unit, and three splits give it up; the rest goes on', () => {
  const desk = new Desk({ fixedNonces: 16n });
  desk.publish(undefined, 1, 48);
  desk.join('w');
  for (let turns = 0; desk.count('exhausted') === 0; turns++) {
    assert.ok(turns < 200);
    const { unit, resumeAt } = desk.lent('w');
    const isPoison = unit.start <= 20n && unit.end > 20n;
    if (isPoison) desk.release('w', resumeAt, 'a panic');
    else desk.result('w');
  }
  const [status] = desk.coordinator.status(0).works;
  assert.is(status?.quarantined, 1);
  assert.is(desk.count('unit', 'failed'), 20);
  assert.is(desk.count('unit', 'split'), 3);
  assert.is(Math.round((status?.done ?? 0) * 48), 46, 'an eighth of the unit is given up');
});

test('a unit that kills its workers is found out by the order in which they hash', () => {
  const desk = new Desk({ fixedNonces: 10n, mostFailures: 2, mostSplits: 0 });
  desk.publish(undefined, 1, 40);
  for (let life = 0; life < 12; life++) {
    desk.join('w', 5, 2);
    desk.do(desk.coordinator.leave('w', desk.nowMs)); // the first one that it held killed it
    desk.join('w', 5, 0);
    desk.pass(1_000, ['w']);
  }
  assert.ok(desk.count('unit', 'quarantined') >= 2);
});

test('a worker that is silent for ten seconds is dropped, and what it was at counts as failed', () => {
  const desk = new Desk({ fixedNonces: 10n, leaseMs: { least: 60_000, most: 60_000 } });
  desk.publish();
  desk.join('a', 5, 2);
  desk.pass(6_000);
  assert.is(desk.coordinator.status(desk.nowMs).workers[0]?.state, 'suspect');
  desk.pass(4_000);
  assert.ok(desk.effects.some((effect) => effect.kind === 'drop' && effect.why === 'silent'));
  assert.is(desk.count('unit', 'failed'), 1);
  desk.join('b', 5, 2);
  assert.equal(
    desk.assigned.slice(-2).map(({ assignment }) => assignment.unit.index),
    [0, 1],
  );
});

test.run();
