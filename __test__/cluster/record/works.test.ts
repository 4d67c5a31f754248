import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Target } from '../../../ts/index.js';
import { Desk } from './desk.js';
import { shareOf, specOf, workId } from './fakes.js';

test('a cancel is over when every holder has let go, and results until then count', () => {
  const desk = new Desk({ fixedNonces: 10n });
  desk.publish();
  desk.join('a');
  desk.join('b');
  desk.do(desk.coordinator.cancel(workId(1), 'stale', 0));
  const cancel = desk.effects.find((effect) => effect.kind === 'cancel');
  assert.equal(cancel?.kind === 'cancel' ? cancel.holders : null, ['a', 'b']);
  assert.is(desk.result('a', { shares: [shareOf(7n)] })?.verdict, 'accepted');
  assert.not(desk.effects.some((effect) => effect.kind === 'over'));
  desk.release('b', 15n);
  const over = desk.effects.find((effect) => effect.kind === 'over');
  assert.is(over?.kind === 'over' ? over.purged : null, 8);
  assert.is(desk.log.at(-1)?.kind, 'end');
});

test('a cancel does not wait for holders longer than two seconds', () => {
  const desk = new Desk({ fixedNonces: 10n });
  desk.publish();
  desk.join('a');
  desk.do(desk.coordinator.cancel(workId(1), 'stale', 0));
  desk.pass(2_000, ['a']);
  assert.ok(desk.effects.some((effect) => effect.kind === 'over'));
  assert.equal(desk.progress('a', 5n), { kept: false, why: 'stale' });
  const late = desk.result('a', { shares: [shareOf(7n)] });
  assert.is(late?.verdict, 'stale');
  const told = desk.events.flatMap((event) => (event.kind === 'result' ? event.solutions : []));
  assert.is(told.length, 1, 'a solution is told, however late');
});

test('a work that is published again after its end starts anew, and its old leases are worth nothing', () => {
  const desk = new Desk({ fixedNonces: 10n });
  desk.publish();
  desk.join('a');
  const old = desk.lent('a');
  desk.do(desk.coordinator.cancel(workId(1), 'stale', 0));
  desk.release('a', 0n);
  desk.publish();
  const anew = desk.lent('a');
  assert.is(anew.unit.index, 0);
  assert.ok(anew.fence > old.fence);
  assert.is(desk.result('a', {}, old)?.verdict, 'stale');
  assert.is(desk.coordinator.status(0).totals.strikes, 0);
  assert.is(desk.result('a', {}, anew)?.verdict, 'accepted');
});

test('the first solution ends a work of which one is enough; published again, it is told again', () => {
  const desk = new Desk({ fixedNonces: 10n });
  const spec = specOf(workId(1), { goal: 'first' });
  desk.publish(spec);
  desk.join('a');
  assert.is(
    desk.result('a', { outcome: 'found', scannedTo: 8n, shares: [shareOf(7n)] })?.verdict,
    'accepted',
  );
  assert.is(desk.assigned.length, 1, 'nothing more is lent');
  const next = new Desk({ fixedNonces: 10n }, desk.log, 2);
  next.publish(spec);
  next.join('a');
  const told = next.events.flatMap((event) => (event.kind === 'result' ? event.solutions : []));
  assert.equal(
    told.map(({ nonce }) => nonce),
    [7n],
  );
  assert.is(next.assigned.length, 0);
});

test('a unit with the solution is completed whole, and shares count as far as it was scanned', () => {
  const desk = new Desk({ fixedNonces: 10n });
  const shareTarget = Target.fromLeadingZeroBits(1);
  desk.publish(specOf(workId(1), { goal: 'first', shareTarget }));
  desk.join('a');
  desk.join('b');
  const found = { outcome: 'found', scannedTo: 2n, shares: [shareOf(1n), shareOf(7n)] } as const;
  assert.is(desk.result('a', found)?.verdict, 'accepted', 'the solution lies above');
  assert.equal(desk.conduct.counted, [{ key: 'key of a', shares: 1, expected: 1 }]);
  const [status] = desk.coordinator.status(0).works;
  assert.equal([status?.completed, status?.done], [1, 0.1]);
  const late = desk.result('b', { outcome: 'found', scannedTo: 10n });
  assert.is(late?.verdict, 'accepted', 'the work has a solution');
});

test('found is rejected where every solution counts', () => {
  const desk = new Desk({ fixedNonces: 10n });
  desk.publish();
  desk.join('a');
  const found = { outcome: 'found', scannedTo: 8n, shares: [shareOf(7n)] } as const;
  assert.is(desk.result('a', found)?.verdict, 'rejected');
});

test('found without a solution is a strike', () => {
  const desk = new Desk({ fixedNonces: 10n });
  desk.publish(specOf(workId(1), { goal: 'first' }));
  desk.join('a');
  assert.is(desk.result('a', { outcome: 'found', scannedTo: 0n })?.verdict, 'rejected');
});

test('after a shutdown a work goes on where it was', () => {
  const desk = new Desk({ fixedNonces: 10n });
  desk.publish();
  desk.join('a');
  desk.result('a');
  desk.do(desk.coordinator.cancel(workId(1), 'shutdown', 0));
  desk.partial('a', 15n);
  desk.release('a', 15n);
  const next = new Desk({ fixedNonces: 10n }, desk.log, 2);
  next.publish();
  next.join('a');
  assert.equal([next.lent('a').unit.index, next.lent('a').resumeAt], [1, 15n]);
});

test('a result of a work that nobody has published yet is to be brought again', () => {
  const desk = new Desk({ fixedNonces: 10n });
  desk.publish();
  desk.join('a');
  const next = new Desk({ fixedNonces: 10n }, desk.log, 2);
  const { fence } = desk.lent('a');
  assert.is(next.join('a', 5, 1, [{ index: 0, fence }]).kept.length, 1);
  next.assigned.push({ worker: 'a', assignment: desk.lent('a') });
  assert.is(next.result('a'), null);
  next.publish();
  assert.is(next.result('a')?.verdict, 'accepted');
});

test('a work keeps the share target that its leases were told', () => {
  const desk = new Desk();
  desk.publish();
  const next = new Desk({}, desk.log, 2);
  next.publish(specOf(workId(1), { shareTarget: Target.fromLeadingZeroBits(3) }));
  assert.is(next.coordinator.spec(workId(1))?.shareTarget.expectedHashes, 2 ** 20);
});

test('the record stays small however many units are done', () => {
  const desk = new Desk({ fixedNonces: 1n, recentUnits: 100 });
  desk.publish(undefined, 1, 20_000);
  desk.join('w', 5, 8);
  while (desk.count('exhausted') === 0) {
    for (const { assignment } of desk.assigned.splice(0)) desk.result('w', {}, assignment);
    desk.effects.length = 0;
    desk.log.length = 0;
    const size = [...desk.coordinator.entries(0)].length;
    assert.ok(size < 20, `${size} entries`);
    desk.events.splice(0, desk.events.length - 50);
  }
  assert.is(desk.coordinator.status(0).totals.units, 20_000);
});

test.run();
