/** The Bitcoin dialect, as miners speak it. */

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Target } from '../../../ts/index.js';
import { bitcoinHash, bitcoinJob, type Notify, oneIn } from '../jobs.js';
import { easy, mining, missOf, shareOf } from './bitcoin-miner.js';
import { Desk, type Device, paramsOf, refused, result } from './desk.js';

test('what comes after subscribe is what the protocol says', () => {
  const { desk, device, extranonce1, size, notify } = mining();
  assert.equal([extranonce1, size], ['00000000', 4]);
  assert.is(notify.length, 9);
  assert.is(notify[4].length, 12);
  assert.equal(
    [notify[5], notify[6], notify[7], notify[8]],
    ['20000000', '1d00ffff', '6553f100', true],
  );
  assert.equal(device.call('mining.authorize', ['user', 'pass'], 2), [result(2, true)]);
  assert.equal(device.call('mining.extranonce.subscribe', [], 3), [result(3, true)]);
  desk.hub.close();
});

for (const algorithm of ['sha256d', 'blake2s'] as const) {
  test(`${algorithm} shares with twelve branches are checked as the wire says, and found as the job wants`, () => {
    const miner = mining({ template: { algorithm } });
    const { desk, device, notify } = miner;
    for (let roll = 0; roll < 5; roll++) {
      const { extranonce2, time, nonce, header } = shareOf(miner, roll, easy, algorithm);
      const params = ['user', notify[0], extranonce2, time, nonce];
      assert.equal(device.call('mining.submit', params, 4), [result(4, true)]);
      assert.equal(device.call('mining.submit', params, 4), [refused(4, 22, 'duplicate share')]);
      const { solution, roll: rolled } = desk.found[roll] ?? {};
      header.writeUInt32LE(Number.parseInt(nonce, 16), 76);
      assert.is(Buffer.from(solution?.message ?? []).toString('hex'), header.toString('hex'));
      assert.is(Buffer.from(rolled?.extranonce2 ?? []).toString('hex'), `00000000${extranonce2}`);
      assert.is(bitcoinHash(header, algorithm) <= easy.toBigInt(), true);
    }
    desk.hub.close();
  });
}

test('difficulty 1 is 0xffff * 2^208, and what a device is told is never harder than the job', () => {
  for (const target of [
    Target.fromDifficulty(1, 'bitcoin'),
    oneIn(12_345),
    oneIn(2 ** 60),
    oneIn(1.1),
  ]) {
    const desk = new Desk({ dialect: 'bitcoin' });
    desk.start(bitcoinJob({ target }));
    const lines = desk.connect().call('mining.subscribe', []);
    const [[difficulty] = []] = paramsOf(lines, 'mining.set_difficulty') as number[][];
    const told = Target.fromDifficulty(difficulty ?? 0, 'bitcoin').toBigInt();
    const wanted = target.toBigInt();
    assert.ok(told >= wanted || wanted > 1n << 255n, `${difficulty}`);
    assert.ok(Number(told - wanted) / Number(wanted) < 1e-12 || wanted > 1n << 255n);
    desk.hub.close();
  }
});

test('each refusal has its code', () => {
  const miner = mining();
  const { desk, device, notify } = miner;
  const submit = (from: Device, ...rest: readonly unknown[]) =>
    from.call('mining.submit', ['user', ...rest], 4);
  const { extranonce2, time, nonce } = shareOf(miner, 0);
  const share = [extranonce2, time, nonce];
  assert.equal(submit(device, 'ffffffff', ...share), [refused(4, 21, 'job not found')]);
  const miss = [extranonce2, time, missOf(miner, 0)];
  assert.equal(submit(device, notify[0], ...miss), [refused(4, 23, 'low difficulty share')]);
  assert.equal(submit(device, notify[0], ...share), [result(4, true)]);
  assert.equal(submit(device, notify[0], ...share), [refused(4, 22, 'duplicate share')]);
  assert.equal(submit(device, notify[0], 'xyz'), [refused(4, 20, 'extranonce2 must be hex')]);
  const early = submit(desk.connect(), notify[0], ...share);
  assert.equal(early, [refused(4, 25, 'not subscribed')]);
  const fresh = shareOf(miner, 1);
  desk.start(bitcoinJob({ target: easy, goal: 'all', change: 'replace' }));
  device.take();
  const late = submit(device, notify[0], fresh.extranonce2, fresh.time, fresh.nonce);
  assert.equal(late, [refused(4, 21, 'stale job')]);
  desk.hub.close();
  const shut = new Desk({ dialect: 'bitcoin', authorize: () => 'who?' });
  shut.start(bitcoinJob({ target: easy, goal: 'all' }));
  const stranger = shut.connect();
  stranger.call('mining.subscribe', []);
  const unknown = submit(stranger, '00000001', ...share);
  assert.equal(unknown, [refused(4, 24, 'unauthorized worker')]);
  shut.hub.close();
});

test('fields out of range are refused in words, and the connection goes on', () => {
  const miner = mining();
  const { desk, device, notify } = miner;
  const base = ['u', notify[0], '00000000', notify[7], '00000000'];
  for (const [at, value, text] of [
    [2, '100000000', 'extranonce2 has more than 4 bytes'],
    [2, 'xyz', 'extranonce2 must be hex'],
    [2, 7, 'extranonce2 must be hex'],
    [3, '6553f0ff', 'ntime out of range'],
    [3, 'ffffffff', 'ntime out of range'],
    [4, '100000000', 'ntime and nonce must be up to 8 hex digits'],
    [1, 7, 'user and job must be strings'],
    [0, null, 'user and job must be strings'],
  ] as const) {
    const answer = device.call('mining.submit', base.with(at, value as never), 4);
    assert.equal(answer, [refused(4, 20, text)], `${value} at ${at}`);
  }
  // Digits that are nothing but zeros are too many for nobody.
  const { nonce } = shareOf(miner, 1);
  const long = ['u', notify[0], '000000001', notify[7], `0${nonce}`];
  assert.equal(device.call('mining.submit', long, 4), [result(4, true)]);
  assert.equal(device.call('mining.get_transactions', [], 5), [refused(5, 20, 'unknown method')]);
  assert.is(device.closedHow, null);
  desk.hub.close();
});

test('a suggestion is taken within the limits, with a new job', () => {
  const vardiff = {
    ...{ shareMs: 10_000, windowMs: 60_000, band: 1.1 },
    ...{ leastHashes: 2 ** 32, mostHashes: 2 ** 40 },
  };
  const difficulty = { kind: 'vardiff', startHashes: 2 ** 32 } as const;
  const { desk, device } = mining({ target: oneIn(1e18) }, { vardiff, difficulty });
  const told = (lines: ReturnType<Device['call']>) => [
    paramsOf(lines, 'mining.set_difficulty').flat(),
    paramsOf(lines, 'mining.notify').length,
  ];
  assert.equal(told(device.call('mining.suggest_difficulty', [100])), [[100], 1]);
  assert.equal(told(device.call('mining.suggest_difficulty', [1e9])), [[255.996], 1]);
  assert.equal(told(device.call('mining.suggest_difficulty', [1e-9])), [[0.999985], 1]);
  const target = Target.fromDifficulty(10, 'bitcoin').toHex();
  assert.equal(told(device.call('mining.suggest_target', [target])), [[10], 1]);
  assert.equal(told(device.call('mining.suggest_difficulty', [-1])), [[], 0]);
  desk.hub.close();
});

test('a BlackMiner F1 turns its nonces around on Chainweb pools alone', () => {
  const desk = new Desk({ dialect: 'bitcoin' });
  const template = { extranonce1: Uint8Array.of(0xaa, 0xbb) };
  desk.start(bitcoinJob({ target: easy, goal: 'all', template }));
  desk.connect().call('mining.subscribe', ['x']);
  const device = desk.connect();
  const lines = device.call('mining.subscribe', ['BlackMiner F1+/1.2'], 1);
  const [answer] = lines as unknown as { result: [unknown, string, number] }[];
  const [notify] = paramsOf(lines, 'mining.notify') as unknown as Notify[];
  if (answer === undefined || notify === undefined) throw new Error('no job');
  const [, extranonce1, size] = answer.result;
  assert.is(extranonce1, 'aabb00000001');
  const { extranonce2, time, nonce } = shareOf({ desk, device, extranonce1, size, notify }, 1);
  const params = ['u', notify[0], extranonce2, time, nonce];
  assert.equal(device.call('mining.submit', params, 4), [result(4, true)]);
  desk.hub.close();
});

test('another extranonce of the pool above is told to those who hear it, and ends the others', () => {
  const desk = new Desk({ dialect: 'bitcoin' });
  const job = (prefix: readonly number[]) =>
    bitcoinJob({ target: easy, goal: 'all', template: { extranonce1: Uint8Array.from(prefix) } });
  desk.start(job([0xaa]));
  const [hears, hearsNot] = [desk.connect(), desk.connect()];
  hears.call('mining.extranonce.subscribe', []);
  for (const device of [hears, hearsNot]) device.call('mining.subscribe', []);
  desk.start(job([0xbb, 0xcc]));
  const lines = hears.take();
  assert.equal(paramsOf(lines, 'mining.set_extranonce'), [['bbcc00000000', 4]]);
  assert.is(paramsOf(lines, 'mining.notify').length, 1);
  assert.is(hearsNot.closedHow, 'end');
  desk.hub.close();
});

test.run();
