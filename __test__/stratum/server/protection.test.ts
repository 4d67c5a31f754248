/** What one client can take from the others: bounded. */

import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { LIMITS, VARDIFF } from '../../../ts/stratum/server/settings.js';
import {
  bitcoinJob,
  type ChainwebTold,
  chainwebJob,
  chainwebMiss,
  chainwebShare,
  oneIn,
} from '../jobs.js';
import { Desk, type DeskOptions, type Device, paramsOf, result } from './desk.js';

const SUBSCRIBE = '{"id":1,"method":"mining.subscribe","params":[]}\n';

/** The share time of a server bounds how soon a device is silent for too long. */
const EVERY_SECOND = { ...VARDIFF, shareMs: 1_000 };

function deskWith(limits: Partial<typeof LIMITS>, options: DeskOptions = {}): Desk {
  const desk = new Desk({
    ...options,
    limits: { ...LIMITS, ...limits },
    bans: { offences: 3, memoryMs: 60_000, banMs: 5_000 },
  });
  desk.start(chainwebJob({ target: oneIn(64), goal: 'all' }));
  return desk;
}

/** What the first device of a desk has to know for its shares. */
function subscribed(device: Device): ChainwebTold {
  const [notify] = paramsOf(device.says(SUBSCRIBE), 'mining.notify');
  const [jobId = '', header = ''] = notify as string[];
  return { jobId, header: Buffer.from(header, 'hex'), nonce1: '0000' };
}

for (const text of ['nonsense\n', '[]\n', '{"method":7}\n', '{]', `${'['.repeat(20)}`]) {
  test(`${JSON.stringify(text)} is answered once, then closed`, () => {
    const desk = deskWith({});
    const device = desk.connect();
    const lines = device.says(`${text}${text}${SUBSCRIBE}`);
    assert.is(lines.length, 1);
    const [[code, name] = []] = lines as unknown[][];
    assert.equal([code, name], [-32700, 'Parse Error']);
    assert.is(device.closedHow, 'end');
    assert.is(desk.hub.connections, 0);
    desk.hub.close();
  });
}

test('a line that is too long closes, before it has ended', () => {
  const desk = deskWith({ lineBytes: 1_000 });
  const device = desk.connect();
  assert.equal(device.says('x'.repeat(999)), []);
  assert.is(device.says('xx').length, 1);
  assert.is(device.closedHow, 'end');
  desk.hub.close();
});

test('who sends faster than allowed is dropped; who keeps to the rate is not', async () => {
  const desk = deskWith({ messagesPerSecond: 10, messageBurst: 20 });
  const steady = desk.connect('10.0.0.1');
  const ping = '{"id":1,"method":"mining.ping"}\n';
  steady.says(SUBSCRIBE);
  for (let second = 0; second < 60; second++) {
    await desk.pass(1_000);
    steady.take();
    assert.equal(steady.says(ping.repeat(10)), new Array(10).fill(result(1, 'pong')));
  }
  const flood = desk.connect('10.0.0.2');
  assert.is(flood.says(ping.repeat(1_000)).length, 20);
  assert.is(flood.closedHow, 'end');
  desk.hub.close();
});

test('connections are counted, per address and in all', () => {
  const desk = deskWith({ connections: 5, connectionsPerAddress: 2 });
  const first = desk.connect('a');
  desk.connect('a');
  assert.throws(() => desk.connect('a'), /of one address/);
  for (const address of ['b', 'c', 'd']) desk.connect(address);
  assert.throws(() => desk.connect('e'), /too many connections/);
  if (first.client !== null) desk.hub.closed(first.client);
  desk.connect('e');
  desk.hub.close();
});

test('who does not subscribe, falls silent or does not read is dropped', async () => {
  const limits = { handshakeMs: 10_000, idleMs: 60_000, unreadBytes: 1_000 };
  const difficulty = { kind: 'vardiff', startHashes: 2 ** 32 } as const;
  const desk = deskWith(limits, { difficulty, vardiff: EVERY_SECOND });
  const [mute, honest, silent, slow] = [1, 2, 3, 4].map((n) => desk.connect(`10.0.0.${n}`));
  for (const device of [honest, silent, slow]) device?.says(SUBSCRIBE);
  if (slow !== undefined) slow.unreadBytes = 1_001;
  for (let i = 0; i < 20; i++) {
    await desk.pass(10_000);
    honest?.says('{"id":1,"method":"mining.ping"}\n');
    if (i === 1) {
      assert.equal([mute?.closedHow, slow?.closedHow, silent?.closedHow], ['end', 'destroy', null]);
    }
  }
  assert.is(silent?.closedHow, 'end');
  assert.is(honest?.closedHow, null);
  desk.hub.close();
});

for (const difficulty of [{ kind: 'block' }, { kind: 'fixed', hashes: 2 ** 60 }] as const) {
  test(`where a share is no matter of minutes (${difficulty.kind}), a device may be silent`, async () => {
    const desk = deskWith({ idleMs: 60_000 }, { difficulty });
    const device = desk.connect();
    device.says(SUBSCRIBE);
    await desk.pass(600_000);
    assert.is(device.closedHow, null);
    desk.hub.close();
  });
}

test('a device without work may be silent, and has its time again when there is some', async () => {
  const difficulty = { kind: 'vardiff', startHashes: 2 ** 40 } as const;
  const desk = new Desk({ difficulty });
  const origin = desk.start(chainwebJob({ target: oneIn(2 ** 60) }));
  const device = desk.connect();
  const told = paramsOf(device.says(SUBSCRIBE), 'mining.set_target');
  await desk.pass(30_000);
  device.take();
  desk.hub.stop(origin);
  await desk.pass(600_000);
  assert.is(device.closedHow, null);
  desk.start(chainwebJob({ target: oneIn(2 ** 60) }));
  assert.equal(paramsOf(device.take(), 'mining.set_target'), []);
  await desk.pass(25_000);
  assert.equal(paramsOf(device.take(), 'mining.set_target'), []);
  assert.is(told.length, 1);
  assert.is(device.closedHow, null);
  await desk.pass(40_000);
  assert.is(paramsOf(device.take(), 'mining.set_target').length, 1);
  await desk.pass(530_000);
  assert.is(device.closedHow, null);
  await desk.pass(10_000);
  assert.is(device.closedHow, 'end');
  desk.hub.close();
});

test('who had to wait for the first work has its time to subscribe after that', async () => {
  const desk = new Desk({ dialect: 'bitcoin' });
  const device = desk.connect();
  // Its answer depends on the work, and only then does it go on.
  assert.equal(device.call('mining.configure', [['version-rolling'], {}], 1), []);
  await desk.pass(60_000);
  desk.start(bitcoinJob());
  assert.is(device.take().length, 1);
  await desk.pass(1_000);
  assert.is(device.closedHow, null);
  await desk.pass(30_000);
  assert.is(device.closedHow, 'end');
  desk.hub.close();
});

test('who subscribes while there is no work waits for some: what was is over', async () => {
  const difficulty = { kind: 'vardiff', startHashes: 2 ** 40 } as const;
  const desk = new Desk({ difficulty });
  const origin = desk.start(chainwebJob({ target: oneIn(2 ** 60) }));
  const device = desk.connect();
  device.says(SUBSCRIBE);
  desk.hub.stop(origin);
  const lines = device.says(SUBSCRIBE);
  assert.equal(paramsOf(lines, 'mining.notify'), []);
  assert.is(lines.length, 1);
  await desk.pass(1_200_000);
  assert.equal([device.closedHow, device.take()], [null, []]);
  desk.start(chainwebJob({ target: oneIn(2 ** 60) }));
  assert.is(paramsOf(device.take(), 'mining.notify').length, 1);
  desk.hub.close();
});

test('of a device that is dropped while its share waits, no more is kept than of others that left', () => {
  const desk = deskWith({});
  const origin = desk.start(chainwebJob({ target: oneIn(64), goal: 'all' }));
  const device = desk.connect();
  const told = subscribed(device);
  const share = chainwebShare(told, oneIn(64).toBigInt());
  const left: number[] = [];
  const { accepted } = origin;
  const leave = accepted.leave.bind(accepted);
  accepted.leave = (session) => {
    left.push(accepted.size);
    leave(session);
  };
  device.says(
    `{"id":1,"method":"mining.submit","params":["u","${told.jobId}","${share}"]}\nnonsense\n`,
  );
  assert.is(device.closedHow, 'end');
  assert.is(accepted.size, 1);
  assert.is(left.at(-1), 1, 'told that the session is over, once more');
  desk.hub.close();
});

test('blank lines are messages where it comes to their rate', async () => {
  const desk = deskWith({ messagesPerSecond: 10, messageBurst: 20, idleMs: 60_000 });
  const device = desk.connect();
  device.says(SUBSCRIBE);
  for (let second = 0; second < 10; second++) {
    await desk.pass(1_000);
    device.says('\n'.repeat(10));
  }
  assert.is(device.closedHow, null);
  device.says('\n'.repeat(21));
  assert.is(device.closedHow, 'end');
  desk.hub.close();
});

test('valid shares may come faster than messages, for as long as a harder target takes', async () => {
  const desk = deskWith({ messagesPerSecond: 1, messageBurst: 300 });
  const device = desk.connect();
  const told = subscribed(device);
  for (let share = 0, from = 0; share < 1_000; share++) {
    const nonce2 = chainwebShare(told, oneIn(64).toBigInt(), from);
    from = Number.parseInt(nonce2, 16) + 1;
    const submit = `{"id":1,"method":"mining.submit","params":["u","${told.jobId}","${nonce2}"]}\n`;
    assert.equal(device.says(submit), [result(1, true)]);
  }
  assert.is(device.closedHow, null);
  desk.hub.close();
});

test('a device that sends nothing but invalid shares is dropped in the end', () => {
  const desk = deskWith({ messageBurst: 1_000 });
  const device = desk.connect();
  const told = subscribed(device);
  const nonce2 = chainwebMiss(told, oneIn(64).toBigInt());
  const submit = `{"id":1,"method":"mining.submit","params":["u","${told.jobId}","${nonce2}"]}\n`;
  device.says(submit.repeat(199));
  assert.is(device.closedHow, null);
  device.says(submit);
  assert.is(device.closedHow, 'end');
  assert.equal(desk.hub.users.stats(0), []);
  desk.hub.close();
});

test('more devices than nonces: those that are too many are dropped, the others mine', () => {
  const desk = new Desk();
  desk.start(chainwebJob({ fixed: [1, 2] }));
  const devices = Array.from({ length: 257 }, (_, i) => desk.connect(`10.0.${i >> 8}.${i & 255}`));
  const answers = devices.map((device) => device.says(SUBSCRIBE)[0] as { result?: string[] });
  const nonces = answers.flatMap((answer) => answer?.result?.[1] ?? []);
  assert.is(new Set(nonces).size, 256);
  assert.equal(devices.filter(({ closedHow }) => closedHow !== null).length, 1);
  desk.hub.close();
});

test('whatever arrives, the hub answers in bounds or hangs up, and others mine on', () => {
  const value = fc.oneof(
    ...[fc.jsonValue({ maxDepth: 4 }), fc.string({ unit: 'binary' }), fc.double()],
    ...[fc.constantFrom(-1, 1e308, '', '0x', 'ff', '\u0000', '__proto__', { toString: 1 })],
  );
  const names = ['subscribe', 'authorize', 'configure', 'submit', 'extranonce.subscribe'];
  const method = fc.oneof(
    fc
      .constantFrom(...names, 'suggest_difficulty', 'suggest_target', 'ping')
      .map((name) => `mining.${name}`),
    fc.string(),
  );
  const message = fc.record({ id: value, method, params: fc.oneof(fc.array(value), value) });
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          message.map((each) => `${JSON.stringify(each)}\n`),
          fc.string(),
        ),
      ),
      (texts) => {
        const desk = deskWith({});
        const [bad, good] = [desk.connect('10.0.0.1'), desk.connect('10.0.0.2')];
        for (const text of texts) bad.says(text);
        assert.equal(good.says(SUBSCRIBE).length, 3);
        desk.hub.close();
      },
    ),
    { numRuns: 300 },
  );
});

test.run();
