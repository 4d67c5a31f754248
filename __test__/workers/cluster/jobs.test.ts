import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hash, type PowError, Work } from '../../../ts/index.js';
import { rejection } from '../../fixtures.js';
import { turns } from '../../miner/jobs.js';
import { ears } from '../ears.js';
import { easy, last, opened, winners } from './opened-worker.js';

test('the first solution ends a job: the work is cancelled as found, and nothing more is told', async () => {
  const { worker, queue } = await opened();
  const { how, heard, counted } = ears();
  const one = easy('one', { variants: 3n });
  const mining = worker.mine(one, how);
  await turns();
  const work = last(queue);
  const nonces = winners(one.work(2n).work, 2);
  queue.onCancel = async () => queue.result(work, { variant: 2n, nonces: nonces.slice(1) });
  queue.result(work, { variant: 2n, nonces, outcome: 'found' });
  assert.is(await mining, 'exhausted');
  assert.equal(queue.cancelled, [`${work.spec.id} found`]);
  assert.is(heard.length, 1);
  assert.is(heard[0]?.job, one);
  assert.equal(heard[0]?.roll, one.work(2n).roll);
  assert.is(heard[0]?.solution.nonce, nonces[0]);
  assert.equal(heard[0]?.solution.hash, hash(one.work(2n).work, nonces[0] ?? 0n));
  assert.equal(counted, [200]);
  const { hashes, wastedHashes, solutions, running } = worker.stats();
  assert.equal([hashes, wastedHashes, solutions, running], [200, 100, 1, []]);
  await worker.close();
});

test('with the goal all a job goes on to its end, and hears of nothing twice', async () => {
  const { worker, queue } = await opened();
  const { how, heard } = ears();
  const all = easy('all', { goal: 'all' });
  const mining = worker.mine(all, how);
  await turns();
  const work = last(queue);
  const nonces = winners(all.work(0n).work, 3);
  queue.result(work, { nonces: nonces.slice(0, 2), outcome: 'partial' });
  queue.result(work, { nonces });
  queue.tell({ kind: 'exhausted', work: work.spec.id });
  assert.is(await mining, 'exhausted');
  assert.equal(
    heard.map(({ solution }) => solution.nonce),
    nonces,
  );
  assert.equal(queue.cancelled, [`${work.spec.id} found`], 'nothing of it is kept');
  await worker.close();
});

for (const signal of ['stop', 'finishBatch'] as const) {
  test(`${signal} cancels the work, and what is found until workers let go is told`, async () => {
    const { worker, queue } = await opened();
    const its = ears();
    const one = easy('one');
    const mining = worker.mine(one, its.how);
    await turns();
    const work = last(queue);
    const nonces = winners(one.work(0n).work, 1);
    queue.onCancel = async () => queue.result(work, { nonces, outcome: 'partial' });
    its[signal].abort();
    assert.is(await mining, 'stopped');
    assert.equal(queue.cancelled, [`${work.spec.id} stale`]);
    assert.is(its.heard.length, 1);
    assert.is(its.heard[0]?.stale, undefined, 'the miner knows whether it is');
    await worker.close();
  });
}

test('a stop while the work is being published cancels it once that is done', async () => {
  const { worker, queue } = await opened();
  let publish: () => void = () => {};
  queue.onPublish = () => new Promise((resolve) => (publish = resolve));
  const { how, stop } = ears();
  const mining = worker.mine(easy('one'), how);
  await turns();
  stop.abort();
  await turns();
  assert.equal(queue.cancelled, []);
  publish();
  assert.is(await mining, 'stopped');
  assert.is(queue.cancelled.length, 1);
  await worker.close();
});

test('a work that cannot be stored rejects with the reason, and is counted', async () => {
  const { worker, queue } = await opened();
  const reason = new Error('no space left');
  queue.onPublish = () => Promise.reject(reason);
  const { how, counted } = ears();
  assert.is(await rejection(worker.mine(easy('one'), how)), reason);
  assert.equal(counted, [0]);
  assert.equal(worker.stats().errors, { POW_WORKER: 1 });
  queue.onPublish = async () => {};
  const again = ears();
  const mining = worker.mine(easy('one'), again.how);
  await turns();
  again.stop.abort();
  assert.is(await mining, 'stopped');
  await worker.close();
});

test('a result that is rejected counts for nothing', async () => {
  const { worker, queue } = await opened();
  const { how, counted, stop } = ears();
  const mining = worker.mine(easy('one'), how);
  await turns();
  queue.result(last(queue), { verdict: 'rejected', hashes: 1e9 });
  queue.result(last(queue), { hashes: 5 });
  stop.abort();
  await mining;
  assert.equal([worker.stats().hashes, counted], [5, [5]]);
  await worker.close();
});

for (const event of [
  { kind: 'deposed', epoch: 7 },
  { kind: 'failed', error: new Error('no space left') },
] as const) {
  test(`a master that is ${event.kind} fails its jobs and every later one, which ends the miner`, async () => {
    const { worker, queue } = await opened();
    const { how } = ears();
    const mining = worker.mine(easy('one'), how);
    await turns();
    queue.tell(event);
    for (const failed of [mining, worker.mine(easy('two'), ears().how)]) {
      assert.is(((await rejection(failed)) as PowError).code, 'POW_CLOSED');
    }
    await worker.close();
  });
}

test('an unfit solution of the queue is a failure, never a solution', async () => {
  const { worker, queue } = await opened();
  const { how, heard } = ears();
  const one = easy('one');
  const mining = worker.mine(one, how);
  await turns();
  const [winner = 0n] = winners(one.work(0n).work, 1);
  queue.result(last(queue), { nonces: [winner + 1n] });
  assert.is(((await rejection(mining)) as PowError).code, 'POW_MISMATCH');
  assert.equal(heard, []);
  await worker.close();
});

test('nodes that come, go and misbehave are told of, and one that comes again is a restart', async () => {
  const { worker, queue, notices } = await opened();
  const none = { version: '1', cores: 1, ramMb: 1, features: [], aes: false };
  const more = { hashesPerSecond: {}, datasets: [], serves: null };
  const capabilities = { ...none, ...more, threads: 2 };
  const node = { id: 'a', name: 'rig\x1b[2J', role: 'worker', capabilities } as const;
  queue.tell({ kind: 'node', op: 'join', node });
  queue.tell({ kind: 'node', op: 'leave', node });
  queue.tell({ kind: 'node', op: 'join', node });
  queue.tell({ kind: 'strike', worker: 'rig', reason: 'wrong hash' });
  queue.tell({ kind: 'banned', worker: 'rig', forMs: 60_000 });
  assert.equal(notices, [
    'worker rig\\x1b[2J joined with 2 threads',
    'worker rig\\x1b[2J left',
    'worker rig\\x1b[2J joined with 2 threads',
    'strike against worker rig: wrong hash',
    'worker rig is banned for 60 s',
  ]);
  assert.is(worker.stats().restarts, 1);
  await worker.close();
});

test('a job whose bytes no message can hold is refused with its length', async () => {
  const { worker } = await opened();
  const big = easy('one');
  const { work } = big.work(0n);
  const message = new Uint8Array(300_000);
  const { algorithm, nonce, hashOrder } = work;
  const large = new Work({ algorithm, nonce, hashOrder, message });
  const reason = worker.refuses({ ...big, work: () => ({ work: large, roll: {} }) });
  assert.match(reason ?? '', '300000 bytes');
  assert.is(worker.refuses(big), null);
  await worker.close();
});

test.run();
