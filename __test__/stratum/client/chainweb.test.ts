/** Chainweb pools, also the odd ones: the client's side of the conversations. */

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { mine, NonceRange, type PowError, type Target } from '../../../ts/index.js';
import type { Found, Job } from '../../../ts/miner/ports.js';
import { vectors } from '../../chainweb/vectors.js';
import { rejection } from '../../fixtures.js';
import { turns } from '../../miner/jobs.js';
import { chainwebShare, oneIn } from '../jobs.js';
import { Desk, paramsOf, result } from '../server/desk.js';
import { Pools } from './scripted-pool.js';

const URL = 'stratum+tcp://pool.example.com:1917?dialect=chainweb';
const [first, second] = vectors.stratumEndToEnd;
if (first === undefined || second === undefined) throw new Error('no vectors');
const notify = (id: string, header: string, ...rest: readonly unknown[]) => ({
  ...{ id: null, method: 'mining.notify', params: [id, header, ...rest] },
});
const setTarget = (hex: string) => ({ id: null, method: 'mining.set_target', params: [hex] });
const easy = oneIn(64);

/** Up to its first job. */
async function connected(subscription: unknown, ...after: readonly (object | string)[]) {
  const pools = new Pools({ url: URL });
  await turns();
  pools.end.open();
  pools.end.say({ id: 1, result: subscription, error: null });
  pools.end.say(...after);
  await turns();
  return pools;
}

/** What the miner would find from a nonce on. */
async function solve(job: Job, start = 0n): Promise<Found> {
  const { work, roll } = job.work(0n);
  const full = NonceRange.full(work);
  const solution = await mine(work, { target: job.target, range: new NonceRange(start, full.end) });
  if (solution === null) throw new Error('no solution');
  return { job, roll, solution };
}

test('what is said to a pool is what the official client’s devices say', async () => {
  const pools = await connected([null, '0384', 6]);
  assert.equal(pools.end.take(), [
    { id: 1, method: 'mining.subscribe', params: ['pow-native', null] },
    { id: 2, method: 'mining.authorize', params: ['u.w', 'x'] },
  ]);
  await pools.close();
});

vectors.stratumEndToEnd.forEach((vector, index) => {
  for (const nonce1 of [vector.nonce1, vector.nonce1.replace(/^0+/, '')]) {
    test(`end-to-end case ${index + 1} with nonce1 ${nonce1}: the real nonce2 is what is sent`, async () => {
      // The very first id of the official server: its counter starts at -1.
      const job = notify('ffffffffffffffff', vector.jobWorkHeaderHex, true);
      const pools = await connected([null, nonce1, 6], setTarget(vector.blockTargetHexBE), job);
      const found = await solve(pools.job, BigInt(`0x${vector.nonce2}`) - 5n);
      pools.end.take();
      const { outcome, sent } = await pools.submit(found);
      assert.equal(sent[0]?.['params'], ['u.w', 'ffffffffffffffff', vector.nonce2]);
      pools.end.say({ id: sent[0]?.['id'], result: true, error: null });
      assert.equal(await outcome, { result: 'accepted', block: true });
      await pools.close();
    });
  }
});

for (const [what, subscription] of [
  ['a Bitcoin-style subscription', [[['mining.notify', 'x']], '4059', 6]],
  ['no nonce2 size', [null, '4059']],
] as const) {
  test(`${what} is understood, and so are targets and jobs before the authorization`, async () => {
    const jobs = [setTarget(easy.toHex()), notify('a', first.jobWorkHeaderHex)];
    const pools = await connected(subscription, ...jobs, { id: 2, result: [], error: null });
    const { offset, encoding } = pools.job.work(0n).work.nonce;
    assert.equal([offset, encoding], [280, 'u48le']);
    assert.is(Buffer.from(pools.job.work(0n).work.message).readUInt16LE(278), 0x4059);
    assert.is((pools.job.target as Target).toHex(), easy.toHex());
    await pools.close();
  });
}

test('three bytes of nonce1 and five of nonce2 are mined with variants', async () => {
  const jobs = [setTarget(easy.toHex()), notify('0123456789abcdef', first.jobWorkHeaderHex, true)];
  const pools = await connected([null, 'aabbcc', 5], ...jobs);
  assert.is(pools.job.variants, 256n);
  const { work, roll } = pools.job.work(7n);
  const solution = await mine(work, { target: easy });
  if (solution === null) throw new Error('no solution');
  const { sent, outcome } = await pools.submit({ job: pools.job, roll, solution });
  const nonce2 = solution.nonce.toString(16).padStart(8, '0');
  assert.equal(sent.at(-1)?.['params'], ['u.w', '0123456789abcdef', `${nonce2}07`]);
  assert.is(
    Buffer.from(solution.message).subarray(278).reverse().toString('hex'),
    `${nonce2}07aabbcc`,
  );
  pools.end.close();
  assert.is((await outcome).result, 'unknown');
  await pools.close();
});

for (const [nonce1, size, ownBytes] of [
  ['aa', 7, 1],
  ['aabbcc', 5, 1],
  ['', 8, 2],
] as const) {
  test(`devices behind a pool that leaves ${size} bytes mine on until it gives other work`, async () => {
    const jobs = [setTarget(easy.toHex()), notify('j', first.jobWorkHeaderHex, true)];
    const pools = await connected([null, nonce1, size], ...jobs);
    const desk = new Desk();
    desk.start(pools.job);
    const device = desk.connect();
    const lines = device.call('mining.subscribe', ['x'], 1);
    await desk.pass(5_000);
    assert.is(device.closedHow, null);
    assert.equal(device.take(), []);
    const toldNonce1 = `${'00'.repeat(ownBytes)}${nonce1}`;
    assert.equal(lines[0], result(1, [null, toldNonce1, size - ownBytes]));
    const [[jobId = '', header = ''] = []] = paramsOf(lines, 'mining.notify') as string[][];
    const told = { jobId, header: Buffer.from(header, 'hex'), nonce1: toldNonce1 };
    // Above what a device with less to roll would have come to.
    const nonce2 = chainwebShare(told, easy.toBigInt(), 2 ** 30);
    assert.equal(device.call('mining.submit', ['u', jobId, nonce2], 2), [result(2, true)]);
    const [found] = desk.found;
    if (found === undefined) throw new Error('no share for the pool');
    const { sent } = await pools.submit(found);
    const digits = `${nonce2.padStart(2 * (size - ownBytes), '0')}${'00'.repeat(ownBytes)}`;
    assert.equal(sent.at(-1)?.['params'], ['u.w', 'j', digits]);
    desk.hub.close();
    await pools.close();
  });
}

test('each answer is the outcome that it means', async () => {
  const jobs = [setTarget(easy.toHex()), notify('a', first.jobWorkHeaderHex, true)];
  const pools = await connected([null, '0384', 6], ...jobs);
  let next = 0n;
  const answers = [
    [{ result: true, error: null }, 'accepted'],
    [{ result: false, error: null }, 'stale'],
    [{ result: null, error: [31, 'invalid nonce', null] }, 'rejected'],
    [{ result: null, error: [22, 'duplicate', null] }, 'duplicate'],
    [{ result: null, error: [21, 'job not found', null] }, 'stale'],
    [{ result: null, error: { code: 23, message: 'low' } }, 'rejected'],
    [{ result: null, error: 'no\u001b[2J' }, 'rejected'],
  ] as const;
  for (const [answer, result] of answers) {
    const found = await solve(pools.job, next);
    next = found.solution.nonce + 1n;
    const { outcome, sent } = await pools.submit(found);
    pools.end.say({ ...answer, id: sent.at(-1)?.['id'] });
    const got = await outcome;
    assert.is(got.result, result);
    assert.not.match(got.reason ?? '', '\u001b');
  }
  const { requests, errors } = pools.source.status();
  assert.is(requests['share']?.count, answers.length);
  assert.equal(errors, { stale: 2, rejected: 3, duplicate: 1 });
  await pools.close();
});

test('a share is checked before it is sent, and sent once', async () => {
  const jobs = [setTarget(easy.toHex()), notify('a', first.jobWorkHeaderHex, true)];
  const pools = await connected([null, '0384', 6], ...jobs);
  const found = await solve(pools.job);
  const message = new Uint8Array(found.solution.message);
  message[285] = (message[285] ?? 0) ^ 1;
  for (const bytes of [message, message.subarray(1), new Uint8Array(286)]) {
    const bad = { ...found, solution: { ...found.solution, message: new Uint8Array(bytes) } };
    const error = await rejection(pools.source.submit(bad, AbortSignal.timeout(60_000)));
    assert.is((error as PowError).code, 'POW_MISMATCH');
  }
  const { outcome, sent } = await pools.submit(found);
  pools.end.say({ id: sent.at(-1)?.['id'], result: true });
  await outcome;
  const again = await pools.submit(found);
  assert.is((await again.outcome).result, 'duplicate');
  assert.equal(again.sent, []);
  await pools.close();
});

test('a later time of the same work is a refresh, other work a replacement', async () => {
  const later = Buffer.from(first.jobWorkHeaderHex, 'hex');
  later.writeBigInt64LE(later.readBigInt64LE(8) + 1_000_000n, 8);
  const pools = await connected([null, '0384', 6], setTarget(easy.toHex()));
  const changes: string[] = [];
  for (const header of [first.jobWorkHeaderHex, later.toString('hex'), second.jobWorkHeaderHex]) {
    pools.end.say(notify(`${changes.length}`, header, true));
    await turns();
    changes.push(pools.job.change);
  }
  assert.equal(changes, ['replace', 'refresh', 'replace']);
  const old = pools.sets.find(([job]) => job?.id === 'pool/1')?.[0];
  if (old === undefined) throw new Error('no first job');
  const late = await pools.submit({ ...(await solve(old)), stale: true });
  assert.is((await late.outcome).result, 'stale');
  assert.equal(
    late.sent.filter(({ method }) => method === 'mining.submit'),
    [],
  );
  await pools.close();
});

test('a new target counts for the job in hand', async () => {
  const pools = await connected(
    [null, '0384', 6],
    setTarget(easy.toHex()),
    notify('a', first.jobWorkHeaderHex),
  );
  pools.end.say(setTarget(oneIn(1e6).toHex()));
  await turns();
  assert.is((pools.job.target as Target).toHex(), oneIn(1e6).toHex());
  assert.is(pools.job.change, 'refresh');
  await pools.close();
});

test('a bare array, as the official server ends a session, ends the connection; another follows', async () => {
  const pools = await connected([null, '0384', 6], notify('a', first.jobWorkHeaderHex));
  pools.end.say('[-32600,"Invalid Request","x"]');
  await turns();
  assert.equal(pools.sets.at(-1), []);
  assert.is(pools.source.status().connection, 'lost');
  await pools.clock.pass(1_000);
  assert.is(pools.ends.length, 2);
  await pools.close();
});

test.run();
