import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ClusterSource } from '../../ts/cluster/source.js';
import { workIdOf } from '../../ts/cluster/work-of-job.js';
import { hash, type PowError, Target } from '../../ts/index.js';
import { Miner } from '../../ts/miner/loop.js';
import type { Found, Job } from '../../ts/miner/ports.js';
import { CpuWorker } from '../../ts/workers/cpu.js';
import { rejection } from '../fixtures.js';
import { everySolution, job, smallJob, turns } from '../miner/jobs.js';
import { until } from '../until.js';
import { withSource } from './source/sources.js';
import { ScriptedLease, ScriptedQueue } from './worker/scripted-queue.js';

const oneIn16 = Target.fromLeadingZeroBits(4);
const ENDLESS = 1n << 60n;
const never = new AbortController().signal;

/** As a worker would find it. */
function foundOf(of: Job, nonce: bigint): Found {
  const { work, roll } = of.work(0n);
  const solution = { nonce, hash: hash(work, nonce), message: work.message };
  return { job: of, roll, solution };
}

const noncesOf = (names: readonly string[]) =>
  names.map((name) => BigInt(name.split(':')[1] ?? ''));

test('leases are hashed by a worker that knows nothing of them, every share once', async () => {
  const [queue, worker] = [new ScriptedQueue(), new CpuWorker({ threads: 2 })];
  const source = new ClusterSource(queue);
  const mining = new Miner(source, worker);
  const running = mining.run();
  try {
    const of = smallJob('all', 'a', 3, { target: oneIn16, goal: 'all', variants: 2n });
    const leases = [0n, 1n].flatMap((variant) =>
      [0n, 400n, 800n].map((start) => {
        const end = start + 400n < 1000n ? start + 400n : 1000n;
        return new ScriptedLease(of, start, end, { variant, index: Number(variant * 3n + start) });
      }),
    );
    queue.put(...leases);
    await until('all are done', () => leases.every(({ isOver }) => isOver));
    for (const variant of [0n, 1n]) {
      const found = leases.filter(({ unit }) => unit.variant === variant);
      const expected = everySolution(of).filter((name) => name.startsWith(`${variant}:`));
      assert.equal(
        found.flatMap(({ nonces }) => nonces),
        noncesOf(expected),
      );
    }
    for (const { results, unit, hashes } of leases) {
      const last = results.at(-1);
      assert.equal([last?.outcome, last?.scannedTo], ['exhausted', unit.end]);
      assert.is(hashes, Number(unit.end - unit.start));
    }
  } finally {
    await mining.close();
    await running;
    await source.close();
    await worker.close();
  }
});

test('so many leases as asked for, each a lane of a fixed few, the next as soon as one is done', async () => {
  await withSource({ leases: 2 }, async ({ queue, source, live }) => {
    const leases = [0, 1, 2].map((index) => {
      return new ScriptedLease(job(`${index}`, 'a'), 5n, 50n, { index, resumeAt: 7n });
    });
    queue.put(...leases);
    await until('two are lent', () => live().length === 2);
    assert.equal(
      live()
        .map(({ lane }) => lane)
        .sort(),
      ['unit-0', 'unit-1'],
    );
    for (const { goal, variants, nonces } of live()) {
      assert.equal([goal, variants, nonces], ['all', 1n, { start: 7n, end: 50n }]);
    }
    const [first] = live();
    source.exhausted({ ...(first as Job) });
    await until('the third is lent', () => queue.lent.length === 3 && live().length === 2);
    assert.is(
      live().find(({ id }) => id === first?.id),
      undefined,
    );
    const done = leases.find(({ isOver }) => isOver);
    assert.equal(done?.results, [{ outcome: 'exhausted', scannedTo: 50n, shares: [], hashes: 43 }]);
    source.exhausted(first as Job); // once is enough
    assert.is(done?.results.length, 1);
    const { lanes, connection } = source.status();
    assert.equal([lanes.length, connection], [2, 'connected']);
  });
});

test('nonces that are lent again are the same work to a master below, and others are not', async () => {
  await withSource({ leases: 1 }, async ({ queue, source, live }) => {
    const of = job('again', 'a');
    const ids: string[] = [];
    for (const [fence, resumeAt] of [3n, 3n, 4n].entries()) {
      queue.put(new ScriptedLease(of, 3n, 50n, { resumeAt, fence }));
      await until('it is lent', () => live().length === 1);
      const [mined] = live() as [Job];
      ids.push(workIdOf(mined));
      source.exhausted(mined);
      await until('it is done', () => live().length === 0);
    }
    assert.is(ids[0], ids[1]);
    assert.is.not(ids[1], ids[2]);
  });
});

test('a solution goes up at once, a share with the end of the unit, and both are answered then', async () => {
  await withSource({}, async ({ queue, source, live }) => {
    const of = smallJob('shares', 'a', 3, { target: Target.fromLeadingZeroBits(7), goal: 'first' });
    const lease = new ScriptedLease(of, 0n, 1000n, { spec: { shareTarget: oneIn16 } });
    const wins = noncesOf(everySolution(of));
    const share = noncesOf(everySolution(of, oneIn16)).find((nonce) => !wins.includes(nonce));
    queue.put(lease);
    await until('it is lent', () => live().length === 1);
    const mined = live()[0] as Job;
    let told = false;
    const answered = source.submit(foundOf(mined, share ?? 0n), never).then((outcome) => {
      told = true;
      return outcome;
    });
    await turns();
    assert.equal([told, lease.results.length], [false, 0]);
    const outcome = await source.submit(foundOf(mined, wins[0] ?? 0n), never);
    assert.equal(outcome, { result: 'accepted', block: true });
    assert.equal(await answered, { result: 'accepted', block: false });
    assert.equal(
      lease.results.map(({ outcome, scannedTo }) => [outcome, scannedTo]),
      [['partial', 0n]],
    );
    assert.equal(
      lease.nonces,
      [share, wins[0]].sort((a, b) => ((a ?? 0n) < (b ?? 0n) ? -1 : 1)),
    );
  });
});

test('what is no share of the lease is refused here', async () => {
  await withSource({}, async ({ queue, source, live }) => {
    const of = smallJob('wrong', 'a', 3, { target: oneIn16, goal: 'all' });
    const wins = noncesOf(everySolution(of));
    const lease = new ScriptedLease(of, 200n, 800n);
    queue.put(lease);
    await until('it is lent', () => live().length === 1);
    const mined = live()[0] as Job;
    const outside = wins.find((nonce) => nonce < 200n) ?? 0n;
    const miss = Array.from({ length: 99 }, (_, i) => BigInt(300 + i)).find(
      (n) => !wins.includes(n),
    );
    for (const nonce of [outside, miss ?? 0n, 999n]) {
      const { result } = await source.submit(foundOf(mined, nonce), never);
      assert.is(result, 'rejected');
    }
    assert.equal(lease.results, []);
    const other = foundOf(job('of another source', 'a'), 1n);
    assert.is(((await rejection(source.submit(other, never))) as PowError).code, 'POW_SOURCE');
  });
});

for (const reason of ['moved', 'stale', 'lost'] as const) {
  test(`a lease that ends as ${reason} is stopped, and what is found on the way still goes up`, async () => {
    await withSource({}, async ({ queue, source, clock, live }) => {
      const of = job('stop', 'a', { target: oneIn16, goal: 'all' });
      const lease = new ScriptedLease(of, 3n, ENDLESS);
      queue.put(lease);
      await until('it is lent', () => live().length === 1);
      const mined = live()[0] as Job;
      lease.stop(reason);
      await until('it is stopped', () => live().length === 0);
      const { work } = mined.work(0n);
      let nonce = 3n;
      while (!oneIn16.isMetBy(hash(work, nonce), work.hashOrder)) nonce += 1n;
      const outcome = await source.submit(foundOf(mined, nonce), never);
      assert.equal(outcome, { result: 'accepted', block: true });
      await clock.pass(1000);
      assert.equal(lease.nonces, [nonce]);
      assert.equal(lease.releases, reason === 'lost' ? [] : [{ scannedTo: 3n }]);
      // Even now: the master decides what it is worth.
      const late = await source.submit(foundOf(mined, nonce), never);
      assert.equal(late, { result: 'stale', block: true });
      assert.equal(lease.nonces, [nonce, nonce]);
      source.exhausted(mined);
      assert.is(lease.releases.length, reason === 'lost' ? 0 : 1);
    });
  });
}

test('a lease that nobody hashes is given back as failed', async () => {
  await withSource({}, async ({ queue, clock, live }) => {
    const lease = new ScriptedLease(job('idle', 'a'), 0n, ENDLESS);
    queue.put(lease);
    await until('it is lent', () => live().length === 1);
    assert.is(live()[0]?.deadlineMs, 600_000);
    await clock.pass(600_000);
    assert.match(lease.releases[0]?.failed ?? '', /ten minutes/);
  });
});

test('the last reader takes its leases along, and close() the queue', async () => {
  await withSource({}, async ({ queue, source, clock, live, reading }) => {
    const of = smallJob('go', 'a', 3, { target: Target.fromLeadingZeroBits(9), goal: 'all' });
    const lease = new ScriptedLease(of, 0n, 1000n, { spec: { shareTarget: oneIn16 } });
    queue.put(lease);
    await until('it is lent', () => live().length === 1);
    const [share] = noncesOf(everySolution(of, oneIn16));
    const answer = source.submit(foundOf(live()[0] as Job, share ?? 0n), never);
    reading.abort();
    await turns();
    await clock.pass(1000);
    assert.is((await answer).result, 'accepted');
    assert.equal(lease.releases, [{ scannedTo: 0n }]);
    await Promise.all([source.close(), source.close()]);
    assert.ok(queue.isClosed);
    assert.is(source.status().connection, 'closed');
  });
});

test('who gives up waiting for an answer does not know it, and a failure is counted', async () => {
  await withSource({}, async ({ queue, source, live }) => {
    const of = smallJob('fail', 'a', 3, { target: oneIn16, goal: 'all' });
    const lease = new ScriptedLease(of, 0n, 1000n);
    lease.answer = () => new Promise(() => {});
    queue.put(lease);
    await until('it is lent', () => live().length === 1);
    const mined = live()[0] as Job;
    const [one, other] = noncesOf(everySolution(of)).map((nonce) => foundOf(mined, nonce));
    const giveUp = new AbortController();
    const waiting = source.submit(one as Found, giveUp.signal);
    giveUp.abort();
    assert.is((await waiting).result, 'unknown');
    const broken = new ScriptedLease(of, 0n, 1000n, { index: 1 });
    broken.answer = async () => {
      throw new Error('no space left');
    };
    queue.put(broken);
    await until('both are lent', () => live().length === 2);
    const second = live().find(({ id }) => id !== mined.id) as Job;
    const outcome = await source.submit({ ...(other as Found), job: second }, never);
    assert.equal([outcome.result, outcome.reason], ['unknown', 'no space left']);
    const { errors, lastError } = source.status();
    assert.equal([errors, lastError], [{ POW_SOURCE: 1 }, 'no space left']);
  });
});

test('what the queue fails with for good ends the reader', async () => {
  const queue = new ScriptedQueue();
  const source = new ClusterSource(queue);
  const error = new Error('no such key');
  queue.fail(error);
  const read = (async () => {
    for await (const _ of source.jobs(never)) assert.unreachable();
  })();
  assert.is(await rejection(read), error);
  await source.close();
});

test.run();
