import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { TCP_LIMITS, type TcpLimits } from '../../../ts/cluster/tcp/limits.js';
import { Link, type LinkFault } from '../../../ts/cluster/tcp/link.js';
import type { Message } from '../../../ts/cluster/wire/messages.js';
import { type Clock, monotonicClock } from '../../../ts/miner/clock.js';
import { until } from '../../until.js';

const sockets: Socket[] = [];
test.after.each(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** Both ends of a connection. */
async function pair(): Promise<[Socket, Socket]> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const near = connect((server.address() as { port: number }).port, '127.0.0.1');
  const [far] = (await once(server, 'connection')) as [Socket];
  server.close();
  sockets.push(near, far);
  near.on('error', () => {});
  far.on('error', () => {});
  return [near, far];
}

interface Ended {
  readonly reason: string;
  readonly fault: LinkFault;
}

function linkOf(
  socket: Socket,
  from: 'worker' | 'master',
  how: { limits?: Partial<TcpLimits>; clock?: Clock; isBounded?: boolean } = {},
) {
  const heard: Message[] = [];
  const ends: Ended[] = [];
  const link = new Link({
    ...{ socket, from, clock: how.clock ?? monotonicClock, isBounded: how.isBounded ?? false },
    limits: { ...TCP_LIMITS, ...how.limits },
    onMessage: (message) => heard.push(message),
    onEnd: (reason, fault) => ends.push({ reason, fault }),
  });
  return { link, heard, ends };
}

const chunk = (index: number, bytes = 1 << 20): Message => ({
  kind: 'dataset-chunk',
  root: 'a'.repeat(64),
  index,
  bytes: new Uint8Array(bytes).fill(index),
});
const beat: Message = { kind: 'heartbeat', tick: 1 };

test('frames of 1 MiB arrive whole', async () => {
  const [near, far] = await pair();
  const { link } = linkOf(near, 'master');
  const { heard } = linkOf(far, 'worker');
  for (let i = 0; i < 5; i += 1) link.send(chunk(i));
  await until('all', () => heard.length === 5);
  assert.equal(
    heard,
    [0, 1, 2, 3, 4].map((i) => chunk(i)),
  );
});

test('frames arrive however their bytes are cut', async () => {
  const [near, far] = await pair();
  const raw: Buffer[] = [];
  far.on('data', (bytes: Buffer) => raw.push(bytes));
  const { link } = linkOf(near, 'master');
  link.send(chunk(3, 200_000));
  link.send(beat);
  await until('written', () => Buffer.concat(raw).length > 200_000 + 48);
  const bytes = Buffer.concat(raw);
  const [sender, receiver] = await pair();
  const { heard } = linkOf(receiver, 'worker');
  for (let at = 0; at < bytes.length; ) {
    const size = 1 + ((at * 7) % 9_000);
    sender.write(bytes.subarray(at, at + size));
    at += size;
    await new Promise((resolve) => setImmediate(resolve));
  }
  await until('both', () => heard.length === 2);
  assert.equal(heard, [chunk(3, 200_000), beat]);
});

test('a peer that takes nothing is cut off when too much is queued for it', async () => {
  const [near, far] = await pair();
  far.pause();
  const { link, ends } = linkOf(near, 'master');
  for (let i = 0; i < 40 && !link.isOver; i += 1) link.send(chunk(i));
  assert.is(ends[0]?.fault, 'unread');
});

test('a peer that takes nothing for five seconds is cut off, one that takes a little is not', async () => {
  let nowMs = 0;
  const clock: Clock = { ...monotonicClock, now: () => nowMs };
  const [near, far] = await pair();
  far.pause();
  const { link, ends } = linkOf(near, 'master', { clock });
  for (let i = 0; i < 7; i += 1) link.send(chunk(i));
  await until('the kernel is full', () => link.unsentBytes < 7 << 20);
  await new Promise((resolve) => setTimeout(resolve, 100));
  nowMs = 4_000;
  link.sweep(nowMs);
  assert.is(ends.length, 0);
  const before = link.unsentBytes;
  far.resume();
  await until('some was taken', () => link.unsentBytes < before);
  far.pause();
  nowMs = 6_000;
  link.sweep(nowMs);
  assert.is(ends.length, 0, 'something was taken since');
  nowMs = 20_000;
  if (link.unsentBytes > 0) {
    link.sweep(nowMs);
    assert.is(ends[0]?.fault, 'unread');
  }
});

test('what waits for room waits until there is some, and a lost connection tells it', async () => {
  const [near, far] = await pair();
  far.pause();
  const { link } = linkOf(near, 'master');
  const fates: string[] = [];
  for (let i = 0; i < 20; i += 1) {
    link.sendPatiently(chunk(i)).then(
      () => fates.push('sent'),
      () => fates.push('lost'),
    );
  }
  await until('the first', () => fates.includes('sent'));
  assert.ok(link.unsentBytes <= 2 << 20, `${link.unsentBytes} bytes are queued`);
  far.destroy();
  await until('all know', () => fates.length === 20);
  assert.ok(fates.includes('lost'));
});

test('a peer for which too much is queued is not read until it has taken some', async () => {
  const [near, far] = await pair();
  far.pause();
  const { link, heard } = linkOf(near, 'master', { limits: { pauseAtBytes: 1 << 18 } });
  for (let i = 0; i < 6; i += 1) link.send(chunk(i));
  const other = linkOf(far, 'worker');
  far.pause();
  other.link.send(beat);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.is(heard.length, 0);
  far.resume();
  await until('read again', () => heard.length === 1);
  await until('all', () => other.heard.length === 6);
});

test('a peer that takes large pieces slowly is heard all the while', async () => {
  const [near, far] = await pair();
  far.pause();
  const { link, heard } = linkOf(near, 'master');
  // More than any kernel takes: what is left of them waits for the peer.
  for (let i = 0; i < 20; i += 1) link.sendPatiently(chunk(i)).catch(() => {});
  const other = linkOf(far, 'worker');
  far.pause();
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.ok(link.unsentBytes > 1 << 19);
  other.link.send(beat);
  await until('heard', () => heard.length === 1);
});

test('last words are sent, and then the connection ends', async () => {
  const [near, far] = await pair();
  const { link, ends } = linkOf(near, 'master');
  const { heard } = linkOf(far, 'worker');
  link.send(chunk(1));
  link.finish('enough');
  link.send(beat); // too late
  await until('the end', () => ends.length === 1);
  assert.equal(
    heard.map(({ kind }) => kind),
    ['dataset-chunk', 'goodbye'],
  );
  assert.is(ends[0]?.reason, 'enough');
});

test('last words that nobody takes do not keep a connection', async () => {
  const [near, far] = await pair();
  far.pause();
  const { link, ends } = linkOf(near, 'master', { limits: { lingerMs: 200 } });
  for (let i = 0; i < 7; i += 1) link.send(chunk(i));
  link.finish('enough');
  await until('the end', () => ends.length === 1);
});

test('a message that cannot be written ends the connection, and nothing is thrown', async () => {
  const [near] = await pair();
  const { link, ends } = linkOf(near, 'master');
  link.send({ kind: 'heartbeat', tick: -1 });
  assert.match(ends[0]?.reason ?? '', /cannot be written/);
});

test.run();
