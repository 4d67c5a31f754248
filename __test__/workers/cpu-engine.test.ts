/** What the cpu worker hands on to its engine. */

import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { PowError } from '../../ts/index.js';
import type { MiningHow } from '../../ts/miner/ports.js';
import { CpuWorker } from '../../ts/workers/cpu.js';
import { backends } from '../backends.js';
import { rejection, thrown } from '../fixtures.js';
import { job } from '../miner/jobs.js';
import { ScriptedEngine } from './scripted-engine.js';

function deaf(): { readonly how: MiningHow; readonly stop: AbortController } {
  const stop = new AbortController();
  const finishBatch = new AbortController().signal;
  const how = { found: () => {}, hashed: () => {}, stop: stop.signal, finishBatch };
  return { how, stop };
}

for (const { kind: backend } of backends) {
  test(`${backend}: jobs go on while their worker is resized, paused and limited`, async () => {
    const worker = new CpuWorker({ backend, threads: 1, cpuLimit: 90 });
    try {
      const { how, stop } = deaf();
      const mining = worker.mine(job('the job', 'a'), how);
      const threads = () => worker.stats().threads;
      while (!threads().some((thread) => thread.job === 'the job')) await sleep(1);
      await worker.resize(2);
      assert.is(threads().length, 2);
      worker.limitCpu(100);
      worker.pause();
      while (threads().some((thread) => thread.job !== null)) await sleep(1);
      const { hashes } = worker.stats();
      await sleep(10);
      assert.is(worker.stats().hashes, hashes);
      assert.is(worker.stats().running.length, 1);
      worker.resume();
      while (worker.stats().hashes === hashes) await sleep(1);
      stop.abort();
      assert.is(await mining, 'stopped');
    } finally {
      await worker.close();
    }
  });
}

test('sizes and limits reach the engine as numbers, bad ones are named', async () => {
  const engine = new ScriptedEngine();
  const worker = new CpuWorker({ threads: 1 }, engine);
  await worker.resize(7);
  worker.limitCpu(30);
  worker.pause();
  assert.equal([engine.threads, engine.cpuLimit, engine.paused], [7, 30, true]);
  worker.resume();
  assert.is(engine.paused, false);
  const error = (await rejection(worker.resize(0))) as PowError;
  assert.is(error.argument, 'threads');
  assert.is((thrown(() => worker.limitCpu(0)) as PowError).argument, 'percent');
  assert.equal([engine.threads, engine.cpuLimit], [7, 30]);
  await worker.close();
});

test.run();
