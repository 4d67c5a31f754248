import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Lease } from '../../../ts/cluster/queue.js';
import { backends } from '../../backends.js';
import { rejection } from '../../fixtures.js';
import { job, smallJob } from '../../miner/jobs.js';
import { until } from '../../until.js';
import { ENDLESS, over, runnersOn, type Setting } from './runners.js';
import { ScriptedLease } from './scripted-queue.js';

for (const backend of backends) {
  const { open, withRunner } = runnersOn(backend);

  for (const reason of ['moved', 'stale', 'shutdown', 'lost'] as const) {
    test(`${backend.kind}: a lease that ends as ${reason} is let go with what is hashed`, async () => {
      await withRunner(async ({ queue, runner }) => {
        const of = job('stop', 'a', { goal: 'all' });
        const lease = new ScriptedLease(of, 5n, ENDLESS, { unitHashes: 32 * 1024 });
        const [other] = [new ScriptedLease(job('other', 'b'), 0n, ENDLESS)];
        queue.put(lease, other);
        await until('it hashes', () => lease.progressed.length > 0);
        lease.stop(reason);
        await until('it is let go', () => runner.stats().units.stopped === 1);
        const scannedTo = lease.progressed.at(-1);
        if (reason === 'lost') {
          assert.equal(lease.releases, []);
        } else {
          assert.equal(lease.releases, [{ scannedTo }]);
          assert.is(lease.results.at(-1)?.outcome, 'partial');
          assert.ok(lease.hashes >= Number((scannedTo ?? 0n) - 5n), 'hashes of it');
        }
        assert.not.ok(other.isOver);
        const hashed = runner.stats().hashes;
        await until('the other one goes on', () => runner.stats().hashes > hashed);
      });
    });
  }

  test(`${backend.kind}: a work that cannot be hashed is given back as failed, and others are hashed`, async () => {
    await withRunner(async ({ queue, errors, runner }) => {
      const bad = new ScriptedLease(smallJob('bad', 'a', 2), 0n, 50n);
      const patch = { offset: 1e6, bytes: new Uint8Array(1) };
      const unit = { ...bad.unit, patch };
      const good = new ScriptedLease(smallJob('good', 'a', 2), 0n, 50n);
      queue.put(Object.assign(bad, { unit }), good);
      await over(bad, good);
      assert.is(bad.releases[0]?.scannedTo, 0n);
      assert.match(bad.releases[0]?.failed ?? '', /patch/);
      assert.is(good.results.at(-1)?.outcome, 'exhausted');
      assert.is(errors.length, 1);
      await until('counted', () => runner.stats().units.completed === 1);
      assert.is(runner.stats().units.failed, 1);
    });
  });

  test(`${backend.kind}: a kernel that panics costs its unit, with what was hashed before it`, async () => {
    process.env['POW_NATIVE_TEST_PANIC'] = '700';
    const engine = open();
    delete process.env['POW_NATIVE_TEST_PANIC'];
    const use = async ({ queue }: Setting) => {
      const poison = new ScriptedLease(smallJob('poison', 'a', 3), 0n, 1000n);
      const fine = new ScriptedLease(smallJob('fine', 'a', 3), 0n, 600n);
      queue.put(poison, fine);
      await over(poison, fine);
      assert.match(poison.releases[0]?.failed ?? '', /planted/);
      assert.ok((poison.releases[0]?.scannedTo ?? 1000n) <= 700n);
      assert.is(fine.results.at(-1)?.outcome, 'exhausted');
    };
    await withRunner(use, { guess: () => 100 }, engine).finally(() => engine.close());
  });

  test(`${backend.kind}: close() gives every lease back, and those that come after it`, async () => {
    await withRunner(async ({ queue, runner, running }) => {
      const leases = [0, 1, 2].map((index) => {
        return new ScriptedLease(job('1', 'a'), 0n, ENDLESS, { index });
      });
      queue.put(...leases);
      await until('all are lent', () => queue.lent.length === 3);
      await until('it hashes', () => runner.stats().hashes > 0);
      await runner.close();
      for (const { releases } of leases) assert.is(releases.length, 1);
      await running;
      assert.is(runner.stats().units.stopped, 3);
    });
  });

  test(`${backend.kind}: what the queue fails with for good is what the runner ends with`, async () => {
    await withRunner(async ({ queue, running }) => {
      const error = new Error('no such key');
      queue.fail(error);
      assert.is(await rejection(running), error);
    });
  });

  test(`${backend.kind}: a work's dataset is fetched before its first hash, and other works go on`, async () => {
    const asked: (string | undefined)[] = [];
    let arrive: () => void = () => {};
    const arrived = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    const prepare = async ({ spec: { dataset } }: Lease) => {
      asked.push(dataset);
      if (dataset === 'bad') throw new Error('a chunk does not match');
      await arrived;
    };
    await withRunner(
      async ({ queue }) => {
        const [of, options] = [smallJob('1', 'a', 2), { spec: { dataset: 'root' } }];
        const waits = new ScriptedLease(of, 0n, 50n, options);
        const plain = new ScriptedLease(of, 50n, 99n);
        const bad = new ScriptedLease(of, 50n, 99n, { spec: { dataset: 'bad' } });
        queue.put(waits, plain, bad);
        await over(plain, bad);
        assert.match(bad.releases[0]?.failed ?? '', /chunk/);
        assert.not.ok(waits.isOver);
        arrive();
        await over(waits);
        assert.equal(asked.sort(), ['bad', 'root']);
      },
      { prepare },
    );
  });
}

test.run();
