import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Target } from '../../../ts/index.js';
import { backends } from '../../backends.js';
import { hardTarget } from '../../fixtures.js';
import { everySolution, job, smallJob } from '../../miner/jobs.js';
import { until } from '../../until.js';
import { ENDLESS, over, runnersOn } from './runners.js';
import { ScriptedLease } from './scripted-queue.js';

const oneIn16 = Target.fromLeadingZeroBits(4);
const oneIn256 = Target.fromLeadingZeroBits(8);

for (const backend of backends) {
  const { withRunner } = runnersOn(backend);

  test(`${backend.kind}: every share of every unit is reported once, whatever the slices`, async () => {
    for (const guess of [10, 1e9]) {
      await withRunner(
        async ({ queue, runner, errors }) => {
          const of = smallJob('all', 'a', 3, { goal: 'all', target: oneIn16, variants: 3n });
          const units = [0n, 1n, 2n].flatMap((variant) =>
            [0n, 500n].map((start) => new ScriptedLease(of, start, start + 500n, { variant })),
          );
          queue.put(...units);
          await over(...units);
          const found = units.flatMap(({ unit, nonces }) =>
            nonces.map((nonce) => `${unit.variant}:${nonce}`),
          );
          assert.equal(found, everySolution(of));
          for (const { results, unit, hashes } of units) {
            const last = results.at(-1);
            assert.equal([last?.outcome, last?.scannedTo], ['exhausted', unit.end]);
            assert.is(hashes, 500);
            assert.ok(results.slice(0, -1).every(({ outcome }) => outcome === 'partial'));
          }
          const { completed, failed, stopped } = runner.stats().units;
          assert.equal([completed, failed, stopped, runner.stats().hashes], [6, 0, 0, 3000]);
          assert.is(runner.stats().solutions, found.length);
          assert.equal(errors, []);
        },
        { guess: () => guess },
      );
    }
  });

  test(`${backend.kind}: a lease goes on where an earlier one was, and tells how far it is`, async () => {
    await withRunner(
      async ({ queue }) => {
        const of = smallJob('on', 'a', 4, { goal: 'all', target: oneIn16 });
        const lease = new ScriptedLease(of, 1000n, 9000n, { resumeAt: 4321n });
        queue.put(lease);
        await over(lease);
        const expected = everySolution(of).map((name) => BigInt(name.split(':')[1] ?? ''));
        assert.equal(
          lease.nonces,
          expected.filter((nonce) => nonce >= 4321n && nonce < 9000n),
        );
        assert.is(lease.hashes, 9000 - 4321);
        const { progressed } = lease;
        assert.ok(progressed.length > 2 && progressed.at(-1) === 9000n);
        assert.ok(progressed.every((nonce, i) => nonce >= (progressed[i - 1] ?? 4321n)));
      },
      { guess: () => 1000 },
    );
  });

  test(`${backend.kind}: a unit with nothing left of it is exhausted at once`, async () => {
    await withRunner(async ({ queue }) => {
      const lease = new ScriptedLease(smallJob('0', 'a', 2), 0n, 50n, { resumeAt: 50n });
      queue.put(lease);
      await over(lease);
      assert.equal(lease.results, [
        { outcome: 'exhausted', scannedTo: 50n, shares: [], hashes: 0 },
      ]);
    });
  });

  test(`${backend.kind}: the first solution ends a unit of a work that wants one, shares do not`, async () => {
    await withRunner(
      async ({ queue }) => {
        const of = job('first', 'a', { target: Target.fromLeadingZeroBits(14), goal: 'first' });
        const lease = new ScriptedLease(of, 0n, ENDLESS, { unitHashes: 32 * 256 });
        queue.put(lease);
        await over(lease);
        const last = lease.results.at(-1);
        assert.is(last?.outcome, 'found');
        const wins = lease.shares.filter(({ hash }) => of.target.isMetBy(hash, 'be'));
        assert.ok(wins.length >= 1);
        assert.ok(lease.shares.length > wins.length, 'shares that are none');
        assert.ok((last?.scannedTo ?? ENDLESS) <= (wins[0]?.nonce ?? 0n) + 1n || wins.length > 1);
      },
      { guess: () => 20_000 },
    );
  });

  test(`${backend.kind}: a solution is told at once where every one counts, and the unit goes on`, async () => {
    await withRunner(async ({ queue }) => {
      const of = job('every', 'a', { target: oneIn256, goal: 'all' });
      const lease = new ScriptedLease(of, 0n, ENDLESS);
      queue.put(lease);
      await until('several reports', () => lease.results.length > 3);
      assert.ok(lease.results.every(({ outcome }) => outcome === 'partial'));
      assert.not.ok(lease.isOver);
      assert.is(new Set(lease.nonces).size, lease.nonces.length);
    });
  });

  test(`${backend.kind}: shares beyond two hundred do not wait for the end, and no result has too many`, async () => {
    await withRunner(async ({ queue }) => {
      const of = job('many', 'a', { target: hardTarget, goal: 'all' });
      const lease = new ScriptedLease(of, 0n, 40_000n, { unitHashes: 32 * 16 });
      queue.put(lease);
      await over(lease);
      assert.ok(lease.results.length > 3);
      for (const { shares } of lease.results) assert.ok(shares.length <= 256);
      for (const { shares } of lease.results.slice(0, -2)) assert.ok(shares.length >= 200);
      assert.is(new Set(lease.nonces).size, lease.nonces.length);
      assert.ok(Math.abs(lease.nonces.length / 2500 - 1) < 0.2, `${lease.nonces.length}`);
    });
  });

  test(`${backend.kind}: while the master does not answer, shares do not fill the memory`, async () => {
    await withRunner(async ({ queue, runner }) => {
      const of = job('flood', 'a', { target: Target.fromLeadingZeroBits(0), goal: 'all' });
      const lease = new ScriptedLease(of, 0n, 20_000n);
      let answer: () => void = () => {};
      const answered = new Promise<void>((resolve) => {
        answer = resolve;
      });
      lease.answer = () => answered;
      queue.put(lease);
      await until('it waits', () => runner.stats().shares >= 1024);
      const { shares } = runner.stats();
      assert.ok(shares < 1024 + 256 + 16, `${shares}`);
      answer();
      await over(lease);
      assert.equal(
        lease.nonces,
        Array.from({ length: 20_000 }, (_, i) => BigInt(i)),
      );
    });
  });

  test(`${backend.kind}: few leases wait behind the one that is hashed, more where units are small`, async () => {
    await withRunner(
      async ({ queue, runner }) => {
        const long = [0, 1, 2, 3, 4].map((index) => {
          return new ScriptedLease(job('1', 'a'), 0n, ENDLESS, { index });
        });
        queue.put(...long);
        await until('it hashes', () => runner.stats().hashes > 0);
        assert.is(queue.most(), 3);
        for (const lease of long) lease.stop('stale');
        const short = Array.from({ length: 40 }, (_, index) => {
          return new ScriptedLease(smallJob('2', 'a', 2), 0n, 50n, { index });
        });
        queue.put(...short);
        await over(...short);
        await until('counted', () => runner.stats().units.completed === 40);
        assert.is(queue.most(), 4); // two for each thread, and no more
        runner.paused(true);
        assert.is(queue.most(), 0);
      },
      { guess: () => 1e6 },
    );
  });
}

test.run();
