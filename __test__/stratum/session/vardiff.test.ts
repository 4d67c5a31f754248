import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  startVardiff,
  type Vardiff,
  type VardiffRules,
  vardiffPaused,
  vardiffShare,
  vardiffTick,
} from '../../../ts/stratum/session/vardiff.js';
import { Random } from '../../fixtures.js';

const RULES: VardiffRules = {
  ...{ shareMs: 1_000, windowMs: 60_000, band: 1.1, leastHashes: 16, mostHashes: 2 ** 60 },
};

/** Shares of a device as chance has it. */
function simulate(
  start: number,
  hashesPerMs: (nowMs: number) => number,
  untilMs: number,
  seed: number,
  rules = RULES,
) {
  const random = new Random(seed);
  const tickEveryMs = Math.max(1_000, rules.shareMs / 10);
  let state: Vardiff = startVardiff(start, rules, 0);
  let [nowMs, changes] = [0, 0];
  const shares: number[] = [];
  let ticks = 0;
  while (nowMs < untilMs) {
    const before = state.hashes;
    const waitMs = (-Math.log((random.next() + 1) / 2 ** 32) * state.hashes) / hashesPerMs(nowMs);
    const tickMs = tickEveryMs - (nowMs % tickEveryMs);
    if (waitMs < tickMs) {
      nowMs += waitMs;
      shares.push(nowMs);
      state = vardiffShare(state, state.hashes, rules, nowMs);
    } else {
      nowMs += tickMs;
      ticks += 1;
      state = vardiffTick(state, rules, nowMs);
    }
    if (state.hashes !== before) changes += 1;
  }
  assert.ok(ticks > 0);
  return { state, shares, changes };
}

for (const [what, start] of [
  ['four thousand times too easy', 250],
  ['right', 1e6],
  ['four thousand times too hard', 4e9],
] as const) {
  test(`a start that is ${what} ends at the wanted rate, within 10 %`, () => {
    for (let seed = 1; seed <= 8; seed++) {
      const { shares } = simulate(start, () => 1_000, 3_600_000, seed);
      const settled = shares.filter((atMs) => atMs >= 1_200_000).length / 2_400;
      assert.ok(Math.abs(settled - 1) < 0.1, `seed ${seed}: ${settled} shares a second`);
    }
  });
}

test('a device that is eight times as fast all at once is followed', () => {
  const { state } = simulate(1e6, (nowMs) => (nowMs < 600_000 ? 1_000 : 8_000), 1_800_000, 5);
  assert.ok(Math.abs(state.hashes / 8e6 - 1) < 0.2, `${state.hashes}`);
});

test('a steady device is left alone most of the time', () => {
  const { changes } = simulate(1e6, () => 1_000, 3_600_000, 9);
  assert.ok(changes <= 12, `${changes} changes`);
});

test('a rate that is a fifth off is followed before chance is ruled out', () => {
  let [state, nowMs] = [startVardiff(1e6, RULES, 0), 0];
  while (nowMs < 240_000) {
    // As a device does that is a sixth slower than it should be.
    nowMs += state.hashes / (1_000 / 1.2);
    state = vardiffShare(state, state.hashes, RULES, nowMs);
  }
  assert.ok(Math.abs(state.hashes / (1e6 / 1.2) - 1) < 0.05, `${state.hashes}`);
});

test('a device that finds nothing gets something easier, down to the limit', () => {
  let state = startVardiff(2 ** 40, RULES, 0);
  for (let nowMs = 0; nowMs < 3_600_000; nowMs += 1_000) state = vardiffTick(state, RULES, nowMs);
  assert.is(state.hashes, RULES.leastHashes);
});

test('bad luck takes a target down by steps: one window without a share by less than ten times', () => {
  for (const start of [2 ** 32, 2 ** 47]) {
    let state = startVardiff(start, RULES, 0);
    for (let nowMs = 0; nowMs <= RULES.windowMs; nowMs += 1_000) {
      const before = state.hashes;
      state = vardiffTick(state, { ...RULES, shareMs: 10_000 }, nowMs);
      assert.ok(before / state.hashes < 10, `${before} to ${state.hashes}`);
    }
    assert.ok(state.hashes < start);
  }
});

for (const shareMs of [1_000, 60_000, 600_000, 3_600_000]) {
  const rules = { ...RULES, shareMs };
  test(`one share wanted in ${shareMs / 1_000} s: silence makes nothing harder`, () => {
    let state = startVardiff(2 ** 40, rules, 0);
    for (let nowMs = 0; nowMs < 40 * shareMs; nowMs += shareMs / 10) {
      const before = state.hashes;
      state = vardiffTick(state, rules, nowMs);
      assert.ok(state.hashes <= before, `${before} to ${state.hashes}`);
    }
    assert.ok(state.hashes < 2 ** 36);
  });

  test(`one share wanted in ${shareMs / 1_000} s: a steady device has about as many`, () => {
    for (let seed = 1; seed <= 8; seed++) {
      const { shares } = simulate(1e6, () => 1e6 / shareMs, 200 * shareMs, seed, rules);
      assert.ok(shares.length > 150 && shares.length < 260, `seed ${seed}: ${shares.length}`);
    }
  });
}

test('time without work counts for nothing', () => {
  const mined = vardiffShare(startVardiff(1e6, RULES, 0), 1e6, RULES, 1_000);
  const resumed = vardiffPaused(mined, 3_600_000);
  assert.is(vardiffTick(resumed, RULES, 3_602_000).hashes, 1e6);
  assert.is.not(vardiffTick(mined, RULES, 3_602_000).hashes, 1e6);
});

test('whatever comes, the target stays within its limits, and moves by steps', () => {
  const event = fc.record({
    ms: fc.nat(100_000),
    share: fc.boolean(),
    part: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(event), fc.double({ min: 0, noNaN: true }), (events, start) => {
      let [state, nowMs] = [startVardiff(start, RULES, 0), 0];
      for (const { ms, share, part } of events) {
        nowMs += ms;
        const before = state.hashes;
        state = share
          ? vardiffShare(state, part * state.hashes, RULES, nowMs)
          : vardiffTick(state, RULES, nowMs);
        assert.ok(state.hashes >= RULES.leastHashes && state.hashes <= RULES.mostHashes);
        const step = state.hashes / before;
        assert.ok(step < 17 && step > 1 / 17, `${step} times at once`);
      }
    }),
  );
});

test.run();
