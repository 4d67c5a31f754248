import { getEventListeners } from 'node:events';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PowError } from '../../ts/index.js';
import { MINER_ENDS } from '../../ts/miner/ending.js';
import { Miner } from '../../ts/miner/loop.js';
import { rejection } from '../fixtures.js';
import { job, ScriptedSource, ScriptedWorker, turns, VirtualClock } from './jobs.js';
import { closeAll, kinds, miningWith } from './scripted-mining.js';

test.after.each(closeAll);

test('the end of the source ends the miner, after what is in flight', async () => {
  const { source, worker, running, miner } = miningWith();
  source.intake.put(job('1', 'a'));
  await turns();
  source.intake.end();
  assert.is(await running, 'source-ended');
  assert.equal(worker.log, ['start 1', 'stop 1']);
  assert.is(miner.stats().switches, 0);
});

test('an error of the source is POW_SOURCE with its cause, and stops the jobs', async () => {
  const { source, worker, running } = miningWith();
  source.intake.put(job('1', 'a'));
  await turns();
  const cause = new Error('another network');
  source.intake.end(cause);
  const error = (await rejection(running)) as PowError;
  assert.equal([error.code, error.cause], ['POW_SOURCE', cause]);
  assert.equal(worker.log, ['start 1', 'stop 1']);
});

test('the source hears when nothing is left of a job, after its solutions, and only then', async () => {
  const { source, worker } = miningWith();
  source.intake.put(job('1', 'a'), job('2', 'b'), job('3', 'c'));
  await turns();
  worker.hand('1').find(1n);
  worker.hand('1').end('exhausted');
  worker.hand('2').end(new Error('broken'));
  source.intake.drop('c');
  await turns();
  assert.equal(source.finished, [['1', 1]]);
  assert.equal(worker.log.slice(-1), ['stop 3']);
});

test('a job that is stopped for the end of the miner is told so, one that is replaced is not', async () => {
  const { source, worker, miner } = miningWith();
  source.intake.put(job('1', 'a'));
  await turns();
  source.intake.put(job('2', 'a'));
  await turns();
  await miner.close();
  assert.is.not(worker.hand('1').how.stop.reason, MINER_ENDS);
  assert.is(worker.hand('2').how.stop.reason, MINER_ENDS);
});

test('a closed worker and a listener that throws end the miner with what happened', async () => {
  const closed = miningWith();
  closed.source.intake.put(job('1', 'a'));
  await turns();
  const error = new PowError('POW_CLOSED', 'the worker');
  closed.worker.hand('1').end(error);
  assert.is(await rejection(closed.running), error);

  const oops = new Error('oops');
  const onEvent = () => {
    throw oops;
  };
  const thrower = miningWith({ onEvent });
  thrower.source.intake.put(job('1', 'a'));
  assert.is(await rejection(thrower.running), oops);
});

test('close() is bounded: a worker that never stops and an answer that never comes', async () => {
  const { source, worker, clock, events, miner, running } = miningWith({ closeMs: 300 });
  worker.stopsAtOnce = false;
  const signals: AbortSignal[] = [];
  source.answer = (_, signal) => {
    signals.push(signal);
    return new Promise(() => {});
  };
  source.intake.put(job('1', 'a'));
  await turns();
  worker.hand('1').find(1n);
  await turns();
  const closing = miner.close();
  await clock.pass(299);
  assert.is(signals[0]?.aborted, false);
  await clock.pass(1);
  assert.is(signals[0]?.aborted, true);
  await clock.pass(1000);
  await closing;
  assert.is(await running, 'closed');
  assert.equal(kinds(events).slice(-2), ['outcome', 'failed']);
  assert.equal([miner.stats().blocks.unknown, miner.stats().errors], [1, { POW_WORKER: 1 }]);
  assert.is(clock.alarms, 0);
});

test('a signal ends the miner as close() does, also one that was aborted before', async () => {
  for (const early of [true, false]) {
    const source = new ScriptedSource();
    const worker = new ScriptedWorker();
    const stop = new AbortController();
    if (early) stop.abort();
    const running = new Miner(source, worker, { clock: new VirtualClock() }).run(stop.signal);
    source.intake.put(job('1', 'a'));
    await turns();
    stop.abort();
    assert.is(await running, 'closed');
    assert.is(getEventListeners(stop.signal, 'abort').length, 0);
    assert.equal(worker.log, early ? [] : ['start 1', 'stop 1']);
  }
});

test('a miner runs once', async () => {
  const { miner, running } = miningWith();
  assert.is(((await rejection(miner.run())) as PowError).code, 'POW_ARGUMENT');
  await miner.close();
  assert.is(await running, 'closed');
});

test('500 starts and stops leave no listener, alarm or handle', async () => {
  const handles = () => process.getActiveResourcesInfo().sort().join(' ');
  const before = handles();
  const stop = new AbortController();
  for (let i = 0; i < 500; i++) {
    const [source, worker, clock] = [
      new ScriptedSource(),
      new ScriptedWorker(),
      new VirtualClock(),
    ];
    const miner = new Miner(source, worker, { clock });
    const running = miner.run(stop.signal);
    source.intake.put(job('1', 'a', { deadlineMs: 1e6 }), job('2', 'b'));
    if (i % 2 === 0) await turns();
    await miner.close();
    assert.is(await running, 'closed');
    assert.is(clock.alarms, 0);
  }
  assert.is(getEventListeners(stop.signal, 'abort').length, 0);
  assert.is(handles(), before);
});

test.run();
