/** Version bits that devices roll: by agreement, and as the pool above allows it. */

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bitcoinHeader, bitcoinJob, bitcoinNonce, type Notify } from '../jobs.js';
import { easy, mining } from './bitcoin-miner.js';
import { type Device, paramsOf, refused, result } from './desk.js';

test('versions roll within the mask that was agreed on, and not without', () => {
  let agreed: unknown;
  const miner = mining({}, {}, (device) => {
    const options = { 'version-rolling.mask': '1ffff000', 'version-rolling.min-bit-count': 2 };
    const extensions = ['version-rolling', 'minimum-difficulty', 'info'];
    [agreed] = device.call('mining.configure', [extensions, options], 1);
  });
  assert.equal(
    agreed,
    result(1, {
      ...{ 'version-rolling': true, 'version-rolling.mask': '1fffe000' },
      ...{ 'minimum-difficulty': false, info: false },
    }),
  );
  const { desk, device, notify, extranonce1 } = miner;
  const header = bitcoinHeader(notify, `${extranonce1}00000000`, notify[7], '00000000', '20006000');
  const nonce = bitcoinNonce(header, easy.toBigInt());
  const submit = (bits: string) =>
    device.call('mining.submit', ['u', notify[0], '00000000', notify[7], nonce, bits], 4);
  assert.equal(submit('00000001'), [refused(4, 20, 'version bits outside of the mask')]);
  assert.equal(submit('00006000'), [result(4, true)]);
  assert.is(desk.found[0]?.roll.version, 0x2000_6000);
  desk.hub.close();
  const plain = mining();
  const params = ['u', plain.notify[0], '00000000', plain.notify[7], nonce, '00006000'];
  const refusal = refused(4, 20, 'version bits outside of the mask');
  assert.equal(plain.device.call('mining.submit', params, 4), [refusal]);
  plain.desk.hub.close();
});

test('a mask that gets narrower is told to those who roll versions, before the job it is for', () => {
  const agree = (device: Device) => {
    device.call('mining.extranonce.subscribe', []);
    device.call('mining.configure', [['version-rolling'], { 'version-rolling.mask': '00fff000' }]);
  };
  const narrower = (prefix: readonly number[], versionMask: number) =>
    bitcoinJob({
      ...{ target: easy, goal: 'all' },
      template: { extranonce1: Uint8Array.from(prefix), versionMask },
    });
  const { desk, device } = mining({}, {}, agree);
  const plain = desk.connect();
  plain.call('mining.extranonce.subscribe', []);
  plain.call('mining.subscribe', []);
  desk.start(narrower([0xaa], 0x00c0_0000));
  const methods = device.take().map((line) => ('method' in line ? line['method'] : null));
  assert.equal(methods, ['mining.set_extranonce', 'mining.set_version_mask', 'mining.notify']);
  assert.equal(paramsOf(plain.take(), 'mining.set_version_mask'), []);
  desk.start(narrower([0xbb], 0x0040_0000));
  const lines = device.take();
  assert.equal(paramsOf(lines, 'mining.set_version_mask'), [['00400000']]);
  const [notify] = paramsOf(lines, 'mining.notify') as unknown as Notify[];
  const [[told = ''] = []] = paramsOf(lines, 'mining.set_extranonce') as string[][];
  if (notify === undefined) throw new Error('no job');
  const submit = (bits: string) => {
    const version = (0x2000_0000 | Number.parseInt(bits, 16)).toString(16);
    const header = bitcoinHeader(notify, `${told}00000000`, notify[7], '00000000', version);
    const nonce = bitcoinNonce(header, easy.toBigInt());
    return device.call('mining.submit', ['u', notify[0], '00000000', notify[7], nonce, bits], 4);
  };
  assert.equal(submit('00400000'), [result(4, true)]);
  assert.equal(submit('00800000'), [refused(4, 20, 'version bits outside of the mask')]);
  desk.start(narrower([0xcc], 0x0040_0000));
  assert.equal(paramsOf(device.take(), 'mining.set_version_mask'), []);
  desk.hub.close();
});

test('a mask that the pool widens again is rolled again, and a change of it alone ends nobody', () => {
  const masked = (versionMask: number, change: 'refresh' | 'replace' = 'refresh') =>
    bitcoinJob({ target: easy, goal: 'all', change, template: { versionMask } });
  const { desk, device, extranonce1 } = mining(
    { template: { versionMask: 0x00f0_0000 } },
    {},
    (one) => {
      one.call('mining.configure', [['version-rolling'], { 'version-rolling.mask': '00fff000' }]);
    },
  );
  const plain = desk.connect();
  plain.call('mining.subscribe', []);
  const before = device.take();
  assert.equal(before, []);
  const masks: unknown[] = [];
  for (const mask of [0x0010_0000, 0, 0x1fff_e000]) {
    desk.start(masked(mask));
    const lines = device.take();
    assert.is(paramsOf(lines, 'mining.set_extranonce').length, 0);
    masks.push(...paramsOf(lines, 'mining.set_version_mask').flat());
    const [notify] = paramsOf(lines, 'mining.notify') as unknown as Notify[];
    if (notify === undefined) throw new Error('no job');
    const header = bitcoinHeader(
      notify,
      `${extranonce1}00000000`,
      notify[7],
      '00000000',
      '20100000',
    );
    const nonce = bitcoinNonce(header, easy.toBigInt());
    const params = ['u', notify[0], '00000000', notify[7], nonce, '00100000'];
    const refusal = refused(4, 20, 'version bits outside of the mask');
    const expected = mask === 0 ? refusal : result(4, true);
    assert.equal(device.call('mining.submit', params, 4), [expected], `${mask}`);
  }
  assert.equal(masks, ['00100000', '00000000', '00ffe000']);
  assert.equal([device.closedHow, plain.closedHow], [null, null]);
  assert.is(paramsOf(plain.take(), 'mining.set_version_mask').length, 0);
  desk.hub.close();
});

test.run();
