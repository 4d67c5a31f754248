/** How long shares wait for each other: nothing here lets the turn of the event loop end. */

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { LIMITS } from '../../../ts/stratum/server/settings.js';
import { type ChainwebTold, chainwebJob, chainwebMiss, chainwebShare, oneIn } from '../jobs.js';
import { Desk, type Device, paramsOf, refused, result } from './desk.js';

const easy = oneIn(16);
const PING = '{"id":"ping","method":"mining.ping"}\n';

interface Sender {
  readonly device: Device;
  readonly told: ChainwebTold;
}

function deskWith(most = 1e6): Desk {
  const limits = { ...LIMITS, messagesPerSecond: most, messageBurst: most, lineBytes: 1 << 24 };
  const desk = new Desk({ limits });
  desk.start(chainwebJob({ target: easy, goal: 'all' }));
  return desk;
}

function sender(desk: Desk): Sender {
  const device = desk.connect();
  const lines = device.call('mining.subscribe', ['x']);
  const [answer] = lines as { result: [null, string, number] }[];
  const [[jobId = '', header = ''] = []] = paramsOf(lines, 'mining.notify') as string[][];
  const nonce1 = answer?.result[1] ?? '';
  return { device, told: { jobId, header: Buffer.from(header, 'hex'), nonce1 } };
}

const submit = ({ told }: Sender, id: number, nonce2: string) =>
  `{"id":${id},"method":"mining.submit","params":["u","${told.jobId}","${nonce2}"]}\n`;

function validShares(from: Sender, count: number): readonly string[] {
  const shares: string[] = [];
  for (let nonce = 0; shares.length < count; nonce++) {
    const nonce2 = chainwebShare(from.told, easy.toBigInt(), nonce);
    nonce = Number.parseInt(nonce2, 16);
    shares.push(nonce2);
  }
  return shares;
}

test('a share is checked with the first message that arrives one millisecond later, in the same turn', async () => {
  const desk = deskWith();
  const [one, other] = [sender(desk), sender(desk)];
  const [first = '', second = ''] = validShares(one, 2);
  one.device.type(submit(one, 1, first));
  await desk.clock.pass(0.5);
  one.device.type(submit(one, 2, second));
  await desk.clock.pass(0.49);
  other.device.type(PING);
  assert.equal(one.device.take(), []);
  await desk.clock.pass(0.01);
  other.device.type(PING);
  // Both: the second came while the first one waited.
  assert.equal(one.device.take(), [result(1, true), result(2, true)]);
  desk.settle();
  assert.equal(one.device.take(), []);
  desk.hub.close();
});

test('the millisecond is counted from the first share of a batch, not from the last batch', async () => {
  const desk = deskWith();
  const one = sender(desk);
  const [first = '', second = ''] = validShares(one, 2);
  one.device.says(submit(one, 1, first));
  await desk.clock.pass(50);
  one.device.type(submit(one, 2, second));
  one.device.type(PING);
  assert.equal(one.device.take(), []);
  desk.settle();
  assert.equal(one.device.take().length, 2);
  desk.hub.close();
});

test('a large chunk of one device is checked in parts while it is read', () => {
  const desk = deskWith();
  const one = sender(desk);
  const shares = validShares(one, 600);
  one.device.type(shares.map((nonce2, id) => submit(one, id, nonce2)).join(''));
  const answered = one.device.take();
  assert.is(answered.length, 512);
  desk.settle();
  assert.equal(
    [...answered, ...one.device.take()],
    shares.map((_, id) => result(id, true)),
  );
  desk.hub.close();
});

test('a share does not wait until every session was told of a job', async () => {
  const desk = deskWith();
  const one = sender(desk);
  for (let i = 0; i < 20; i++) sender(desk);
  const [first = ''] = validShares(one, 1);
  one.device.type(submit(one, 1, first));
  await desk.clock.pass(1);
  const next = chainwebJob({ target: easy, goal: 'all', change: 'refresh' });
  desk.hub.start(next, easy, { found() {}, solved() {} });
  assert.equal(one.device.take(), [result(1, true)]);
  desk.settle();
  assert.is(paramsOf(one.device.take(), 'mining.notify').length, 1);
  desk.hub.close();
});

test('nobody is told of a job that a share has solved while others were told of it', async () => {
  const desk = deskWith();
  const other = chainwebJob({ target: oneIn(2 ** 60), lane: 'chain-1' });
  desk.start(chainwebJob({ target: easy }));
  const one = sender(desk);
  const rest = Array.from({ length: 3 }, () => sender(desk));
  desk.start(other);
  const [first = ''] = validShares(one, 1);
  one.device.type(submit(one, 1, first));
  await desk.clock.pass(1);
  // The job in hand goes on under another id, and is solved with the share that waits.
  const next = chainwebJob({ target: easy, change: 'refresh' });
  desk.hub.start(next, easy, { found() {}, solved() {} });
  desk.settle();
  for (const { device } of [one, ...rest]) {
    const [jobId = ''] = paramsOf(device.take(), 'mining.notify').at(-1) as string[];
    const [answer] = device.call('mining.submit', ['u', jobId, '00'], 2);
    assert.equal(answer, refused(2, 31, 'invalid nonce'), jobId);
  }
  desk.hub.close();
});

test('a device dropped by its own shares while its chunk is read is heard no more', () => {
  const desk = deskWith();
  const one = sender(desk);
  const miss = chainwebMiss(one.told, easy.toBigInt());
  one.device.type(submit(one, 1, miss).repeat(300) + PING.repeat(50));
  assert.is(one.device.closedHow, 'end');
  const lines = one.device.take();
  assert.is(lines.length, 200);
  assert.equal(lines[199], refused(1, 31, 'invalid nonce'));
  desk.settle();
  assert.equal(one.device.take(), []);
  desk.hub.close();
});

test('valid shares beyond what is kept in mind are refused, and nobody is dropped or banned for them', () => {
  const desk = deskWith();
  const job = chainwebJob({ target: oneIn(1), goal: 'all' });
  desk.start(job);
  const one = sender(desk);
  const all = Array.from({ length: 16_384 + 300 }, (_, id) => submit(one, id, id.toString(16)));
  one.device.type(all.join(''));
  desk.settle();
  const answers = one.device.take();
  assert.equal(answers[16_383], result(16_383, true));
  assert.equal(answers[16_384], refused(16_384, 20, 'too many shares of one job'));
  assert.is(answers.length, all.length);
  assert.is(one.device.closedHow, null);
  assert.equal(desk.hub.banned, []);
  assert.equal(desk.hub.users.verdicts, { accepted: 16_384, 'too-many': 300 });
  // The next job has room again.
  desk.start(chainwebJob({ target: oneIn(1), goal: 'all' }));
  const [[jobId = ''] = []] = paramsOf(one.device.take(), 'mining.notify') as string[][];
  const told = { ...one.told, jobId };
  assert.equal(one.device.says(submit({ ...one, told }, 7, 'ffff')), [result(7, true)]);
  desk.hub.close();
});

test.run();
