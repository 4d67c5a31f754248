import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Losses } from '../../../ts/cluster/record/losses.js';
import { Desk } from './desk.js';
import { nodeOf, workId } from './fakes.js';

const RULES = { fixedNonces: 16n };

/** Takes `most` units, begins each of them, and hangs up; then comes again and knows of none. */
function wreck(desk: Desk, worker: string, most: number): void {
  const before = desk.assigned.length;
  desk.join(worker, 5, most);
  for (const { worker: to, assignment } of desk.assigned.slice(before)) {
    if (to !== worker) continue;
    const { unit, fence, resumeAt } = assignment;
    const lease = { work: unit.work, index: unit.index, fence };
    desk.progress(worker, resumeAt + 1n, lease);
  }
  desk.do(desk.coordinator.leave(worker, desk.nowMs));
  desk.join(worker, 5, 0);
  desk.do(desk.coordinator.leave(worker, desk.nowMs));
}

/** One after the other is lent the unit, and says that it cannot hash it, until it is split. */
function failAt(desk: Desk, index: number, workers: readonly string[]): number {
  for (let times = 0; ; times++) {
    if (desk.count('unit', 'split') > 0) return times;
    const [worker] = workers.slice(times % workers.length);
    assert.ok(worker !== undefined && times < 20);
    assert.is(desk.lent(worker).unit.index, index, `in the hands of ${worker}`);
    desk.do(desk.coordinator.want(worker, 0, desk.nowMs));
    desk.release(worker, 0n, 'a panic');
    const next = workers[(times + 1) % workers.length] as string;
    desk.do(desk.coordinator.want(next, 1, desk.nowMs));
  }
}

test('one key that breaks whatever it is lent gives up nothing of what others can hash, and is struck', () => {
  const desk = new Desk(RULES);
  desk.publish(undefined, 1, 1_600);
  desk.join('good');
  for (let times = 0; times < 5; times++) {
    wreck(desk, 'bad', 8);
    desk.nowMs += 200;
  }
  assert.is(desk.count('unit', 'split') + desk.count('unit', 'quarantined'), 0);
  assert.equal(
    desk.events.flatMap((event) => (event.kind === 'strike' ? [event.worker, event.reason] : [])),
    ['bad', '16 leases lost within a minute', 'bad', '16 leases lost within a minute'],
  );
});

test('a unit that failed with one key waits for another, unless nobody else takes any', () => {
  const desk = new Desk(RULES);
  desk.publish(undefined, 1, 32);
  desk.join('bad');
  desk.join('good');
  desk.release('bad', 0n, 'a panic');
  assert.is(desk.assigned.length, 2, 'nothing is left for it');
  desk.do(desk.coordinator.want('good', 0, desk.nowMs));
  assert.is(desk.lent('bad').unit.index, 0);
});

test('a unit that is not for whoever asks first goes to whoever asks next', () => {
  const desk = new Desk(RULES);
  desk.publish(undefined, 1, 16);
  desk.join('bad');
  desk.join('good');
  desk.release('bad', 0n, 'a panic');
  assert.is(desk.lent('good').unit.index, 0);
});

test('a unit is split when it failed five times, however many are here', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  for (const here of [1, 2, 3, 7]) {
    const desk = new Desk(RULES);
    desk.publish(undefined, 1, 16);
    const workers = names.slice(0, here);
    for (const [i, worker] of workers.entries()) desk.join(worker, 5, i === 0 ? 1 : 0);
    assert.is(failAt(desk, 0, workers), 5, `${here} are here`);
  }
});

test('a unit that failed with everybody who is here goes round until it is given up', () => {
  const desk = new Desk(RULES);
  desk.publish(undefined, 1, 16);
  for (const worker of ['a', 'b', 'c']) desk.join(worker);
  const turns: string[] = [];
  while (desk.count('unit', 'split') === 0) {
    const { worker } = desk.assigned.at(-1) as { worker: string };
    turns.push(worker);
    assert.ok(turns.length <= 5, turns.join());
    desk.release(worker, 0n, 'a panic');
    assert.ok(desk.assigned.length > turns.length, `nobody has it after ${turns.join()}`);
  }
  assert.is(turns.length, 5);
  assert.equal(new Set(turns.slice(0, 3)), new Set(['a', 'b', 'c']));
});

test('who only looks on is nobody that a unit could fail with', () => {
  const desk = new Desk(RULES);
  desk.publish(undefined, 1, 16);
  const seat = { key: 'key of eye', address: 'here', held: [] };
  desk.do(desk.coordinator.join({ ...nodeOf('eye'), role: 'observer' }, seat, 0).decisions);
  desk.join('w');
  assert.is(failAt(desk, 0, ['w']), 5);
});

test('units of a queue outside fail with keys as well', () => {
  const desk = new Desk();
  desk.publish(undefined, 1, 16);
  for (const worker of ['bad', 'good', 'other']) desk.join(worker, 5, 0);
  desk.do(desk.coordinator.carve(workId(1), { nonces: 16n, most: 1 }, 0).decisions);
  const relend = (worker: string | null) => {
    const how = { fault: 'lost', worker } as const;
    const { units, decisions } = desk.coordinator.relend(workId(1), 0, how, desk.nowMs);
    desk.do(decisions);
    return units.length;
  };
  for (let times = 0; times < 15; times++) assert.is(relend('bad'), 1);
  assert.is(desk.count('strike'), 0);
  assert.is(relend('bad'), 1);
  assert.is(desk.count('strike'), 1);
  assert.is(relend('good'), 2, 'its halves: four times of the one, once of another');
});

test('leases that are lost here and there, or by many workers of one key at once, are no offence', () => {
  const losses = new Losses();
  for (let i = 0; i < 100; i++) {
    assert.is(losses.add({ key: 'slow', worker: 'w' }, i * 4_000), null, 'fifteen a minute');
    assert.is(losses.add({ key: 'farm', worker: `rig ${i % 25}` }, 0), null, 'four of each');
  }
  assert.is.not(losses.add({ key: 'farm', worker: 'rig 1' }, 0), null);
});

test.run();
