import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Target } from '../../../ts/index.js';
import { Desk } from './desk.js';
import { shareOf, specOf, workId } from './fakes.js';

test('the lease of another worker, or a fence that was never given, is a strike', () => {
  const desk = new Desk({ fixedNonces: 10n });
  desk.publish();
  desk.join('a');
  desk.join('b');
  assert.is(desk.result('b', {}, desk.lent('a'))?.verdict, 'rejected');
  assert.is(desk.result('b', { fence: desk.lent('b').fence + 1 })?.verdict, 'rejected');
  assert.is(desk.coordinator.status(0).totals.strikes, 2);
  assert.is(desk.result('a')?.verdict, 'accepted');
});

test('a third strike bans: its leases go to others, and it may not come back for a minute', () => {
  const desk = new Desk({ fixedNonces: 10n });
  desk.publish();
  desk.join('bad');
  for (let i = 0; i < 3; i++) desk.result('bad', { shares: [shareOf(1n, false)] });
  assert.is(desk.count('banned'), 1);
  assert.ok(desk.effects.some((effect) => effect.kind === 'drop' && effect.worker === 'bad'));
  assert.is(desk.join('bad').bannedMs, 60_000);
  desk.join('good');
  assert.is(desk.lent('good').unit.index, 0);
});

test('shares count once, however often they come, and against what was hashed', () => {
  const desk = new Desk({ fixedNonces: 10n });
  desk.publish();
  desk.join('a');
  const partial = {
    outcome: 'partial',
    scannedTo: 3n,
    shares: [shareOf(1n), shareOf(1n)],
  } as const;
  desk.result('a', partial);
  desk.result('a', partial);
  desk.result('a', { shares: [shareOf(9n)] });
  assert.equal(desk.conduct.counted, [{ key: 'key of a', shares: 2, expected: 10 / 2 ** 20 }]);
  assert.is(desk.coordinator.status(0).totals.shares, 2);
});

test('what a worker says that it hashed, and has not shown, is hashed by the next one', () => {
  const desk = new Desk({ fixedNonces: 100n });
  desk.publish();
  const isLentFrom = (worker: string) => [desk.lent(worker).unit.index, desk.lent(worker).resumeAt];
  desk.join('bad');
  desk.progress('bad', 90n);
  desk.release('bad', 90n);
  assert.equal(isLentFrom('bad'), [0, 0n], 'it let go');
  desk.progress('bad', 99n);
  desk.do(desk.coordinator.leave('bad', 0));
  desk.join('next');
  assert.equal(isLentFrom('next'), [0, 0n], 'it left');
  desk.progress('next', 80n);
  desk.pass(130_000, ['next']);
  assert.equal(isLentFrom('next'), [0, 0n], 'its lease ran out');
  const after = new Desk({ fixedNonces: 100n }, desk.log, 2);
  after.publish();
  after.pass(3_000);
  after.join('third');
  assert.equal([after.lent('third').unit.index, after.lent('third').resumeAt], [0, 0n]);
});

test('what results have shown of a unit counts as that of a whole one when it is given back', () => {
  const desk = new Desk({ fixedNonces: 100n });
  const shareTarget = Target.fromLeadingZeroBits(1);
  desk.publish(specOf(workId(1), { shareTarget }));
  desk.join('a');
  desk.partial('a', 20n, 1n, 3n, 50n); // one thread is ahead of the other
  desk.partial('a', 40n, 21n);
  desk.release('a', 90n);
  desk.join('b');
  assert.is(desk.lent('a').resumeAt, 40n);
  assert.equal(desk.conduct.counted, [{ key: 'key of a', shares: 3, expected: 20 }]);
  const [scanned] = desk.effects.flatMap((one) => (one.kind === 'scanned' ? [one.scanned] : []));
  assert.equal([scanned?.key, scanned?.from, scanned?.to], ['key of a', 0n, 40n]);
  assert.equal([...(scanned?.reported ?? [])], [1n, 3n, 50n, 21n]);
  desk.result('a', { shares: [shareOf(50n)] });
  assert.equal(desk.conduct.counted.slice(1), [{ key: 'key of a', shares: 1, expected: 30 }]);
});

test('a result counts against its shares also when its lease was given back before it', () => {
  const desk = new Desk({ fixedNonces: 100n });
  desk.publish(specOf(workId(1), { shareTarget: Target.fromLeadingZeroBits(1) }));
  desk.join('a');
  desk.do(desk.coordinator.want('a', 0, 0));
  desk.release('a', 0n);
  desk.partial('a', 60n);
  assert.equal(desk.conduct.counted, [{ key: 'key of a', shares: 0, expected: 30 }]);
  assert.is(desk.result('a')?.verdict, 'accepted');
  assert.equal(desk.conduct.counted.slice(1), [{ key: 'key of a', shares: 0, expected: 20 }]);
  assert.is(desk.effects.filter(({ kind }) => kind === 'scanned').length, 2);
});

test('of who is not believed any more, parts of units are hashed again, and those alone', () => {
  const desk = new Desk({ fixedNonces: 100n });
  desk.publish(undefined, 1, 300);
  desk.join('bad');
  desk.partial('bad', 30n);
  desk.do(desk.coordinator.want('bad', 0, 0));
  desk.release('bad', 30n);
  desk.join('good');
  desk.result('good');
  desk.do(desk.coordinator.want('good', 0, 0));
  desk.result('good');
  desk.do(desk.coordinator.want('bad', 1, 0));
  desk.partial('bad', 240n);
  desk.do(desk.coordinator.distrust('key of bad', 'bad', 'proof', 0));
  assert.is(Math.round((desk.coordinator.status(0).works[0]?.done ?? 0) * 300), 170);
  desk.do(desk.coordinator.want('good', 5, 0));
  const spans = desk.assigned
    .slice(-3)
    .map(({ assignment: { unit, resumeAt } }) => [resumeAt, unit.end]);
  assert.equal(spans, [
    [240n, 300n],
    [0n, 30n],
    [200n, 240n],
  ]);
  for (const { assignment } of desk.assigned.slice(-3)) desk.result('good', {}, assignment);
  assert.is(desk.count('exhausted'), 1);
});

test('a key that is not believed any more is banned, and its units are hashed again', () => {
  const desk = new Desk({ fixedNonces: 10n });
  desk.publish();
  desk.join('bad');
  desk.result('bad');
  desk.result('bad');
  desk.do(desk.coordinator.distrust('key of bad', 'bad', 'proof', 0));
  assert.is(desk.count('banned'), 1);
  desk.join('good', 5, 3);
  const starts = desk.assigned.slice(-3).map(({ assignment }) => assignment.unit.start);
  assert.equal(starts.sort(), [0n, 10n, 20n].sort());
  assert.is(desk.coordinator.status(0).works[0]?.done, 0);
});

test('a lease has no more hashes than nonces, however many results tell of them', () => {
  const desk = new Desk({ fixedNonces: 100n });
  desk.publish();
  desk.join('a', 5);
  const hashes = 1e9;
  for (let i = 1; i <= 20; i++) {
    desk.nowMs += 500;
    desk.result('a', { outcome: 'partial', scannedTo: BigInt(i), hashes });
  }
  desk.release('a', 20n);
  assert.is(desk.lent('a').resumeAt, 20n);
  desk.nowMs += 10_000;
  desk.result('a', { hashes });
  const { totals, workers } = desk.coordinator.status(desk.nowMs);
  assert.is(totals.hashes, 100 + 80);
  const rate = workers[0]?.hashesPerSecond ?? 0;
  assert.ok(rate > 0 && rate <= 200, `${rate} hashes a second`);
});

test.run();
