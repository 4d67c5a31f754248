import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { PowError } from '../../ts/errors.js';
import { job, turns } from './jobs.js';
import { closeAll, miningWith } from './scripted-mining.js';

const refresh = (id: string) => job(id, 'a', { change: 'refresh', content: Number(id) + 10 });

test('a refresh that waits is taken up at once when the rules no longer make it wait', async () => {
  const preemption = { rule: { kind: 'delayed', ms: 20_000 } } as const;
  const { source, worker, miner } = miningWith({ preemption });
  source.intake.put(job('1', 'a'));
  await turns();
  source.intake.put(refresh('2'));
  await turns();
  assert.equal(worker.log, ['start 1']);
  miner.changePreemption({ rule: { kind: 'immediate' } });
  await turns();
  assert.equal(worker.log, ['start 1', 'start 2', 'stop 1']);
});

test('new rules hold from then on: a least time between two switches', async () => {
  const { source, worker, clock, miner } = miningWith();
  source.intake.put(job('1', 'a'));
  await turns();
  miner.changePreemption({ minimumIntervalMs: 1000 });
  source.intake.put(refresh('2'));
  await clock.pass(999);
  assert.equal(worker.log, ['start 1']);
  await clock.pass(1);
  assert.equal(worker.log, ['start 1', 'start 2', 'stop 1']);
});

test('rules that make no sense are refused, and the old ones stay', async () => {
  const { source, worker, clock, miner } = miningWith({ preemption: { minimumIntervalMs: 1000 } });
  let refused: unknown;
  try {
    miner.changePreemption({ minimumIntervalMs: -1 });
  } catch (error) {
    refused = error;
  }
  assert.is((refused as PowError).code, 'POW_ARGUMENT');
  source.intake.put(job('1', 'a'));
  await turns();
  source.intake.put(refresh('2'));
  await clock.pass(999);
  assert.equal(worker.log, ['start 1']);
});

test.after.each(closeAll);

test.run();
