import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PowError } from '../../ts/index.js';
import { job, turns } from './jobs.js';
import { closeAll, kinds, miningWith } from './scripted-mining.js';

test.after.each(closeAll);

test('the newest job is mined, and started before the older one is told to stop', async () => {
  const { source, worker, miner } = miningWith();
  source.intake.put(job('1', 'a'));
  await turns();
  source.intake.put(job('2', 'a'));
  await turns();
  assert.equal(worker.log, ['start 1', 'start 2', 'stop 1']);
  await miner.close();
  assert.equal(worker.log.slice(3), ['stop 2']);
});

test('a burst of 512 candidates ends with the newest mined, and costs two switches at most', async () => {
  const { source, worker, miner } = miningWith();
  for (let i = 1; i <= 512; i++) source.intake.put(job(`${i}`, 'a'));
  await turns();
  assert.is(worker.log.at(worker.hands.length === 1 ? -1 : -2), 'start 512');
  assert.ok(worker.hands.length <= 2, `${worker.hands.length} jobs started`);
  await miner.close();
});

test('a solution found while its job is switched is delivered, and marked stale', async () => {
  const { source, worker, miner, running } = miningWith();
  worker.stopsAtOnce = false;
  source.intake.put(job('1', 'a'));
  await turns();
  source.intake.put(job('2', 'a'));
  await turns();
  assert.equal(worker.log, ['start 1', 'start 2', 'stop 1']);
  worker.hand('1').find(7n);
  worker.hand('1').end('stopped');
  worker.hand('2').find(8n);
  await turns();
  const submitted = source.submitted.map(({ job: of, stale }) => [of.id, stale === true]);
  assert.equal(submitted, [
    ['1', true],
    ['2', false],
  ]);
  assert.equal([miner.stats().solutions, miner.stats().stales], [2, 1]);
  worker.hand('2').end('exhausted');
  source.intake.end();
  assert.is(await running, 'source-ended');
});

test('a solution of a refreshed job is not stale; of a dropped lane it is', async () => {
  const { source, worker, miner } = miningWith();
  source.intake.put(job('1', 'a'));
  await turns();
  source.intake.put(job('2', 'a', { change: 'refresh', content: 9 }));
  await turns();
  worker.hand('1').find(1n);
  source.intake.drop('a');
  await turns();
  worker.hand('2').find(2n);
  await turns();
  assert.equal(
    source.submitted.map(({ stale }) => stale === true),
    [false, true],
  );
  await miner.close();
});

test('a delayed refresh is mined when its time has come, the newest of several', async () => {
  const preemption = { rule: { kind: 'delayed', ms: 50 } } as const;
  const { source, worker, clock, miner } = miningWith({ preemption });
  source.intake.put(job('1', 'a'));
  await turns();
  for (let i = 2; i <= 4; i++) {
    source.intake.put(job(`${i}`, 'a', { change: 'refresh', content: 10 + i }));
    await clock.pass(10);
  }
  assert.equal(worker.log, ['start 1']);
  await clock.pass(20);
  assert.equal(worker.log, ['start 1', 'start 4', 'stop 1']);
  await miner.close();
});

test('batch-complete lets the old job end its batch', async () => {
  const { source, worker, miner } = miningWith({
    preemption: { rule: { kind: 'batch-complete' } },
  });
  source.intake.put(job('1', 'a'));
  await turns();
  source.intake.put(job('2', 'a', { change: 'refresh', content: 9 }));
  await turns();
  assert.equal(worker.log, ['start 1', 'start 2', 'finish 1']);
  await miner.close();
});

test('a job stops at its deadline, and what it finds after is stale', async () => {
  const { source, worker, clock, miner } = miningWith();
  worker.stopsAtOnce = false;
  source.intake.put(job('1', 'a', { deadlineMs: 100 }));
  await clock.pass(99);
  assert.equal(worker.log, ['start 1']);
  await clock.pass(1);
  assert.equal(worker.log, ['start 1', 'stop 1']);
  worker.hand('1').find(1n);
  worker.hand('1').end('stopped');
  await turns();
  assert.is(source.submitted[0]?.stale, true);
  await miner.close();
});

test('mining goes on while a submission waits for its answer', async () => {
  const { source, worker, miner } = miningWith();
  let answer: () => void = () => {};
  source.answer = () =>
    new Promise((resolve) => {
      answer = () => resolve({ result: 'accepted', block: true });
    });
  source.intake.put(job('1', 'a'));
  await turns();
  worker.hand('1').find(1n);
  worker.hand('1').end('exhausted', 1000);
  source.intake.put(job('2', 'a'));
  await turns();
  assert.equal(worker.log, ['start 1', 'start 2']);
  assert.is(miner.stats().submitting, 1);
  answer();
  await turns();
  const { submitting, blocks, lanes } = miner.stats();
  assert.equal([submitting, blocks.accepted], [0, 1]);
  assert.equal([lanes[0]?.hashes, lanes[0]?.blocks.accepted], [1000, 1]);
  await miner.close();
});

test('a submission that cannot be sent is counted and told, and mining goes on', async () => {
  const { source, worker, events, miner } = miningWith();
  source.answer = () => Promise.reject(new Error('no route'));
  source.intake.put(job('1', 'a', { goal: 'all' }));
  await turns();
  worker.hand('1').find(1n);
  await turns();
  assert.equal(kinds(events), ['taken', 'started', 'found', 'undelivered']);
  assert.equal([miner.stats().undelivered, miner.stats().errors], [1, { POW_SOURCE: 1 }]);
  await miner.close();
});

test('a worker that fails on a job gets it again after a rest', async () => {
  const { source, worker, clock, events, miner } = miningWith();
  source.intake.put(job('1', 'a'));
  await turns();
  worker.hand('1').end(new PowError('POW_PANIC', 'planted'), 50);
  await turns();
  assert.equal(worker.log, ['start 1']);
  await clock.pass(100);
  assert.equal(worker.log, ['start 1', 'start 1']);
  assert.equal(kinds(events), ['taken', 'started', 'failed', 'started']);
  assert.equal(miner.stats().errors, { POW_PANIC: 1 });
  await miner.close();
});

test('a job that the worker refuses is told once, with the reason, and stands still', async () => {
  const { source, worker, events, miner } = miningWith();
  worker.refusal = ({ id }) => (id === '2' ? 'no template' : null);
  source.intake.put(job('1', 'a'), job('2', 'b'));
  await turns();
  source.intake.put(job('3', 'c'));
  await turns();
  assert.equal(worker.log, ['start 1', 'start 3']);
  const refused = events.filter(({ kind }) => kind === 'refused');
  assert.equal(
    refused.map((event) => 'reason' in event && event.reason),
    ['no template'],
  );
  await miner.close();
});

test('the same seed and script give the same events in the same order', async () => {
  const tell = async () => {
    const { source, worker, clock, events, miner } = miningWith({ seed: 'again' });
    for (let i = 0; i < 40; i++) {
      source.intake.put(job(`${i}`, `lane ${i % 3}`, { content: i }));
      await clock.pass(7);
      if (i % 5 === 0) worker.hands.at(-1)?.end(new Error('planted'), i);
      if (i % 7 === 0) worker.hands.at(-1)?.find(BigInt(i));
    }
    await clock.pass(5000);
    await miner.close();
    return events.map((event) => `${event.kind} ${'job' in event ? event.job.id : ''}`);
  };
  assert.equal(await tell(), await tell());
});

test.run();

test.run();
