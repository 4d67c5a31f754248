/** Addresses that are turned away for a while, and those that are not. */

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { chainwebJob, oneIn } from '../jobs.js';
import { Desk, paramsOf } from './desk.js';

const SUBSCRIBE = '{"id":1,"method":"mining.subscribe","params":[]}\n';

function deskWithBans(): Desk {
  const desk = new Desk({ bans: { offences: 3, memoryMs: 60_000, banMs: 5_000 } });
  desk.start(chainwebJob({ target: oneIn(64), goal: 'all' }));
  return desk;
}

test('too many offences are a ban of the address, for a while', async () => {
  const desk = deskWithBans();
  for (let i = 0; i < 3; i++) desk.connect('10.9.9.9').says('x\n');
  assert.throws(() => desk.connect('10.9.9.9'), /banned/);
  assert.equal(desk.hub.banned, ['10.9.9.9']);
  desk.connect('10.9.9.8');
  await desk.pass(5_000);
  desk.connect('10.9.9.9');
  desk.hub.close();
});

test('one broken device does not keep its neighbours behind the same address out', async () => {
  const desk = deskWithBans();
  const farm = Array.from({ length: 20 }, () => desk.connect('10.9.9.9'));
  for (const device of farm) device.says(SUBSCRIBE);
  for (let i = 0; i < 30; i++) {
    await desk.pass(1_000);
    desk.connect('10.9.9.9').says('x\n');
  }
  assert.is(paramsOf(desk.connect('10.9.9.9').says(SUBSCRIBE), 'mining.notify').length, 1);
  desk.hub.close();
});

test.run();
