/** What every worker keeps to, whatever it does. */

import { getEventListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hash, type PowError, verify } from '../../ts/index.js';
import { Miner } from '../../ts/miner/loop.js';
import type { Found, Job, Worker } from '../../ts/miner/ports.js';
import { openWorker } from '../../ts/workers/registry.js';
import type { WorkerRow } from '../../ts/workers/row.js';
import { hardTarget, rejection } from '../fixtures.js';
import { ScriptedSource } from '../miner/jobs.js';
import { type Ears, ears } from '../workers/ears.js';
import { lastBytesJob, soon } from '../workers/work-at-the-end.js';
import { leftOver, resources } from './resources.js';
import type { WorkerFixture } from './workers.js';

const CYCLES = 500;
const OPENINGS = 6;

/** Registers the tests of one worker. */
export function workerContract(row: WorkerRow, fixture: WorkerFixture): void {
  const of = (id: string, rest: Partial<Job> = {}): Job =>
    lastBytesJob(
      id,
      'chain-0',
      { proof: row.proof, target: hardTarget, ...rest },
      fixture.algorithm,
    );
  const easy = (id: string, rest: Partial<Job> = {}) => of(id, { target: soon, ...rest });

  async function withWorker(
    speed: 'quick' | 'slow',
    use: (worker: Worker) => Promise<void>,
  ): Promise<void> {
    const worker = await openWorker(row.name, fixture[speed]);
    try {
      if (speed === 'quick') await fixture.prompt?.(worker);
      await use(worker);
    } finally {
      await worker.close();
    }
  }

  function requireSolution({ job, roll, solution }: Found): void {
    const { work } = job.work(roll.timeOffsetMicros ?? 0n);
    assert.equal(solution.hash, hash(work, solution.nonce));
    assert.is(Buffer.from(solution.message).readBigUInt64LE(work.nonce.offset), solution.nonce);
    if (row.proof === 'required') assert.ok(verify(work, solution.nonce, job.target));
  }

  test(`${row.name}: a job is over with its first solution, which is one`, async () => {
    await withWorker('quick', async (worker) => {
      assert.is(worker.kind, row.name);
      const { how, heard, counted } = ears();
      const job = easy('first');
      assert.is(await worker.mine(job, how), 'exhausted');
      assert.is(heard.length, 1);
      assert.is(heard[0]?.job, job);
      heard.forEach(requireSolution);
      assert.is(counted.length, 1);
      assert.ok((counted[0] ?? 0) > 0, 'hashes of the job');
      const { hashes, solutions, running } = worker.stats();
      assert.ok(hashes >= (counted[0] ?? 0), 'hashes of the worker');
      assert.is(solutions, 1);
      assert.equal(running, []);
    });
  });

  test(`${row.name}: with the goal all it goes on, and finds nothing twice`, async () => {
    await withWorker('quick', async (worker) => {
      const { how, heard, stop } = ears(() => {
        if (heard.length === 3) stop.abort();
      });
      const job = easy('all', { goal: 'all', variants: 1000n });
      assert.is(await worker.mine(job, how), 'stopped');
      assert.ok(heard.length >= 3);
      heard.forEach(requireSolution);
      const messages = heard.map(({ solution }) => Buffer.from(solution.message).toString('hex'));
      assert.is(new Set(messages).size, heard.length);
    });
  });

  for (const signal of ['stop', 'finishBatch'] as const) {
    test(`${row.name}: ${signal} ends a job, before or after it began, and leaves no listener`, async () => {
      await withWorker('slow', async (worker) => {
        for (const when of ['after', 'before'] as const) {
          const its = ears();
          if (when === 'before') its[signal].abort();
          const mining = worker.mine(of(when), its.how);
          if (when === 'after') {
            await isRunning(worker, when);
            its[signal].abort();
          }
          assert.is(await mining, 'stopped');
          assert.equal(its.heard, []);
          assert.is(its.counted.length, 1);
          assert.equal(worker.stats().running, []);
          for (const { signal: each } of [its.stop, its.finishBatch]) {
            assert.is(getEventListeners(each, 'abort').length, 0);
          }
        }
      });
    });
  }

  for (const order of ['new before old', 'old before new'] as const) {
    test(`${row.name}: a job takes over from another, ${order}`, async () => {
      await withWorker('slow', async (worker) => {
        const [old, fresh] = [ears(), ears()];
        const oldMining = worker.mine(of('old'), old.how);
        await isRunning(worker, 'old');
        const start = () => worker.mine(of('new'), fresh.how);
        const begin: () => Promise<unknown> = order === 'new before old' ? start : async () => {};
        let newMining = begin();
        old.stop.abort();
        if (order === 'old before new') newMining = start();
        assert.is(await oldMining, 'stopped');
        await isRunning(worker, 'new');
        assert.equal(
          worker.stats().running.map(({ id }) => id),
          ['new'],
        );
        fresh.stop.abort();
        assert.is(await newMining, 'stopped');
      });
    });
  }

  test(`${row.name}: of a burst of jobs the last one is solved, through the miner`, async () => {
    await withWorker('quick', async (worker) => {
      const source = new ScriptedSource();
      const over = new AbortController();
      source.answer = async ({ job }) => {
        if (job.id === 'last') over.abort();
        return { result: 'accepted', block: true };
      };
      const mined = new Miner(source, worker).run(over.signal);
      for (let i = 0; i < 20; i++) {
        source.intake.put(of(`${i}`));
        await sleep(0);
      }
      source.intake.put(easy('last'));
      assert.is(await mined, 'closed');
      const last = source.submitted.find(({ job }) => job.id === 'last');
      assert.ok(last !== undefined && last.stale !== true);
    });
  });

  test(`${row.name}: ${CYCLES} starts and stops, and ${OPENINGS} workers, leave nothing behind`, async () => {
    const warnings: Error[] = [];
    const warned = (warning: Error) => void warnings.push(warning);
    process.on('warning', warned);
    await withWorker('quick', async (worker) => {
      await worker.mine(easy('warm up'), ears().how);
    });
    const before = resources();
    await withWorker('slow', async (worker) => {
      for (let i = 0; i < CYCLES; i++) {
        const { how, stop } = ears();
        const mining = worker.mine(of(`${i}`), how);
        // At once, or when it has done all that it does first.
        if (i % 5 > 0) await new Promise((resolve) => setImmediate(resolve));
        stop.abort();
        assert.is(await mining, 'stopped');
      }
      const { solutions, running, restarts, errors } = worker.stats();
      const nothing = { solutions: 0, running: [], restarts: 0, errors: {} };
      assert.equal({ solutions, running, restarts, errors }, nothing);
    });
    for (let i = 0; i < OPENINGS; i++) {
      await withWorker('slow', async (worker) => {
        void worker.mine(of('left to close()'), ears().how);
      });
    }
    assert.equal(await leftOver(before), {});
    process.off('warning', warned);
    assert.equal(warnings, []);
  });

  test(`${row.name}: close() stops every job, may be called again, and refuses later ones`, async () => {
    const worker = await openWorker(row.name, fixture.slow);
    const both: Ears[] = [ears(), ears()];
    const mining = both.map(({ how }, i) => worker.mine(of(`${i}`), how));
    const closing = [worker.close(), worker.close()];
    assert.equal(await Promise.all(mining), ['stopped', 'stopped']);
    await Promise.all(closing);
    await worker.close();
    const late = (await rejection(worker.mine(of('late'), ears().how))) as PowError;
    assert.is(late.code, 'POW_CLOSED');
    assert.equal(worker.stats().running, []);
  });

  test(`${row.name}: a job that makes no work rejects with the reason, and is counted`, async () => {
    await withWorker('slow', async (worker) => {
      const reason = new Error('no coinbase');
      const work = () => {
        throw reason;
      };
      const { how } = ears();
      assert.is(await rejection(worker.mine(of('bad', { work }), how)), reason);
      assert.equal(worker.stats().errors, { POW_WORKER: 1 });
      assert.equal(worker.stats().running, []);
    });
  });

  test(`${row.name}: what it cannot mine is refused in words`, async () => {
    await withWorker('slow', async (worker) => {
      assert.is(worker.refuses(of('some')), null);
      assert.match(worker.refuses(of('none', { variants: 0n })) ?? '', 'variants');
      const checked = worker.refuses(of('checked', { proof: 'required' }));
      if (row.proof === 'required') assert.is(checked, null);
      else assert.match(checked ?? '', /proof of work.*does none/);
    });
  });

  test(`${row.name}: a job that has a part of the nonces is kept to it, or refused in words`, async () => {
    const nonces = { start: 1n << 33n, end: (1n << 33n) + 1000n };
    await withWorker('quick', async (worker) => {
      const job = easy('part', { nonces });
      const reason = worker.refuses(job);
      if (reason !== null) return assert.match(reason, /nonces/);
      const { how, heard } = ears();
      assert.is(await worker.mine(job, how), 'exhausted');
      const nonce = heard[0]?.solution.nonce ?? 0n;
      assert.ok(nonces.start <= nonce && nonce < nonces.end, `${nonce}`);
    });
  });

  test(`${row.name}: a bad option is refused by its name, each one of them`, async () => {
    assert.equal(Object.keys(fixture.bad).sort(), Object.keys(row.options).sort());
    const wrong = { ...fixture.bad, 'no such option': 1 };
    for (const [option, value] of Object.entries(wrong)) {
      const opening = openWorker(row.name, { ...fixture.quick, [option]: value });
      const error = (await rejection(opening)) as PowError;
      assert.is(error.code, 'POW_ARGUMENT', option);
      assert.is(error.argument?.replace(/[.[].*$/, ''), option);
    }
  });
}

/** Until the job is in hand. */
async function isRunning(worker: Worker, id: string): Promise<void> {
  while (!worker.stats().running.some((row) => row.id === id)) await sleep(1);
}
