/** The Chainweb dialect, as devices speak it. */

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Target } from '../../../ts/index.js';
import { vectors } from '../../chainweb/vectors.js';
import { type ChainwebTold, chainwebJob, chainwebMiss, chainwebShare, oneIn } from '../jobs.js';
import { Desk, type Device, paramsOf, refused, result } from './desk.js';

/** Subscribes, and remembers what it was told. */
function subscribe(device: Device): ChainwebTold {
  const lines = device.call('mining.subscribe', ['test/1', null], 'one');
  const [answer] = lines as { result: [null, string, number] }[];
  const [[jobId = '', headerHex = ''] = []] = paramsOf(lines, 'mining.notify') as string[][];
  return { jobId, header: Buffer.from(headerHex, 'hex'), nonce1: answer?.result[1] ?? '' };
}

const easy = oneIn(64);
const easyValue = easy.toBigInt();

vectors.stratumEndToEnd.forEach((vector, index) => {
  test(`end-to-end case ${index + 1}: a real block is accepted as one, and reported first`, () => {
    const desk = new Desk({ firstNumber: Number.parseInt(vector.nonce1, 16) });
    const target = Target.fromHex(vector.blockTargetHexBE);
    desk.start(chainwebJob({ target, header: Buffer.from(vector.jobWorkHeaderHex, 'hex') }));
    const device = desk.connect();
    const told = subscribe(device);
    assert.is(told.nonce1, vector.nonce1);
    device.take();
    const toldBefore: unknown[] = [];
    desk.onFound = () => toldBefore.push(...device.take());
    device.type(
      `{"id":2,"method":"mining.submit","params":["w","${told.jobId}","${vector.nonce2}"]}\n`,
    );
    desk.settle();
    assert.is(
      Buffer.from(desk.found[0]?.solution.message ?? []).toString('hex'),
      vector.solvedWorkHeaderHex,
    );
    assert.equal(toldBefore, []);
    assert.equal(device.take(), [result(2, true)]);
    assert.is(desk.solved.length, 1);
    desk.hub.close();
  });
});

test('after subscribe come the answer, the target and the job, at once', () => {
  const desk = new Desk();
  desk.start(chainwebJob({ target: easy }));
  const lines = desk.connect().call('mining.subscribe', ['kdaminer 5.4.2', null]);
  assert.equal(lines[0], result(1, [null, '0000', 6]));
  assert.equal(paramsOf(lines, 'mining.set_target'), [[easy.toHex()]]);
  const [[jobId, header, clean] = []] = paramsOf(lines, 'mining.notify');
  assert.match(String(jobId), /^[0-9a-f]{8}$/);
  assert.is(String(header).length, 572);
  assert.ok(String(header).endsWith('0'.repeat(16)));
  assert.is(clean, true);
  assert.is(lines.length, 3);
  desk.hub.close();
});

for (const params of [['BM-K1'], [], ['x', null], ['x', 'session', 'host', 1], [null], [{}]]) {
  test(`subscribe with ${JSON.stringify(params)} is answered`, () => {
    const desk = new Desk();
    desk.start(chainwebJob());
    assert.equal(desk.connect().call('mining.subscribe', params)[0], result(1, [null, '0000', 6]));
    desk.hub.close();
  });
}

test('whatever an id is, it is echoed', () => {
  const desk = new Desk();
  const device = desk.connect();
  for (const id of ['NoncerPro', null, 1.5, [1], { a: 'ü' }]) {
    assert.equal(device.call('mining.ping', [], id), [result(id, 'pong')]);
  }
  desk.hub.close();
});

test('what ends a session of the official server is answered here, and the session goes on', () => {
  const desk = new Desk();
  desk.start(chainwebJob({ target: easy, goal: 'all' }));
  const device = desk.connect();
  const told = subscribe(device);
  assert.equal(device.call('mining.extranonce.subscribe', [], 1), [result(1, true)]);
  const [configured] = device.call('mining.configure', [['version-rolling'], {}], 2);
  assert.equal(configured, result(2, { 'version-rolling': false }));
  assert.equal(device.call('mining.suggest_difficulty', [1], 3), [result(3, true)]);
  assert.equal(device.call('mining.suggest_target', ['f'.repeat(64)], 4), [result(4, true)]);
  assert.equal(device.call('mining.multi_version', [1], 'x'), [refused('x', 20, 'unknown method')]);
  const nonce2 = chainwebShare(told, easyValue);
  assert.equal(device.call('mining.submit', ['u', told.jobId, nonce2], 5), [result(5, true)]);
  assert.is(device.closedHow, null);
  desk.hub.close();
});

test('a suggested target is told at once, and is the one that counts', () => {
  const vardiff = {
    ...{ shareMs: 10_000, windowMs: 60_000, band: 1.1 },
    ...{ leastHashes: 16, mostHashes: 2 ** 40 },
  };
  const desk = new Desk({ vardiff, difficulty: { kind: 'vardiff', startHashes: 2 ** 32 } });
  desk.start(chainwebJob({ target: oneIn(2 ** 60) }));
  const device = desk.connect();
  const told = subscribe(device);
  const suggested = (hashes: number) =>
    paramsOf(device.call('mining.suggest_target', [oneIn(hashes).toHex()]), 'mining.set_target');
  assert.equal(suggested(64), [[easy.toHex()]]);
  const nonce2 = chainwebShare(told, easyValue);
  assert.equal(device.call('mining.submit', ['u', told.jobId, nonce2], 5), [result(5, true)]);
  assert.equal(suggested(2), [[oneIn(16).toHex()]]);
  desk.hub.close();
});

test('a user who may not mine is told so as the dialect does it', async () => {
  const desk = new Desk({ authorize: (user) => user === 'good' || 'no such account' });
  desk.start(chainwebJob({ target: easy }));
  const device = desk.connect();
  device.call('mining.subscribe', []);
  device.call('mining.authorize', ['bad', 'x'], 1);
  await desk.pass(1);
  assert.equal(device.take(), [refused(1, 1, 'no such account')]);
  const submit = ['bad', '00000001', '00'];
  assert.equal(device.call('mining.submit', submit, 2), [refused(2, 24, 'unauthorized worker')]);
  desk.hub.close();
});

test('a device that subscribes before there is a job gets its answer with the first one', () => {
  const desk = new Desk();
  const device = desk.connect();
  assert.equal(device.call('mining.authorize', ['u', 'p']), [result(1, true)]);
  assert.equal(device.call('mining.subscribe', ['x']), []);
  desk.start(chainwebJob());
  const lines = device.take();
  assert.equal(lines[0], result(2, [null, '0000', 6]));
  assert.is(paramsOf(lines, 'mining.notify').length, 1);
  desk.hub.close();
});

test('shares of any spelling are accepted once, and refused with the codes of the dialect', () => {
  const desk = new Desk();
  desk.start(chainwebJob({ target: easy, goal: 'all' }));
  const device = desk.connect();
  const told = subscribe(device);
  const submit = (nonce2: string, jobId = told.jobId) =>
    device.call('mining.submit', ['u.w', jobId, nonce2], 9);
  const nonce2 = chainwebShare(told, easyValue);
  assert.equal(submit(`0x${nonce2.toUpperCase()}`), [result(9, true)]);
  assert.equal(submit(nonce2.padStart(12, '0')), [refused(9, 22, 'duplicate share')]);
  const miss = chainwebMiss(told, easyValue);
  assert.equal(submit(miss), [refused(9, 31, 'invalid nonce')]);
  assert.equal(submit(nonce2, 'ffffffff'), [result(9, false)]);
  assert.equal(submit(nonce2, 'ffffffffffffffff'), [result(9, false)]);
  assert.equal(submit('1000000000000'), [refused(9, 20, 'nonce2 has more than 6 bytes')]);
  const early = desk.connect().call('mining.submit', ['u.w', told.jobId, nonce2], 9);
  assert.equal(early, [refused(9, 25, 'not subscribed')]);
  assert.equal(desk.hub.users.verdicts, {
    ...{ accepted: 1, duplicate: 1, 'low-difficulty': 1, 'unknown-job': 2, other: 1 },
    ...{ 'not-subscribed': 1 },
  });
  desk.hub.close();
});

test('a share of a job that was replaced is stale, of one that was refreshed it counts', () => {
  const desk = new Desk();
  desk.start(chainwebJob({ target: easy, goal: 'all' }));
  const device = desk.connect();
  const old = subscribe(device);
  const second = chainwebJob({ target: easy, goal: 'all', change: 'refresh' });
  desk.start(second);
  const first = chainwebShare(old, easyValue);
  const submit = (nonce2: string) => device.call('mining.submit', ['u', old.jobId, nonce2], 9);
  device.take();
  assert.equal(submit(first), [result(9, true)]);
  assert.is(desk.found.length, 1);
  desk.start(chainwebJob({ target: easy, goal: 'all', change: 'replace' }));
  device.take();
  const next = chainwebShare(old, easyValue, Number.parseInt(first, 16) + 1);
  assert.equal(submit(next), [result(9, false)]);
  assert.is(desk.hub.users.verdicts['stale'], 1);
  desk.hub.close();
});

test('a block ends its job: what comes after it is stale, in the same batch too', () => {
  const desk = new Desk();
  desk.start(chainwebJob({ target: easy }));
  const device = desk.connect();
  const told = subscribe(device);
  const first = chainwebShare(told, easyValue);
  const second = chainwebShare(told, easyValue, Number.parseInt(first, 16) + 1);
  const line = (id: number, nonce2: string) =>
    `{"id":${id},"method":"mining.submit","params":["u","${told.jobId}","${nonce2}"]}`;
  assert.equal(device.says(line(1, first) + line(2, second)), [result(1, true), result(2, false)]);
  assert.is(desk.found.length, 1);
  assert.is(desk.solved.length, 1);
  desk.hub.close();
});

test('a job of the same work comes every second, a second later; the older ones stay valid', async () => {
  const desk = new Desk();
  desk.start(chainwebJob({ target: easy, goal: 'all' }));
  const device = desk.connect();
  const told = subscribe(device);
  await desk.pass(3_000);
  const jobs = paramsOf(device.take(), 'mining.notify') as string[][];
  assert.is(jobs.length, 3);
  const times = jobs.map(([, header = '']) => Buffer.from(header, 'hex').readBigInt64LE(8));
  const start = told.header.readBigInt64LE(8);
  assert.equal(times, [start + 1_000_000n, start + 2_000_000n, start + 3_000_000n]);
  const nonce2 = chainwebShare(told, easyValue);
  assert.equal(device.call('mining.submit', ['u', told.jobId, nonce2], 9), [result(9, true)]);
  assert.is(desk.found[0]?.roll.timeOffsetMicros, 0n);
  desk.hub.close();
});

test('the target is told again when a job gets easier, and when it gets harder', () => {
  const desk = new Desk();
  desk.start(chainwebJob({ target: oneIn(1e9) }));
  const device = desk.connect();
  subscribe(device);
  for (const hashes of [1e6, 1e6, 1e8]) {
    desk.start(chainwebJob({ target: oneIn(hashes) }));
  }
  const targets = paramsOf(device.take(), 'mining.set_target');
  assert.equal(targets, [[oneIn(1e6).toHex()], [oneIn(1e8).toHex()]]);
  desk.hub.close();
});

test('a BlackMiner F1 turns its nonces around', () => {
  const desk = new Desk();
  desk.start(chainwebJob({ target: easy, goal: 'all' }));
  for (let i = 0; i < 2; i++) desk.connect().call('mining.subscribe', ['x']);
  const device = desk.connect();
  const lines = device.call('mining.subscribe', ['BlackMiner F1'], 1);
  assert.equal(lines[0], result(1, [null, '0200', 6]));
  const [[jobId = '', header = ''] = []] = paramsOf(lines, 'mining.notify') as string[][];
  const told = { jobId, header: Buffer.from(header, 'hex'), nonce1: '0002' };
  const nonce2 = chainwebShare(told, easyValue).padStart(12, '0');
  const turned = Buffer.from(nonce2, 'hex').reverse().toString('hex');
  assert.equal(device.call('mining.submit', ['u', jobId, turned], 2), [result(2, true)]);
  desk.hub.close();
});

test('behind a pool the pool’s nonce bytes stay, and devices that cannot do with five are refused', () => {
  const desk = new Desk();
  desk.start(chainwebJob({ target: easy, goal: 'all', fixed: [0xbc, 0x0a] }));
  const stubborn = desk.connect();
  const [answer] = stubborn.call('mining.subscribe', ['NoncerPro/1.0']);
  assert.match(JSON.stringify(answer), /leaves 5 nonce bytes/);
  assert.is(stubborn.closedHow, 'end');
  const device = desk.connect();
  const lines = device.call('mining.subscribe', ['x']);
  assert.equal(lines[0], result(1, [null, '010abc', 5]));
  const [[jobId = '', header = ''] = []] = paramsOf(lines, 'mining.notify') as string[][];
  const told = { jobId, header: Buffer.from(header, 'hex'), nonce1: '010abc' };
  const nonce2 = chainwebShare(told, easyValue);
  assert.equal(device.call('mining.submit', ['u', jobId, nonce2], 2), [result(2, true)]);
  const { nonce, message } = desk.found[0]?.solution ?? { nonce: 0n, message: new Uint8Array() };
  assert.is(nonce, (BigInt(`0x${nonce2}`) << 8n) | 1n);
  assert.is(Buffer.from(message).readBigUInt64LE(278), (nonce << 16n) | 0x0abcn);
  desk.hub.close();
});

test.run();
