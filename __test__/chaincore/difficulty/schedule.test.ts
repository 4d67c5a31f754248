import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  DEFAULT_RULE,
  DifficultySchedule,
  type TimedBlock,
} from '../../../ts/chaincore/difficulty.js';
import type { PowError } from '../../../ts/index.js';
import { thrown } from '../../fixtures.js';
import { simulate } from './simulated-network.js';

const change = (fromIndex: number, reason = 'a test') => ({ fromIndex, reason, atMs: 1 });

/** The difficulties of a chain whose blocks come `spacing` seconds apart. */
function values(schedule: DifficultySchedule, blocks: number, spacing = 10): number[] {
  const chain: TimedBlock[] = [{ index: 0, difficulty: 2, timestamp: 0 }];
  for (let index = 1; index <= blocks; index++) {
    const difficulty = schedule.at(index, chain.slice(-schedule.windowAt(index)));
    chain.push({ index, difficulty, timestamp: 1e9 + index * spacing });
  }
  return chain.map(({ difficulty }) => difficulty);
}

test('three layers: genesis 2, the baseline, then what the network asks for', () => {
  const list = values(DifficultySchedule.of({ baseline: 5 }), 25, 0.04);
  assert.is(list[0], 2);
  assert.equal(new Set(list.slice(1, 10)), new Set([5]));
  assert.equal(new Set(list.slice(10, 20)), new Set([7])); // 1/250 of the time: two steps
  assert.equal(new Set(list.slice(20)), new Set([9]));
});

test('without adjusting every block has the baseline', () => {
  const list = values(DifficultySchedule.of({ baseline: 3, adjust: false }), 40, 0.001);
  assert.equal(new Set(list.slice(1)), new Set([3]));
});

test('an override holds through windows, and its end restores the baseline', () => {
  const set = DifficultySchedule.of({ baseline: 5 }).setOverride(2, change(13));
  assert.is(set.override, 2);
  const ended = set.endOverride(change(27));
  const list = values(ended, 40, 0.04);
  assert.equal(new Set(list.slice(10, 13)), new Set([7]));
  assert.equal(new Set(list.slice(13, 27)), new Set([2]));
  assert.equal(new Set(list.slice(27, 30)), new Set([5]));
  assert.is(list[30], 7); // and follows the network again
  assert.is(ended.endOverride(change(30)), ended);
});

test('an override that ends before any block had it restores the baseline all the same', () => {
  const schedule = DifficultySchedule.of({ baseline: 5 })
    .setOverride(2, change(15))
    .endOverride(change(15));
  const list = values(schedule, 16, 0.04);
  assert.is(list[14], 7);
  assert.is(list[15], 5);
});

test('switching adjusting off in the middle restores the baseline', () => {
  const schedule = DifficultySchedule.of({ baseline: 5 }).reload(
    { baseline: 5, adjust: false },
    change(15),
  );
  const list = values(schedule, 30, 0.04);
  assert.is(list[14], 7);
  assert.equal(new Set(list.slice(15)), new Set([5]));
});

test('earlier heights keep what they were checked against', () => {
  const before = DifficultySchedule.of({ baseline: 5 });
  const after = before
    .reload({ baseline: 3, blockSeconds: 99 }, change(22))
    .setOverride(9, change(31));
  assert.equal(values(after, 21, 0.04), values(before, 21, 0.04));
  assert.is(values(after, 22, 0.04)[22], 3);
  assert.is(values(after, 40, 0.04)[35], 9);
});

test('a change for a height that is settled counts from the newest change on', () => {
  const schedule = DifficultySchedule.of().setOverride(9, change(20)).setOverride(3, change(5));
  const list = values(schedule, 25);
  assert.is(list[6], 4);
  assert.is(list[20], 3);
});

for (const [rule, words] of [
  [{ baseline: 0 }, /rule.baseline must be an integer from 1 to 12/],
  [{ baseline: 13 }, /rule.baseline/],
  [{ baseline: 2, minimum: 3 }, /rule.baseline must be an integer from 3 to 12/],
  [{ minimum: 9, maximum: 8 }, /rule.minimum must be at most rule.maximum/],
  [{ maximum: 30 }, /rule.maximum/],
  [{ step: 'fast' }, /rule.step/],
  [{ maxStep: 5 }, /rule.maxStep/],
  [{ interval: 1 }, /rule.interval/],
  [{ blockSeconds: 0 }, /rule.blockSeconds/],
  [{ blockSeconds: Number.NaN }, /rule.blockSeconds/],
  [{ adjust: 'yes' }, /rule.adjust/],
  [{ dificulty: 3 }, /rule must be made of baseline, .*dificulty/],
  [null, /rule must be an object/],
  ['x', /rule must be an object/],
] as const) {
  test(`a bad rule is refused at the start, and on reload keeps the old one: ${JSON.stringify(rule)}`, () => {
    assert.match((thrown(() => DifficultySchedule.of(rule)) as PowError).message, words);
    const schedule = DifficultySchedule.of({ baseline: 6 });
    const kept = schedule.reload(rule, change(12, 'the file changed'));
    assert.equal(kept.rule, schedule.rule);
    assert.equal(values(kept, 40), values(schedule, 40));
    const [entry] = kept.audit;
    assert.is(entry?.change, 'refused');
    assert.match(entry?.reason ?? '', words);
    assert.match(entry?.reason ?? '', 'the file changed');
  });
}

test('a rollback takes the last reload back, one after the other, and no further', () => {
  const first = DifficultySchedule.of({ baseline: 3 });
  const third = first.reload({ baseline: 4 }, change(10)).reload({ baseline: 5 }, change(20));
  const second = third.rollback(change(25));
  assert.is(second.rule.baseline, 4);
  assert.is(values(second, 26)[25], 4);
  const back = second.rollback(change(30));
  assert.is(back.rule.baseline, 3);
  assert.is((thrown(() => back.rollback(change(31))) as PowError).argument, 'rollback');
});

test('the same rule again changes nothing, and a reload starts from the defaults', () => {
  const schedule = DifficultySchedule.of({ baseline: 6 });
  assert.is(schedule.reload({ baseline: 6 }, change(9)), schedule);
  assert.equal(schedule.reload({}, change(9)).rule, DEFAULT_RULE);
});

for (const value of [0, 13, 4.5, '4', null, undefined, Number.NaN]) {
  test(`an override of ${JSON.stringify(value)} is refused`, () => {
    const error = thrown(() => DifficultySchedule.of().setOverride(value, change(1)));
    assert.is((error as PowError).argument, 'difficulty');
  });
}

test('an override needs a reason, and the audit says who did what from where on', () => {
  const error = thrown(() => DifficultySchedule.of().setOverride(3, change(1, ' ')));
  assert.is((error as PowError).argument, 'reason');
  const schedule = DifficultySchedule.of()
    .setOverride(3, change(7, 'slow\u001b[2J machines'))
    .endOverride(change(9, 'over'))
    .reload({ baseline: 5 }, change(11, 'the file'))
    .rollback(change(12, 'a mistake'));
  assert.equal(
    schedule.audit.map(({ change: kind, fromIndex, reason }) => [kind, fromIndex, reason]),
    [
      ['override', 7, '3: slow\\x1b[2J machines'],
      ['override-ended', 9, 'over'],
      ['reloaded', 11, 'the file'],
      ['rolled-back', 12, 'a mistake'],
    ],
  );
});

test('the record has an end, however often a bad file is read', () => {
  let schedule = DifficultySchedule.of();
  for (let i = 0; i < 3000; i++) schedule = schedule.reload({ baseline: 99 }, change(2));
  assert.is(schedule.audit.length, 1000);
});

test('two nodes with the same changes agree on every height', () => {
  const make = () =>
    DifficultySchedule.of({ baseline: 5 }).setOverride(3, change(15)).endOverride(change(33));
  const run = (schedule: DifficultySchedule) =>
    simulate({ schedule, blocks: 90, seed: 'two', hashRate: () => 1e5 });
  assert.equal(run(make()), run(make()));
});

test.run();
