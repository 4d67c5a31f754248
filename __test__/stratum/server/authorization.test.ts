/** Users that have to be let in, and what they wait for. */

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bitcoinJob, type Notify } from '../jobs.js';
import { easy, shareOf } from './bitcoin-miner.js';
import { Desk, type Line, paramsOf, refused, result } from './desk.js';

test('an authorization hook lets in whom it likes, also later', async () => {
  const asked: string[] = [];
  const authorize = async (user: string, password: string) => {
    asked.push(`${user}:${password}`);
    return user === 'good' || 'no such account';
  };
  const desk = new Desk({ dialect: 'bitcoin', authorize });
  desk.start(bitcoinJob({ target: easy, goal: 'all' }));
  const device = desk.connect();
  device.call('mining.subscribe', []);
  assert.equal(device.call('mining.authorize', ['bad', 'x'], 1), []);
  device.call('mining.authorize', ['good', 'y'], 2);
  await desk.pass(1);
  assert.equal(device.take().slice(0, 2), [
    { id: 1, result: false, error: [24, 'no such account', null] },
    result(2, true),
  ]);
  assert.equal(asked, ['bad:x', 'good:y']);
  desk.hub.close();
});

for (const order of ['before', 'after'] as const) {
  test(`who authorizes ${order} it subscribes gets work when it is let in: shares from before would be refused`, async () => {
    const desk = new Desk({ dialect: 'bitcoin', authorize: () => Promise.resolve(true as const) });
    desk.start(bitcoinJob({ target: easy, goal: 'all' }));
    const device = desk.connect();
    const calls = [
      ['mining.subscribe', []],
      ['mining.authorize', ['u', 'x']],
    ] as const;
    const early: Line[] = (order === 'after' ? calls : calls.toReversed()).flatMap(
      ([method, params]) => device.call(method, params, method),
    );
    desk.start(bitcoinJob({ target: easy, goal: 'all' }));
    early.push(...device.take());
    const methodsOf = (lines: readonly Line[]) =>
      lines.map((line) => ('method' in line ? line['method'] : ['id' in line ? line['id'] : '']));
    assert.equal(methodsOf(early), [['mining.subscribe']]);
    await desk.pass(1);
    const work = ['mining.set_difficulty', 'mining.notify'];
    const lines = device.take();
    assert.equal(methodsOf(lines), [['mining.authorize'], ...work]);
    const [answer] = early as unknown as { result: [unknown, string, number] }[];
    const [notify] = paramsOf(lines, 'mining.notify') as unknown as Notify[];
    if (answer === undefined || notify === undefined) throw new Error('no job');
    const [, extranonce1, size] = answer.result;
    const share = shareOf({ desk, device, extranonce1, size, notify }, 1);
    const params = ['u', notify[0], share.extranonce2, share.time, share.nonce];
    assert.equal(device.call('mining.submit', params, 4), [result(4, true)]);
    // A second user changes nothing of that.
    device.call('mining.authorize', ['v', 'x'], 5);
    await desk.pass(1);
    assert.equal(device.take(), [result(5, true)]);
    desk.hub.close();
  });
}

test('names beyond what a connection may have are refused in words, and those of before mine on', async () => {
  const desk = new Desk({ dialect: 'bitcoin', authorize: () => true });
  desk.start(bitcoinJob({ target: easy, goal: 'all' }));
  const device = desk.connect();
  device.call('mining.subscribe', []);
  for (let i = 0; i < 64; i++) device.call('mining.authorize', [`worker-${i}`, 'x'], i);
  await desk.pass(1);
  assert.equal(device.take().at(-1), result(63, true));
  device.call('mining.authorize', ['one too many', 'x'], 64);
  await desk.pass(1);
  const text = 'no more than 64 users on one connection';
  assert.equal(device.take(), [{ id: 64, result: false, error: [24, text, null] }]);
  const params = ['worker-0', 'ffffffff', '00', '00', '00'];
  assert.equal(device.call('mining.submit', params, 4), [refused(4, 21, 'job not found')]);
  desk.hub.close();
});

test('who subscribes and is never let in makes room for others', async () => {
  const desk = new Desk({ dialect: 'bitcoin', authorize: (user) => user === 'good' || 'who?' });
  desk.start(bitcoinJob({ target: easy, goal: 'all' }));
  const users = ['good', 'bad', null];
  const [good, ...others] = users.map((user) => {
    const device = desk.connect();
    device.call('mining.subscribe', []);
    if (user !== null) device.call('mining.authorize', [user, 'x']);
    return device;
  });
  await desk.pass(29_000);
  for (const device of others) assert.is(device.closedHow, null);
  await desk.pass(2_000);
  for (const device of others) assert.is(device.closedHow, 'end');
  assert.is(good?.closedHow, null);
  desk.hub.close();
});

test.run();
