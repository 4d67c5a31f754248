import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { PowError } from '../../ts/index.js';
import { type Action, Lanes } from '../../ts/miner/lanes.js';
import type { Job } from '../../ts/miner/ports.js';
import { Preemption, type PreemptionOptions, type Situation } from '../../ts/miner/preemption.js';
import { easyTarget, thrown } from '../fixtures.js';
import { job } from './jobs.js';

const running = job('1', 'a', { content: 1 });
const refresh = job('2', 'a', { content: 2, change: 'refresh' });

function decide(options: PreemptionOptions, nowMs: number, rest: Partial<Situation> = {}) {
  const situation = { running, next: refresh, switchedAtMs: 0, waitingSinceMs: 100, ...rest };
  return new Preemption(options).decide(situation, nowMs);
}

const now = { kind: 'switch', end: 'stop' };

test('without options a refresh switches at once', () => {
  assert.equal(decide({}, 100), now);
});

test('batch-complete starts the new job at once and lets the old one end its batch', () => {
  const rule = { kind: 'batch-complete' } as const;
  assert.equal(decide({ rule }, 100), { kind: 'switch', end: 'finish-batch' });
});

test('delayed counts from the first refresh that waits', () => {
  const rule = { kind: 'delayed', ms: 50 } as const;
  assert.equal(decide({ rule }, 100), { kind: 'wait', untilMs: 150 });
  assert.equal(decide({ rule }, 149), { kind: 'wait', untilMs: 150 });
  assert.equal(decide({ rule }, 150), now);
});

test('a condition is asked again, and after its time is not asked any more', () => {
  const asked: number[] = [];
  const when = ({ waitedMs }: { waitedMs: number }) => {
    asked.push(waitedMs);
    return false;
  };
  const rule = { kind: 'conditional', when, mostMs: 250 } as const;
  assert.equal(decide({ rule }, 100), { kind: 'wait', untilMs: 200 });
  assert.equal(decide({ rule }, 300), { kind: 'wait', untilMs: 350 });
  assert.equal(decide({ rule }, 350), now);
  assert.equal(asked, [0, 200]);
  assert.equal(decide({ rule: { ...rule, when: () => true } }, 100), now);
});

test('the minimum interval counts from the last switch', () => {
  assert.equal(decide({ minimumIntervalMs: 500 }, 100), { kind: 'wait', untilMs: 500 });
  assert.equal(decide({ minimumIntervalMs: 500 }, 500), now);
});

test('no rule and no interval holds a replacement back', () => {
  const next = job('2', 'a');
  const slow: PreemptionOptions[] = [
    { minimumIntervalMs: 1e6 },
    { rule: { kind: 'delayed', ms: 1e6 } },
    { rule: { kind: 'conditional', when: () => false } },
    { rule: { kind: 'batch-complete' } },
  ];
  for (const options of slow) assert.equal(decide(options, 100, { next }), now);
});

test('a refresh with the very same work is skipped, a replacement never', () => {
  const same = job('2', 'a', { content: 1, change: 'refresh' });
  assert.equal(decide({}, 100, { next: same }), { kind: 'skip' });
  assert.equal(decide({}, 100, { next: { ...same, change: 'replace' } }), now);
});

test('bytes that do not matter, and no others, may differ in the same work', () => {
  const unimportant = [{ start: 0, end: 1 }];
  assert.equal(decide({ unimportant }, 100), { kind: 'skip' });
  assert.equal(decide({ unimportant: [{ start: 1, end: 8 }] }, 100), now);
  const nonces = { start: 0n, end: 9n };
  const others: Partial<Job>[] = [
    ...([{ target: easyTarget }, { goal: 'all' }, { proof: 'unchecked' }] as const),
    { nonces },
  ];
  for (const other of others) {
    assert.equal(decide({ unimportant }, 100, { next: { ...refresh, ...other } }), now);
  }
});

test('options that are no times are refused by name', () => {
  const bad: [PreemptionOptions, string][] = [
    [{ minimumIntervalMs: -1 }, 'minimumIntervalMs'],
    [{ rule: { kind: 'delayed', ms: Number.NaN } }, 'rule.ms'],
    [{ rule: { kind: 'conditional', when: () => true, mostMs: -5 } }, 'rule.mostMs'],
  ];
  for (const [options, argument] of bad) {
    const error = thrown(() => new Preemption(options)) as PowError;
    assert.equal([error.code, error.argument], ['POW_ARGUMENT', argument]);
  }
});

const rules: fc.Arbitrary<PreemptionOptions> = fc.record({
  minimumIntervalMs: fc.nat({ max: 300 }),
  rule: fc.oneof(
    fc.constant({ kind: 'immediate' as const }),
    fc.constant({ kind: 'batch-complete' as const }),
    fc.record({ kind: fc.constant('delayed' as const), ms: fc.nat({ max: 300 }) }),
    fc.constant({ kind: 'conditional' as const, when: () => false, mostMs: 250 }),
  ),
});
const arrivals = fc.array(
  fc.record({
    afterMs: fc.nat({ max: 120 }),
    change: fc.constantFrom('refresh' as const, 'refresh' as const, 'replace' as const),
  }),
  { maxLength: 40 },
);

test('a refresh is delayed, within its limits, but never dropped', () => {
  fc.assert(
    fc.property(rules, arrivals, (options, script) => {
      const preemption = new Preemption(options);
      const lanes = new Lanes({ capacity: 1, preemption, backOffMs: () => 0 });
      let nowMs = 0;
      let started = '';
      let startedMs = 0;
      const note = (actions: readonly Action[]) => {
        for (const action of actions) {
          if (action.kind !== 'start') continue;
          started = action.run.job.id;
          startedMs = nowMs;
        }
      };
      const pass = (untilMs: number) => {
        while (lanes.wakeAtMs <= untilMs) {
          nowMs = Math.max(nowMs, lanes.wakeAtMs);
          note(lanes.wake(nowMs));
        }
        nowMs = untilMs;
      };
      let waitingSinceMs: number | null = null;
      for (const [i, { afterMs, change }] of script.entries()) {
        pass(nowMs + afterMs);
        if (startedMs >= (waitingSinceMs ?? 0)) waitingSinceMs = null;
        const [id, interval] = [`${i + 1}`, options.minimumIntervalMs ?? 0];
        note(lanes.live([job(id, 'a', { change, content: i + 1 })], nowMs));
        if (change === 'replace') assert.is(started, id, 'a replacement starts at once');
        if (started === id) waitingSinceMs = null;
        else waitingSinceMs ??= nowMs;
        if (waitingSinceMs !== null) {
          // Each limit is at most 300 ms: no refresh keeps the lane waiting for longer than both.
          const latestMs = Math.max(waitingSinceMs + 300, startedMs + interval);
          assert.ok(lanes.wakeAtMs <= latestMs, `${lanes.wakeAtMs} <= ${latestMs}`);
        }
      }
      pass(nowMs + 1000);
      assert.is(started, script.length === 0 ? '' : `${script.length}`, 'the newest runs');
      assert.is(lanes.wakeAtMs, Number.POSITIVE_INFINITY);
    }),
  );
});

test.run();
