/** Works that several jobs share, and those that outlive their job. */

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { workOfJob } from '../../../ts/cluster/work-of-job.js';
import { Target } from '../../../ts/index.js';
import { MINER_ENDS } from '../../../ts/miner/ending.js';
import { turns } from '../../miner/jobs.js';
import { ears } from '../ears.js';
import { easy, last, opened, target, winners } from './opened-worker.js';

const { work: someWork } = easy('x').work(0n);
const specOf = (id: string) => ({
  ...{ id, lane: 'lane', work: someWork, target, shareTarget: target },
  goal: 'first' as const,
});
const spaceOf = {
  ...{ variants: 1n, nonces: { start: 0n, end: 1n }, first: 0n, patchOf: () => null },
};

test('two jobs of the same bytes share one work, and both hear of its solutions', async () => {
  const { worker, queue } = await opened();
  const [one, other] = [ears(), ears()];
  const all = easy('one', { goal: 'all' });
  const mining = worker.mine(all, one.how);
  await turns();
  const [early, late] = winners(all.work(0n).work, 2) as [bigint, bigint];
  queue.result(last(queue), { nonces: [early], outcome: 'partial' });
  const twin = { ...all, id: 'two' };
  const others = worker.mine(twin, other.how);
  assert.is(queue.published.length, 1);
  assert.is(other.heard.length, 1, 'what was found before');
  one.stop.abort();
  assert.is(await mining, 'stopped');
  assert.equal(queue.cancelled, [], 'the other goes on');
  queue.result(last(queue), { nonces: [late], outcome: 'partial' });
  assert.is(one.heard.length, 1);
  assert.equal(
    other.heard.map(({ job: { id }, solution }) => `${id} ${solution.nonce}`),
    [`two ${early}`, `two ${late}`],
  );
  other.stop.abort();
  assert.is(await others, 'stopped');
  assert.is(queue.cancelled.length, 1);
  await worker.close();
});

test('the same bytes again while they are being cancelled are published anew after it', async () => {
  const { worker, queue } = await opened();
  let letGo: () => void = () => {};
  queue.onCancel = () => new Promise((resolve) => (letGo = resolve));
  const [old, fresh, gone] = [ears(), ears(), ears()];
  const oldMining = worker.mine(easy('one'), old.how);
  await turns();
  old.stop.abort();
  await turns();
  const freshMining = worker.mine(easy('one'), fresh.how);
  const goneMining = worker.mine(easy('one'), gone.how);
  gone.stop.abort();
  assert.is(await goneMining, 'stopped', 'it waits for nothing');
  assert.is(queue.published.length, 1);
  letGo();
  assert.is(await oldMining, 'stopped');
  await turns();
  assert.is(queue.published.length, 2);
  fresh.stop.abort();
  await turns();
  letGo();
  assert.is(await freshMining, 'stopped');
  await worker.close();
});

test('a solution that a worker brings when its job is over is told as stale, not lost', async () => {
  const { worker, queue } = await opened();
  const { how, heard, stop } = ears();
  const one = easy('one');
  const mining = worker.mine(one, how);
  await turns();
  stop.abort();
  assert.is(await mining, 'stopped');
  const nonces = winners(one.work(0n).work, 1);
  queue.result(last(queue), { nonces, verdict: 'stale', hashes: 7 });
  assert.is(heard.length, 1);
  assert.is(heard[0]?.stale, true);
  const { hashes, wastedHashes } = worker.stats();
  assert.equal([hashes, wastedHashes], [7, 7]);
  await worker.close();
});

test('when the miner or the worker ends, the work stays on record for the next start', async () => {
  const { worker, queue } = await opened();
  const { how, stop } = ears();
  const mining = worker.mine(easy('one'), how);
  await turns();
  stop.abort(MINER_ENDS);
  assert.is(await mining, 'stopped');
  const { id } = last(queue).spec;
  assert.equal(queue.cancelled, [`${id} shutdown`]);
  const again = worker.mine(easy('one'), ears().how);
  await turns();
  assert.is(queue.published.length, 2);
  await worker.close();
  assert.is(await again, 'stopped');
  assert.equal(queue.cancelled, [`${id} shutdown`, `${id} shutdown`]);
  assert.is(queue.closed, 1);
});

test('works of the lane that the record knows from before are cancelled when another is mined', async () => {
  const { worker, queue } = await opened();
  await queue.publish({ ...specOf('old'), lane: 'lane' }, spaceOf);
  await queue.publish({ ...specOf('of another'), lane: 'another' }, spaceOf);
  const { how, stop } = ears();
  const mining = worker.mine(easy('one'), how);
  await turns();
  assert.equal(queue.cancelled, ['old stale']);
  stop.abort();
  await mining;
  await worker.close();
});

test('a job whose work the record knows from before goes on with it', async () => {
  const { worker, queue } = await opened();
  const { spec, space } = workOfJob(easy('one'));
  await queue.publish(spec, space);
  const { how, stop } = ears();
  const mining = worker.mine(easy('one'), how);
  await turns();
  assert.equal(queue.cancelled, []);
  stop.abort();
  await mining;
  await worker.close();
});

test('a worker makes shares of later works harder by what it proves, not by what it says', async () => {
  const { worker, queue } = await opened();
  const target = Target.fromLeadingZeroBits(60);
  const shareHashes = async (content: number) => {
    const { how, stop } = ears();
    const mining = worker.mine(easy('one', { target, content }), how);
    await turns();
    return { hashes: last(queue).spec.shareTarget.expectedHashes, mining, stop };
  };
  const near = (hashes: number, other: number) => Math.abs(hashes / other - 1) < 0.01;
  const one = await shareHashes(1);
  assert.ok(near(one.hashes, 2e6), `${one.hashes}`);
  const none = { name: 'w', address: '', state: 'up', threads: 1, leases: 0 } as const;
  const more = { completed: 1, shares: 0, strikes: 0, sinceMs: 0 };
  queue.workers = [{ id: 'w', hashesPerSecond: 3.2e9, ...none, ...more }];
  queue.result(last(queue), { hashes: 40e6 });
  const two = await shareHashes(2);
  assert.is(two.hashes, one.hashes, 'nothing is proved');
  queue.result(last(queue), { hashes: 24e6, shares: 16, outcome: 'partial' });
  const three = await shareHashes(3);
  assert.ok(near(three.hashes, 1e8), `${three.hashes}: half of it is proved`);
  for (const { stop, mining } of [one, two, three]) {
    stop.abort();
    await mining;
  }
  await worker.close();
});

test.run();
