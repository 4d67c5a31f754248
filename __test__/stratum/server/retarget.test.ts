/** Share targets that change while a device mines: which job, which time, which limits. */

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bitcoinJob, chainwebJob, chainwebShare, oneIn } from '../jobs.js';
import { Desk, type Device, paramsOf, result } from './desk.js';

const START = { kind: 'vardiff', startHashes: 2 ** 32 } as const;
const hard = oneIn(2 ** 70);

const timesOf = (lines: ReturnType<Device['take']>) =>
  paramsOf(lines, 'mining.notify').map(([, , , , , , , time]) => Number.parseInt(`${time}`, 16));

const subscribed = (desk: Desk, address = '10.0.0.1') => {
  const device = desk.connect(address);
  const [time] = timesOf(device.call('mining.subscribe', []));
  return { device, time: time ?? Number.NaN };
};

test('a device that asks for another target again and again moves nobody’s time', async () => {
  const desk = new Desk({ dialect: 'bitcoin', difficulty: START });
  const origin = desk.start(bitcoinJob({ target: hard }));
  const { device, time } = subscribed(desk);
  for (let second = 0; second < 120; second++) {
    for (let i = 0; i < 90; i++) device.call('mining.suggest_difficulty', [1 + (i % 2)]);
    await desk.pass(1_000);
  }
  const other = subscribed(desk, '10.0.0.2');
  const aheadSeconds = other.time - time - 120;
  assert.ok(aheadSeconds >= 0 && aheadSeconds <= 31, `${aheadSeconds} s ahead`);
  assert.ok(origin.issued.size <= 160, `${origin.issued.size} jobs`);
  assert.is(device.closedHow, null);
  desk.hub.close();
});

test('who has to wait for a work of a later time gets it with its target, at the next tick', async () => {
  const desk = new Desk({ dialect: 'bitcoin', difficulty: START });
  desk.start(bitcoinJob({ target: hard }));
  const { device } = subscribed(desk);
  const times: number[] = [];
  let last = 0;
  for (let i = 1; i <= 40; i++) {
    const lines = device.call('mining.suggest_difficulty', [i]);
    times.push(...timesOf(lines));
    for (const [difficulty] of paramsOf(lines, 'mining.set_difficulty')) last = Number(difficulty);
  }
  assert.is(new Set(times).size, times.length, 'no two works are alike');
  assert.ok(last < 40);
  await desk.pass(1_000);
  const lines = device.take();
  assert.equal(paramsOf(lines, 'mining.set_difficulty'), [[40]]);
  assert.is(timesOf(lines).length, 1);
  desk.hub.close();
});

test('devices that change their targets at the same time share one work', () => {
  const desk = new Desk({ dialect: 'bitcoin', difficulty: START });
  const origin = desk.start(bitcoinJob({ target: hard }));
  const devices = Array.from({ length: 100 }, (_, i) => subscribed(desk, `10.0.0.${i}`).device);
  const times = devices.flatMap((device) =>
    timesOf(device.call('mining.suggest_difficulty', [100])),
  );
  assert.is(times.length, 100);
  assert.is(new Set(times).size, 1);
  assert.is(origin.issued.size, 2);
  desk.hub.close();
});

for (const [title, asked] of [
  ['however often a target changes', Array.from({ length: 12 }, (_, i) => 17 + i)],
  ['a target in between does not take back the easier one', [1 << 20, 1 << 10]],
] as const) {
  test(`a job that is not over is mined on with what it was given with: ${title}`, () => {
    const vardiff = { shareMs: 1e4, windowMs: 6e4, band: 1.1, leastHashes: 8, mostHashes: 2 ** 40 };
    const desk = new Desk({ vardiff, difficulty: { kind: 'vardiff', startHashes: 16 } });
    desk.start(chainwebJob({ target: hard }));
    const device = desk.connect();
    const [notify] = paramsOf(device.call('mining.subscribe', []), 'mining.notify');
    const [jobId, header] = notify as [string, string];
    for (const hashes of asked) device.call('mining.suggest_target', [oneIn(hashes).toHex()]);
    const told = { jobId, header: Buffer.from(header, 'hex'), nonce1: '0000' };
    const share = chainwebShare(told, oneIn(16).toBigInt() / 2n);
    assert.equal(device.call('mining.submit', ['u', jobId, share], 9), [result(9, true)]);
    desk.hub.close();
  });
}

test('no share costs less than the minimum that a device asked for', async () => {
  const desk = new Desk({ dialect: 'bitcoin', difficulty: START });
  desk.start(bitcoinJob({ target: hard }));
  const device = desk.connect();
  const asked = { 'minimum-difficulty.value': 2048 };
  const [answer] = device.call('mining.configure', [['minimum-difficulty'], asked], 1);
  assert.equal(answer, result(1, { 'minimum-difficulty': true }));
  const told = (lines: ReturnType<Device['call']>) => paramsOf(lines, 'mining.set_difficulty');
  assert.equal(told(device.call('mining.subscribe', [])), [[2048]]);
  for (let minute = 0; minute < 9; minute++) await desk.pass(60_000);
  assert.equal(told(device.take()), []);
  assert.equal(told(device.call('mining.suggest_difficulty', [1])), []);
  assert.equal(told(device.call('mining.suggest_difficulty', [5000])), [[5000]]);
  desk.hub.close();
});

for (const [difficulty, least, isTaken] of [
  [{ kind: 'block' }, 1, false],
  [{ kind: 'fixed', hashes: 2 ** 33 }, 1, true],
  [{ kind: 'fixed', hashes: 2 ** 33 }, 3, false],
  [START, 2 ** 60, false],
  [START, -1, false],
  [START, 'x', false],
] as const) {
  test(`${difficulty.kind}: a minimum difficulty of ${least} is promised only where it is kept: ${isTaken}`, () => {
    const desk = new Desk({ dialect: 'bitcoin', difficulty });
    desk.start(bitcoinJob({ target: hard }));
    const asked = { 'minimum-difficulty.value': least };
    const [answer] = desk.connect().call('mining.configure', [['minimum-difficulty'], asked], 1);
    assert.equal(answer, result(1, { 'minimum-difficulty': isTaken }));
    desk.hub.close();
  });
}

test.run();
