import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Target, verify } from '../../ts/index.js';
import { Miner } from '../../ts/miner/loop.js';
import { CpuWorker, type CpuWorkerOptions } from '../../ts/workers/cpu.js';
import { backends } from '../backends.js';
import { easyTarget, hardTarget, plainSearch } from '../fixtures.js';
import { until } from '../until.js';
import { ScriptedEngine } from '../workers/scripted-engine.js';
import { job, ScriptedSource, turns } from './jobs.js';

/** Closed after each test, so that a failure does not leave threads that run. */
const opened: { close(): Promise<void> }[] = [];
test.after.each(async () => {
  for (const one of opened.splice(0)) await one.close();
});

function mining(options: CpuWorkerOptions, engine?: ScriptedEngine) {
  const worker = new CpuWorker({ threads: 2, ...options }, engine);
  const source = new ScriptedSource();
  const miner = new Miner(source, worker);
  opened.push(miner, worker);
  return { worker, source, miner, running: miner.run() };
}

for (const { kind: backend } of backends) {
  test(`${backend}: source, loop and threads find real solutions, job after job`, async () => {
    const { source, miner, running } = mining({ backend });
    for (let i = 1; i <= 20; i++) {
      source.intake.put(job(`${i}`, 'a', { target: easyTarget, content: i }));
      await until('the next solution', () => source.submitted.length === i);
      const found = source.submitted.at(-1);
      assert.is(found?.job.id, `${i}`);
      assert.ok(found && verify(found.job.work(0n).work, found.solution.nonce, easyTarget));
    }
    source.intake.end();
    assert.is(await running, 'source-ended');
    const { solutions, stales, shares, hashes } = miner.stats();
    assert.equal([solutions, stales, shares.accepted], [20, 0, 20]);
    assert.ok(hashes > 0);
  });

  test(`${backend}: 24 candidates that arrive one by one are mined side by side`, async () => {
    const { worker, source, miner, running } = mining({ backend });
    for (let i = 0; i < 24; i++) {
      source.intake.put(job(`${i}`, `lane ${i}`, { content: i }));
      await turns();
    }
    const hashed = () => worker.stats().running.filter(({ hashes }) => hashes > 0).length;
    await until('every thread has hashed', () => hashed() === 24);
    assert.is(miner.stats().switches, 0);
    source.intake.put(job('new', 'lane 7', { target: easyTarget }));
    await until('a solution', () => source.submitted.length === 1);
    assert.is(source.submitted[0]?.job.id, 'new');
    await miner.close();
    await running;
    assert.equal(worker.stats().running, []);
  });

  test(`${backend}: every share of a job comes until it is replaced, and none twice`, async () => {
    const { source, miner, running } = mining({ backend });
    const target = Target.fromLeadingZeroBits(6);
    source.intake.put(job('1', 'a', { target, goal: 'all' }));
    await until('fifty solutions', () => source.submitted.length >= 50);
    source.intake.put(job('2', 'a', { target: hardTarget }));
    await until('one switch', () => miner.stats().switches === 1);
    await miner.close();
    await running;
    const nonces = source.submitted.map(({ solution }) => solution.nonce);
    assert.is(new Set(nonces).size, nonces.length);
    const { solutions, shares } = miner.stats();
    assert.is(solutions, shares.accepted, 'each one found has its outcome');
  });
}

test('what a thread finds after its job was told to stop is delivered, and is stale', async () => {
  const engine = new ScriptedEngine();
  const { source, miner, running } = mining({ threads: 1 }, engine);
  source.intake.put(job('1', 'a', { target: easyTarget, content: 1 }));
  await turns();
  source.intake.put(job('2', 'a', { target: hardTarget, content: 2 }));
  await turns();
  assert.is(engine.searches.length, 2);
  const { work } = job('1', 'a', { content: 1 }).work(0n);
  const nonce = plainSearch(work, easyTarget, 0n, 1n << 16n);
  assert.ok(nonce !== null);
  engine.searches[0]?.end({ kind: 'found', nonce });
  await turns();
  const told = source.submitted.map(({ job: of, stale, solution }) => [
    of.id,
    stale,
    solution.nonce,
  ]);
  assert.equal(told, [['1', true, nonce]]);
  const closing = miner.close();
  await turns();
  assert.is(engine.searches[1]?.cancelled, true);
  engine.searches[1]?.end({ kind: 'cancelled' });
  await closing;
  assert.is(await running, 'closed');
});

test('500 jobs started and stopped on one engine leave no handle behind', async () => {
  const worker = new CpuWorker({ threads: 2 });
  opened.push(worker);
  const cycle = async (i: number) => {
    const source = new ScriptedSource();
    const miner = new Miner(source, worker);
    const running = miner.run();
    source.intake.put(job(`${i}`, 'a', { content: i % 256 }), job(`${i}`, 'b'));
    if (i % 3 === 0) await turns();
    await miner.close();
    assert.is(await running, 'closed');
  };
  const handles = async () => {
    await turns(); // what the last one has put off until the next turn is no handle
    return process.getActiveResourcesInfo().sort().join(' ');
  };
  for (let i = 0; i < 20; i++) await cycle(i);
  const before = await handles();
  for (let i = 0; i < 500; i++) await cycle(i);
  assert.is(await handles(), before);
  assert.equal(worker.stats().running, []);
});

test.run();
