import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { WorkerStats } from '../../ts/miner/ports.js';
import { Starvation } from '../../ts/miner/starvation.js';
import { job, ScriptedWorker, turns } from './jobs.js';
import { closeAll, miningWith } from './scripted-mining.js';

test.after.each(closeAll);

const thread = (starvedMs: number) => ({
  ...{ hashes: 0, busyMs: 0, starvedMs, waitingMs: 0, job: null, lastError: null },
});
const threads = (...starvedMs: readonly number[]) => starvedMs.map(thread);

test('a thread that starved for more than a quarter of the window is told of, no other', () => {
  const starvation = new Starvation();
  assert.is(starvation.look(threads(500, 0, 0), 5000), null);
  assert.is(starvation.look(threads(750, 250, 0), 6000), null);
  assert.equal(starvation.look(threads(1001, 600, 250), 7000), {
    ...{ threads: 2, ofThreads: 3, starvedMs: 601, windowMs: 1000 },
  });
});

test('it is told at most once in ten seconds, and then of everything since', () => {
  const starvation = new Starvation();
  const told: number[] = [];
  for (let second = 0; second <= 30; second++) {
    const starved = starvation.look(threads(second * 1000, 0), second * 1000);
    if (starved === null) continue;
    told.push(second);
    const windowMs = second === 1 ? 1000 : 10_000;
    assert.equal(starved, { threads: 1, ofThreads: 2, starvedMs: windowMs, windowMs });
  }
  assert.equal(told, [1, 11, 21]);
});

test('what starved while it could not be told is told later, also when all is well again', () => {
  const starvation = new Starvation();
  starvation.look(threads(0, 0), 0);
  assert.ok(starvation.look(threads(900, 0), 1000));
  assert.is(starvation.look(threads(1800, 800), 2000), null);
  for (let ms = 3000; ms < 11_000; ms += 1000) {
    assert.is(starvation.look(threads(1800, 800), ms), null);
  }
  assert.equal(starvation.look(threads(1800, 800), 11_000), {
    ...{ threads: 2, ofThreads: 2, starvedMs: 1700, windowMs: 10_000 },
  });
  assert.is(starvation.look(threads(1800, 800), 25_000), null);
});

test('a thread that is new, or counts from zero again, has not starved', () => {
  const starvation = new Starvation();
  starvation.look(threads(9000), 0);
  assert.is(starvation.look(threads(0, 5000), 1000), null);
  assert.is(starvation.look([], 2000), null);
});

/** Starves as the test says. */
class StarvingWorker extends ScriptedWorker {
  starvedMs: readonly number[] = [0, 0, 0, 0];

  override stats(): WorkerStats {
    return { ...super.stats(), threads: threads(...this.starvedMs) };
  }
}

test('the miner tells of it, with the jobs that run and those of the last batch', async () => {
  const worker = new StarvingWorker();
  const { source, clock, events, miner } = miningWith({}, worker);
  source.intake.put(job('1', 'a'), job('2', 'b'));
  await turns();
  source.intake.put(job('3', 'c'));
  await turns();
  await clock.pass(1500);
  worker.starvedMs = [0, 990, 990, 990];
  await clock.pass(20_000);
  const starved = events.filter(({ kind }) => kind === 'starved');
  assert.equal(starved, [
    {
      ...{ kind: 'starved', threads: 3, ofThreads: 4, starvedMs: 2970, windowMs: 1000 },
      ...{ batch: 1, running: 3 },
    },
  ]);
  await miner.close();
  assert.is(clock.alarms, 0);
});

test('a worker without threads of this process is never looked at', async () => {
  const { clock } = miningWith();
  await turns();
  assert.is(clock.alarms, 0);
});

test.run();
