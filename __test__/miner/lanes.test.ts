import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Action, Lanes, type Run } from '../../ts/miner/lanes.js';
import { Preemption, type PreemptionOptions } from '../../ts/miner/preemption.js';
import { job } from './jobs.js';

function lanesOf(capacity: number, options: PreemptionOptions = {}): Lanes {
  const backOffMs = (failures: number) => failures * 100;
  return new Lanes({ capacity, preemption: new Preemption(options), backOffMs });
}

const show = (actions: readonly Action[]) =>
  actions.map((action) =>
    action.kind === 'skip' ? `skip ${action.job.id}` : `${action.kind} ${action.run.job.id}`,
  );

function started(actions: readonly Action[], id: string): Run {
  for (const action of actions) {
    if (action.kind === 'start' && action.run.job.id === id) return action.run;
  }
  throw new Error(`${id} was not started`);
}

const refresh = (id: string, content: number) => job(id, 'a', { change: 'refresh', content });

test('the new job starts before the old one stops', () => {
  const lanes = lanesOf(1);
  assert.equal(show(lanes.live([job('1', 'a')], 0)), ['start 1']);
  assert.equal(show(lanes.live([job('2', 'a')], 1)), ['start 2', 'stop 1']);
});

test('a set that brings nothing new does nothing', () => {
  const lanes = lanesOf(2);
  lanes.live([job('1', 'a'), job('1', 'b')], 0);
  assert.equal(lanes.live([job('1', 'b'), job('1', 'a')], 1), []);
});

test('a lane that is missing stops, and its solutions are stale', () => {
  const lanes = lanesOf(2);
  const actions = lanes.live([job('1', 'a'), job('2', 'b')], 0);
  assert.equal(show(lanes.live([job('2', 'b')], 1)), ['stop 1']);
  assert.is(started(actions, '1').stale, true);
  assert.is(started(actions, '2').stale, false);
});

test('a replacement makes every older run of the lane stale, a refresh none', () => {
  const lanes = lanesOf(1);
  const first = started(lanes.live([job('1', 'a')], 0), '1');
  const second = started(lanes.live([refresh('2', 2)], 1), '2');
  assert.equal([first.stale, first.stopping, second.stale], [false, true, false]);
  lanes.live([job('3', 'a')], 2);
  assert.equal([first.stale, second.stale], [true, true]);
});

test('a job with nothing left is not started again, its lane goes on with the next', () => {
  const lanes = lanesOf(1);
  const run = started(lanes.live([job('1', 'a')], 0), '1');
  assert.equal(lanes.ended(run, 'exhausted', 1), []);
  assert.equal(lanes.live([job('1', 'a')], 2), []);
  assert.equal(show(lanes.live([refresh('2', 2)], 3)), ['start 2']);
});

test('a refresh that waits starts as soon as the running job has nothing left', () => {
  const lanes = lanesOf(1, { minimumIntervalMs: 1000 });
  const run = started(lanes.live([job('1', 'a')], 0), '1');
  assert.equal(lanes.live([refresh('2', 2)], 1), []);
  assert.equal(show(lanes.ended(run, 'exhausted', 2)), ['start 2']);
});

test('a skipped refresh starts when the running job meets its deadline, not when it is solved', () => {
  const same = { content: 1 };
  const first = job('1', 'a', { ...same, deadlineMs: 50 });
  const later = job('2', 'a', { ...same, change: 'refresh', deadlineMs: 500 });
  const lanes = lanesOf(1);
  lanes.live([first], 0);
  assert.equal(show(lanes.live([later], 10)), ['skip 2']);
  assert.is(lanes.wakeAtMs, 50);
  assert.equal(show(lanes.wake(50)), ['stop 1', 'start 2']);

  const solved = lanesOf(1);
  const run = started(solved.live([first], 0), '1');
  solved.live([later], 10);
  assert.equal(solved.ended(run, 'exhausted', 20), []);
});

test('a job past its deadline stops, is stale, and is not started', () => {
  const lanes = lanesOf(1);
  const run = started(lanes.live([job('1', 'a', { deadlineMs: 100 })], 0), '1');
  assert.is(lanes.wakeAtMs, 100);
  assert.equal(show(lanes.wake(100)), ['stop 1']);
  assert.is(run.stale, true);
  lanes.ended(run, 'stopped', 101);
  assert.equal(lanes.live([job('2', 'a', { deadlineMs: 100 })], 102), []);
  assert.is(lanes.wakeAtMs, Number.POSITIVE_INFINITY);
});

test('a lane that fails rests longer each time, and a new job ends the rest', () => {
  const lanes = lanesOf(1);
  let run = started(lanes.live([job('1', 'a')], 0), '1');
  assert.equal(lanes.ended(run, 'failed', 0), []);
  assert.is(lanes.wakeAtMs, 100);
  run = started(lanes.wake(100), '1');
  lanes.ended(run, 'failed', 100);
  assert.is(lanes.wakeAtMs, 300);
  assert.equal(show(lanes.live([job('2', 'a')], 150)), ['start 2']);
});

test('a worker that stops unasked rests too', () => {
  const lanes = lanesOf(1);
  const run = started(lanes.live([job('1', 'a')], 0), '1');
  assert.equal(lanes.ended(run, 'stopped', 0), []);
  assert.equal(show(lanes.wake(lanes.wakeAtMs)), ['start 1']);
});

test('with more lanes than room the newest run, and the others follow as room comes', () => {
  const lanes = lanesOf(2);
  const jobs = ['1', '2', '3'].map((id) => job(id, `lane ${id}`));
  const actions = lanes.live(jobs, 0);
  assert.equal(show(actions), ['start 3', 'start 2']);
  assert.equal(show(lanes.ended(started(actions, '2'), 'exhausted', 1)), ['start 1']);
});

test('a newer lane makes the oldest run give way, not before the minimum interval', () => {
  const lanes = lanesOf(1, { minimumIntervalMs: 100 });
  const [one, two] = [job('1', 'a'), job('2', 'b')];
  const run = started(lanes.live([one], 0), '1');
  assert.equal(lanes.live([one, two], 10), []);
  assert.is(lanes.wakeAtMs, 100);
  const actions = lanes.wake(100);
  assert.equal(show(actions), ['start 2', 'stop 1']);
  assert.is(run.stale, false, 'its work is as good as before');
  lanes.ended(run, 'stopped', 101);
  assert.equal(show(lanes.ended(started(actions, '2'), 'exhausted', 200)), ['start 1']);
});

test('512 lanes, one by one, into room for 8: the newest eight run', () => {
  const lanes = lanesOf(8);
  const set = Array.from({ length: 512 }, (_, i) => job(`${i}`, `lane ${i}`));
  const running = new Set<string>();
  set.forEach((_, i) => {
    for (const action of lanes.live(set.slice(0, i + 1), i)) {
      if (action.kind === 'start') running.add(action.run.job.id);
      if (action.kind === 'stop') running.delete(action.run.job.id);
      if (action.kind === 'stop') lanes.ended(action.run, 'stopped', i);
    }
  });
  assert.equal(
    [...running].sort(),
    Array.from({ length: 8 }, (_, i) => `${504 + i}`),
  );
});

test('stopping everything makes nothing stale', () => {
  const lanes = lanesOf(2);
  const actions = lanes.live([job('1', 'a'), job('2', 'b')], 0);
  assert.equal(show(lanes.stopAll()).sort(), ['stop 1', 'stop 2']);
  assert.is(started(actions, '1').stale, false);
  assert.equal(lanes.ended(started(actions, '1'), 'stopped', 1), []);
});

test.run();
