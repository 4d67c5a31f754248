/** What fails in the middle of a job: it is started again after a rest, and the loss is counted. */

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Miner } from '../../ts/miner/loop.js';
import type { Worker } from '../../ts/miner/ports.js';
import { CpuWorker } from '../../ts/workers/cpu.js';
import { plainSearch } from '../fixtures.js';
import { ScriptedSource, turns, VirtualClock } from '../miner/jobs.js';
import { until } from '../until.js';
import { program, withProgram } from './programs.js';
import { ScriptedEngine } from './scripted-engine.js';
import { lastBytesJob, soon } from './work-at-the-end.js';

const of = lastBytesJob('one', 'a', { target: soon });

/** The miner with one job, until it is solved. */
async function mineOne(worker: Worker, clock: VirtualClock, meanwhile: () => Promise<void>) {
  const source = new ScriptedSource();
  const over = new AbortController();
  source.answer = async () => {
    over.abort();
    return { result: 'accepted', block: true };
  };
  const miner = new Miner(source, worker, { clock });
  const running = miner.run(over.signal);
  source.intake.put(of);
  await turns();
  await meanwhile();
  assert.is(await running, 'closed');
  return { stats: miner.stats(), submitted: source.submitted };
}

test('a job whose kernel panics three times is mined in the end', async () => {
  const clock = new VirtualClock();
  const engine = new ScriptedEngine();
  const worker = new CpuWorker({ threads: 1 }, engine);
  const { stats, submitted } = await mineOne(worker, clock, async () => {
    for (let i = 0; i < 3; i++) {
      engine.searches.at(-1)?.end({ kind: 'panicked', detail: 'planted' });
      await turns();
      assert.is(engine.searches.length, i + 1, 'it rests first');
      await clock.pass(1000);
      assert.is(engine.searches.length, i + 2);
    }
    const nonce = plainSearch(of.work(0n).work, soon, 0n, 1n << 20n) ?? -1n;
    engine.searches.at(-1)?.end({ kind: 'found', nonce });
  });
  assert.is(submitted.length, 1);
  assert.equal(stats.errors, { POW_PANIC: 3 });
  assert.equal(worker.stats().errors, { POW_PANIC: 3 });
  await worker.close();
});

test('a program that dies twice is started again, and its job mined in the end', async () => {
  const clock = new VirtualClock();
  const options = (file: string) => program('improves', file);
  await withProgram(options, { clock }, async ({ worker, notices }) => {
    const { stats, submitted } = await mineOne(worker, clock, async () => {
      for (let i = 1; i <= 2; i++) {
        await until('the next notice', () => notices.length === i);
        await clock.pass(1000);
      }
    });
    assert.is(submitted.length, 1);
    assert.equal(stats.errors, {}, 'the job itself never failed');
    const { restarts, errors } = worker.stats();
    assert.equal({ restarts, errors }, { restarts: 2, errors: { POW_WORKER: 2 } });
  });
});

test.run();
