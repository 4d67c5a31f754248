import { getEventListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type PowError, Target, verify } from '../../ts/index.js';
import type { Job } from '../../ts/miner/ports.js';
import { CpuWorker, type CpuWorkerOptions } from '../../ts/workers/cpu.js';
import { backends } from '../backends.js';
import { hardTarget, rejection, thrown } from '../fixtures.js';
import { everySolution, job, named, smallJob } from '../miner/jobs.js';
import { ears } from './ears.js';
import { ScriptedEngine } from './scripted-engine.js';

const oneIn16 = Target.fromLeadingZeroBits(4);
const oneIn256 = Target.fromLeadingZeroBits(8);

async function withWorker(
  options: CpuWorkerOptions,
  use: (worker: CpuWorker) => Promise<void>,
): Promise<void> {
  const worker = new CpuWorker({ threads: 2, ...options });
  try {
    await use(worker);
  } finally {
    await worker.close();
  }
}

/** Until the job has been hashed a little. */
async function underWay(worker: CpuWorker, of: Job): Promise<void> {
  const hashed = () => worker.stats().running.find(({ id }) => id === of.id)?.hashes ?? 0;
  while (hashed() === 0) await sleep(1);
}

for (const { kind: backend } of backends) {
  test(`${backend}: every solution of every variant is found exactly once`, async () => {
    for (const batchNonces of [undefined, 64, 1]) {
      await withWorker({ backend, batchNonces }, async (worker) => {
        const of = smallJob('all', 'a', 2, { goal: 'all', target: oneIn16, variants: 5n });
        const { how, heard, counted } = ears();
        assert.is(await worker.mine(of, how), 'exhausted');
        const expected = everySolution(of);
        assert.ok(expected.length > 5);
        assert.equal(heard.map(named).sort(), expected.sort());
        assert.ok((counted[0] ?? 0) >= 500, 'each nonce of each variant was hashed');
        assert.is(worker.stats().solutions, expected.length);
      });
    }
  });

  test(`${backend}: goal first is over with one solution, which wins`, async () => {
    await withWorker({ backend }, async (worker) => {
      const of = job('first', 'a', { target: oneIn256, variants: 2n });
      const { how, heard } = ears();
      assert.is(await worker.mine(of, how), 'exhausted');
      assert.is(heard.length, 1);
      const [found] = heard;
      assert.ok(found !== undefined && found.job === of);
      assert.ok(verify(of.work(0n).work, found?.solution.nonce ?? -1n, oneIn256));
      assert.equal(found?.roll, { timeOffsetMicros: 0n });
    });
  });

  test(`${backend}: a seed fixes the solutions and their order, whatever the threads`, async () => {
    const mined = async (seed: string, threads: number) => {
      const names: string[] = [];
      await withWorker({ backend, seed, threads }, async (worker) => {
        for (const id of ['1', '2']) {
          const of = smallJob(id, 'a', 2, { goal: 'all', target: oneIn16, variants: 4n });
          const { how, heard } = ears();
          await worker.mine(of, how);
          names.push(...heard.map(named));
        }
      });
      return names;
    };
    assert.equal(await mined('s', 1), await mined('s', 3));
    assert.not.equal(await mined('s', 2), await mined('t', 2));
  });

  test(`${backend}: stop ends a job, and leaves no listener`, async () => {
    await withWorker({ backend }, async (worker) => {
      const of = job('long', 'a');
      const { how, heard, stop, finishBatch } = ears();
      const mining = worker.mine(of, how);
      await underWay(worker, of);
      stop.abort();
      assert.is(await mining, 'stopped');
      assert.equal(heard, []);
      assert.equal(worker.stats().running, []);
      assert.ok(worker.stats().hashes > 0);
      for (const { signal } of [stop, finishBatch]) {
        assert.is(getEventListeners(signal, 'abort').length, 0);
      }
      const early = ears();
      early.stop.abort();
      assert.is(await worker.mine(of, early.how), 'stopped');
    });
  });

  test(`${backend}: of a part of the nonces every solution is found, and none beside it`, async () => {
    await withWorker({ backend }, async (worker) => {
      const nonces = { start: 137n, end: 803n };
      const whole = smallJob('part', 'a', 3, { goal: 'all', target: oneIn16, variants: 2n });
      const within = (name: string) => {
        const nonce = BigInt(name.split(':')[1] ?? '');
        return nonces.start <= nonce && nonce < nonces.end;
      };
      const { how, heard, counted } = ears();
      assert.is(await worker.mine({ ...whole, nonces }, how), 'exhausted');
      const expected = everySolution(whole).filter(within);
      assert.ok(expected.length > 0 && expected.length < everySolution(whole).length);
      assert.equal(heard.map(named).sort(), expected.sort());
      assert.ok((counted[0] ?? 0) >= 2 * 666);
    });
  });

  test(`${backend}: nonces that the layout does not hold are POW_RANGE`, async () => {
    await withWorker({ backend }, async (worker) => {
      for (const nonces of [
        { start: 0n, end: 1001n },
        { start: -1n, end: 9n },
        { start: 7n, end: 7n },
      ]) {
        const of = smallJob('bad', 'a', 3, { nonces });
        const error = (await rejection(worker.mine(of, ears().how))) as PowError;
        assert.is(error.code, 'POW_RANGE');
      }
    });
  });

  test(`${backend}: a job told to finish its batch does so, and starts no other`, async () => {
    await withWorker({ backend, threads: 1, batchNonces: 50 }, async (worker) => {
      const of = smallJob('batch', 'a', 3, { goal: 'all', target: oneIn16, variants: 1000n });
      const { how, heard, counted, finishBatch } = ears((found) => {
        if (found.roll.timeOffsetMicros === 2n) finishBatch.abort();
      });
      assert.is(await worker.mine(of, how), 'stopped');
      const [last] = heard.slice(-1);
      assert.ok((last?.roll.timeOffsetMicros ?? 0n) >= 2n);
      assert.ok((counted[0] ?? 0) < 1e6, 'not every variant');
      assert.ok(worker.stats().wastedHashes <= (counted[0] ?? 0));
    });
  });

  test(`${backend}: many jobs side by side all get their solutions`, async () => {
    await withWorker({ backend }, async (worker) => {
      const ends = Array.from({ length: 24 }, async (_, i) => {
        const { how, heard } = ears();
        const of = job(`${i}`, `lane ${i}`, { target: oneIn256, content: i });
        assert.is(await worker.mine(of, how), 'exhausted');
        return heard.length;
      });
      assert.equal(await Promise.all(ends), Array(24).fill(1));
    });
  });

  test(`${backend}: close() stops every job; later ones are POW_CLOSED`, async () => {
    const worker = new CpuWorker({ backend, threads: 2 });
    const mining = ['1', '2'].map((id) => worker.mine(job(id, id), ears().how));
    const closing = worker.close();
    assert.equal(await Promise.all(mining), ['stopped', 'stopped']);
    assert.is(worker.close(), closing);
    await closing;
    const late = (await rejection(worker.mine(job('3', 'a'), ears().how))) as PowError;
    assert.is(late.code, 'POW_CLOSED');
    assert.equal(worker.stats().errors, {});
  });
}

test('of two portions that both win, the earlier one counts, and no other is started meanwhile', async () => {
  const engine = new ScriptedEngine();
  const worker = new CpuWorker({ threads: 1 }, engine);
  const of = smallJob('order', 'a', 2, { target: oneIn16, variants: 1000n });
  const { how, heard } = ears();
  const mining = worker.mine(of, how);
  const [first, second, ...others] = engine.searches;
  const winner = (variant: bigint) => {
    const [name = ''] = everySolution({ ...of, variants: 1n, work: () => of.work(variant) });
    return BigInt(name.split(':')[1] ?? '');
  };
  const variantOf = (search: typeof first) =>
    BigInt(/:(\d+):/.exec(Buffer.from(search?.plan.work.message ?? []).toString())?.[1] ?? '-1');
  const [one, other] = [variantOf(first), variantOf(second)];
  second?.end({ kind: 'found', nonce: winner(other) });
  assert.is(engine.searches.length, 2 + others.length);
  assert.equal(heard, []);
  first?.end({ kind: 'found', nonce: winner(one) });
  for (const { cancelled, end } of others) {
    assert.ok(cancelled);
    end({ kind: 'cancelled' });
  }
  assert.is(await mining, 'exhausted');
  assert.equal(heard.map(named), [`${one}:${winner(one)}`]);
});

test('a job whose work cannot be made rejects with the reason, and is counted', async () => {
  await withWorker({}, async (worker) => {
    const reason = new Error('no coinbase');
    const of = job('bad', 'a', {
      work: () => {
        throw reason;
      },
    });
    assert.is(await rejection(worker.mine(of, ears().how)), reason);
    assert.equal(worker.stats().errors, { POW_WORKER: 1 });
  });
});

test('a later variant whose work cannot be made ends the job and its searches', async () => {
  await withWorker({}, async (worker) => {
    const good = smallJob('good', 'a', 1, { target: hardTarget, variants: 9n });
    const reason = new Error('rolled too far');
    const of: Job = {
      ...good,
      work: (variant) => {
        if (variant === 5n) throw reason;
        return good.work(variant);
      },
    };
    assert.is(await rejection(worker.mine(of, ears().how)), reason);
    assert.equal(worker.stats().running, []);
  });
});

test('a job without variants is refused in words, a bad option by name', () => {
  const worker = new CpuWorker({ threads: 1 });
  assert.match(worker.refuses(job('none', 'a', { variants: 0n })) ?? '', /variants/);
  assert.is(worker.refuses(job('some', 'a')), null);
  const bad: [CpuWorkerOptions, string][] = [
    [{ lanes: 0 }, 'lanes'],
    [{ batchNonces: 0.5 }, 'batchNonces'],
    [{ threads: 0 }, 'threads'],
  ];
  for (const [options, argument] of bad) {
    assert.is((thrown(() => new CpuWorker(options)) as PowError).argument, argument);
  }
  return worker.close();
});

test.run();
