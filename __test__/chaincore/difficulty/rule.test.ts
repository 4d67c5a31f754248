import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  adjustedDifficulty,
  DEFAULT_RULE,
  DifficultySchedule,
  STEP_RULES,
  type StepRule,
  type TimedBlock,
} from '../../../ts/chaincore/difficulty.js';
import { idealDifficulty, simulate } from './simulated-network.js';

/** Ten blocks of one difficulty, `spacing` seconds apart. */
function windowOf(spacing: number, difficulty = 6, first = 30): TimedBlock[] {
  return Array.from({ length: 10 }, (_, i) => ({
    index: first + i,
    difficulty,
    timestamp: 1e9 + i * spacing,
  }));
}

/** What one window at `ratio` times the wanted pace changes. */
const stepAt = (ratio: number, step: StepRule, maxStep = 4) =>
  adjustedDifficulty({ ...DEFAULT_RULE, step, maxStep }, windowOf(10 * ratio)).difficulty - 6;

for (const [ratio, node, logarithmic] of [
  [1, 0, 0],
  [0.76, 0, 0],
  [0.74, 1, 0],
  [0.51, 1, 0],
  [0.49, 2, 0],
  [1.49, 0, 0],
  [1.51, -1, 0],
  [2.01, -2, 0],
  [0.26, 2, 0],
  [0.24, 2, 1],
  [4.1, -2, -1],
  [1 / 16, 2, 1],
  [1 / 256, 2, 2],
  [1 / 4096, 2, 3],
  [16 ** 4, -2, -4],
  [16 ** 9, -2, -4],
  [0, 2, 4],
] as const) {
  test(`at ${ratio} of the wanted pace the node steps ${node}, the nearest whole step is ${logarithmic}`, () => {
    assert.is(stepAt(ratio, 'node'), node);
    assert.is(stepAt(ratio, 'logarithmic'), logarithmic);
    for (const step of STEP_RULES) assert.ok(Math.abs(stepAt(ratio, step, 1)) <= 1);
  });
}

test('nine intervals are counted over ten blocks, eight over the first nine', () => {
  const ten = adjustedDifficulty(DEFAULT_RULE, windowOf(10));
  assert.is(ten.ratio, 1);
  const genesis: TimedBlock = { index: 0, difficulty: 2, timestamp: 1e9 - 1e8 };
  const first = [genesis, ...windowOf(10, 4, 1).slice(0, 9)];
  const adjusted = adjustedDifficulty(DEFAULT_RULE, first);
  assert.is(adjusted.ratio, 1);
  assert.is(adjusted.difficulty, 4);
});

test('blocks of another difficulty do not count, and one block alone says nothing', () => {
  const window = [...windowOf(1000, 3).slice(0, 6), ...windowOf(10, 6, 36).slice(0, 4)];
  assert.is(adjustedDifficulty(DEFAULT_RULE, window).ratio, 1);
  const single = [...windowOf(1000, 3).slice(0, 9), ...windowOf(10, 6, 39).slice(0, 1)];
  assert.equal(adjustedDifficulty(DEFAULT_RULE, single), { difficulty: 6, ratio: null });
});

const anyRule = fc.record({
  step: fc.constantFrom(...STEP_RULES),
  maxStep: fc.integer({ min: 1, max: 4 }),
  minimum: fc.integer({ min: 1, max: 6 }),
  maximum: fc.integer({ min: 6, max: 12 }),
  baseline: fc.constant(6),
  interval: fc.integer({ min: 2, max: 20 }),
  blockSeconds: fc.double({ min: 0.01, max: 600, noNaN: true }),
});

test('whatever the network does, values stay in bounds, change at windows alone and by maxStep at most', () => {
  fc.assert(
    fc.property(
      anyRule,
      fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 40, maxLength: 90 }),
      (rule, gaps) => {
        const schedule = DifficultySchedule.of(rule);
        const chain: TimedBlock[] = [{ index: 0, difficulty: 2, timestamp: 0 }];
        let timestamp = 1.7e9;
        for (const gap of gaps) {
          const index = chain.length;
          const difficulty = schedule.at(index, chain.slice(-schedule.windowAt(index)));
          timestamp += gap;
          chain.push({ index, difficulty, timestamp });
        }
        chain.slice(2).forEach(({ index, difficulty }) => {
          const change = difficulty - (chain[index - 1] as TimedBlock).difficulty;
          assert.ok(difficulty >= rule.minimum && difficulty <= rule.maximum);
          assert.ok(Math.abs(change) <= rule.maxStep);
          assert.ok(change === 0 || index % rule.interval === 0);
        });
      },
    ),
  );
});

test('a window that is slower never asks for more', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...STEP_RULES),
      fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
      fc.double({ min: 1, max: 1e6, noNaN: true }),
      (step, ratio, slower) => assert.ok(stepAt(ratio * slower, step) <= stepAt(ratio, step)),
    ),
  );
});

/** From any baseline to a network of any size, by the default rule. */
test('three adjustments bring the nearest whole step within one of the ideal, and it stays there', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }),
      fc.double({ min: 1.5, max: 11.5, noNaN: true }),
      fc.string({ minLength: 1, maxLength: 8 }),
      (baseline, ideal, seed) => {
        const rate = 16 ** ideal / 10;
        const schedule = DifficultySchedule.of({ baseline });
        const chain = simulate({ schedule, blocks: 120, seed, hashRate: () => rate });
        assert.ok(Math.abs(idealDifficulty(rate, 10) - ideal) < 1e-9);
        for (const { difficulty } of chain.slice(31)) {
          assert.ok(Math.abs(difficulty - ideal) <= 1, `${difficulty}, ideal ${ideal}`);
        }
      },
    ),
    { numRuns: 300, seed: 16 },
  );
});

test('the network grows and shrinks by factors of thousands, and the nearest whole step follows', () => {
  const rates = [2e4, 2e4 * 4096, 2e4 * 4096, 300, 2e6];
  const hashRate = (index: number) => rates[Math.min(4, Math.floor((index - 1) / 60))] ?? 1;
  const schedule = DifficultySchedule.of();
  const chain = simulate({ schedule, blocks: 300, seed: 'growing', hashRate });
  rates.forEach((rate, part) => {
    for (const { difficulty } of chain.slice(part * 60 + 31, part * 60 + 61)) {
      assert.ok(Math.abs(difficulty - idealDifficulty(rate, 10)) <= 1);
    }
  });
});

test("the node's own rule swings for ever on a network that never changes", () => {
  const rate = 16 ** 5 / 10; // the ideal is 5: the rule passes over it, 4 and 6 in turn
  const values = (step: StepRule) =>
    simulate({
      schedule: DifficultySchedule.of({ step }),
      blocks: 400,
      seed: 'steady',
      hashRate: () => rate,
    })
      .filter(({ index }) => index > 200 && index % 10 === 5)
      .map(({ difficulty }) => difficulty);
  const changes = (list: readonly number[]) =>
    list.filter((each, i) => i > 0 && each !== list[i - 1]);
  assert.ok(changes(values('node')).length >= 15, String(values('node')));
  assert.is(changes(values('logarithmic')).length, 0, String(values('logarithmic')));
});

test.run();
