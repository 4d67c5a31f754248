import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { TCP_LIMITS, type TcpLimits } from '../../../ts/cluster/tcp/limits.js';
import { numberFrame } from '../../../ts/cluster/wire/frame.js';
import { crc32c } from '../../../ts/core/crc32c.js';
import { until } from '../../until.js';
import { workAsked } from '../faults/work.js';
import { Opened, work } from './fixture.js';
import { HELLO, RawPeer } from './raw-peer.js';

/** Nobody is turned away at the door here: that is tested by itself. */
const OPEN_DOOR: Partial<TcpLimits> = {
  ...{ acceptsPerSecond: 1e4, acceptsPerSecondAndAddress: 1e4, connectionsPerAddress: 1e4 },
  halfOpen: 1e4,
};

let opened: Opened;
test.before.each(() => {
  opened = new Opened();
});
test.after.each(() => opened.close());

const master = (limits: Partial<TcpLimits> = {}) =>
  opened.master({ fixedNonces: 64n, limits: { ...OPEN_DOOR, ...limits } });

const strikes = () => opened.events.filter(({ kind }) => kind === 'strike').length;

async function joined(port: number): Promise<RawPeer> {
  const peer = await RawPeer.open(port);
  await peer.join();
  assert.ok(peer.has('hello-reply'));
  return peer;
}

/** The master still serves. */
async function isWell(port: number): Promise<void> {
  const peer = await RawPeer.open(port);
  await peer.join({ id: randomBytes(16).toString('hex') });
  assert.ok(peer.has('hello-reply'));
  peer.socket.destroy();
}

test('a connection that says nothing is closed', async () => {
  const { port } = await master({ helloMs: 300 });
  await (await RawPeer.open(port)).closed();
});

test('a HELLO that comes byte by byte, and never ends, is cut off', async () => {
  const { port } = await master({ helloMs: 500, headerMs: 200 });
  const peer = await RawPeer.open(port);
  const bytes = peer.frame({ kind: 'heartbeat', tick: 1 });
  let at = 0;
  const drip = setInterval(() => {
    if (at < 20) peer.socket.write(bytes.subarray(at, at + 1));
    at += 1;
  }, 50);
  await peer.closed();
  clearInterval(drip);
});

test('whatever is not HELLO is no first message', async () => {
  const { port } = await master();
  const peer = await RawPeer.open(port);
  peer.say({ kind: 'request', credits: 4 });
  await peer.closed();
  assert.match(peer.of('goodbye')[0]?.reason ?? '', /first message/);
});

test('a length of 4 GiB is refused by its header, before anything is kept', async () => {
  const { port } = await master();
  const peer = await RawPeer.open(port);
  const frame = peer.frame({ kind: 'heartbeat', tick: 0 }).slice(0, 24);
  const view = new DataView(frame.buffer);
  view.setUint16(6, 1);
  view.setUint32(8, 0xffff_ffff);
  numberFrame(frame, 0);
  peer.socket.write(frame);
  await peer.closed();
  assert.match(peer.of('goodbye')[0]?.reason ?? '', /length/);
});

test('a HELLO above 4 KiB is refused', async () => {
  const { port } = await master();
  const peer = await RawPeer.open(port);
  const frame = new Uint8Array(24 + 4_097);
  frame.set(peer.frame({ kind: 'heartbeat', tick: 0 }).subarray(0, 24));
  const view = new DataView(frame.buffer);
  view.setUint16(6, 1);
  view.setUint32(8, 4_097);
  view.setUint32(20, crc32c(frame.subarray(24)));
  numberFrame(frame, 0);
  peer.socket.write(frame);
  await peer.closed();
  assert.is(peer.has('hello-reply'), false);
});

test('a spoilt checksum ends the connection, and is a strike', async () => {
  const { port } = await master();
  const peer = await joined(port);
  const frame = peer.frame({ kind: 'heartbeat', tick: 7 });
  frame[frame.length - 1] = (frame[frame.length - 1] ?? 0) ^ 1;
  peer.socket.write(frame);
  await peer.closed();
  await until('a strike', () => strikes() === 1);
});

test('a frame that is sent twice ends the connection', async () => {
  const { port } = await master();
  const peer = await joined(port);
  const frame = peer.frame({ kind: 'heartbeat', tick: 7 });
  peer.socket.write(frame);
  peer.socket.write(frame);
  await peer.closed();
  assert.match(peer.of('goodbye')[0]?.reason ?? '', /seq/);
});

test('what only a master says is refused from a worker', async () => {
  const { port } = await master();
  const peer = await joined(port);
  peer.say({ kind: 'cancel', work: '0'.repeat(32), reason: 'stale' });
  await peer.closed();
});

test('random bytes of many connections harm nobody', async () => {
  const { port } = await master();
  const peers = await Promise.all(Array.from({ length: 100 }, () => RawPeer.open(port)));
  for (const peer of peers) peer.socket.write(randomBytes(1_000));
  for (const peer of peers) await peer.closed();
  await isWell(port);
});

test('a payload that comes too slowly is cut off', async () => {
  const { port } = await master({ payloadMs: 300 });
  const peer = await joined(port);
  const frame = peer.frame({ kind: 'goodbye', reason: 'x'.repeat(200) });
  peer.socket.write(frame.subarray(0, 100));
  await peer.closed();
});

test('one who floods is told when to go on, is not read meanwhile, and is cut off in the end', async () => {
  const { port } = await master({ floodMs: 200 });
  const peer = await joined(port);
  let said = 0;
  const flooding = setInterval(() => {
    for (let i = 0; i < 500 && !peer.isClosed; i += 1) {
      peer.say({ kind: 'heartbeat', tick: said });
      said += 1;
    }
  }, 10);
  await peer.closed();
  clearInterval(flooding);
  const told = peer.of('error');
  assert.ok(told.length >= 1 && told.every(({ retryAfterMs }) => retryAfterMs > 0));
  assert.match(peer.of('goodbye')[0]?.reason ?? '', /too many messages/);
  await until('a strike', () => strikes() === 1);
  await isWell(port);
});

test('three strikes ban a node, and it is told for how long', async () => {
  const { port } = await master();
  for (let i = 0; i < 3; i += 1) {
    const peer = await joined(port);
    peer.say(HELLO);
    await peer.closed();
    await until('a strike', () => strikes() === i + 1);
  }
  const banned = opened.events.find(({ kind }) => kind === 'banned');
  assert.is(banned?.kind === 'banned' && banned.forMs, 60_000);
  const peer = await RawPeer.open(port);
  await peer.join();
  await peer.closed();
  const [refusal] = peer.of('error');
  assert.ok((refusal?.retryAfterMs ?? 0) > 50_000);
  await isWell(port);
});

test('results that come too fast are all stored in the end', async () => {
  const { port } = await master({ floodMs: 300, floods: 100 });
  const peer = await joined(port);
  const result = {
    ...{ work: 'a'.repeat(32), index: 0, fence: 1, outcome: 'partial' as const },
    ...{ scannedTo: 0n, shares: [], hashes: 0 },
  };
  for (let serial = 0; serial < 600; serial += 1) peer.say({ kind: 'result', serial, result });
  await until('stored', () => peer.isClosed || peer.of('stored').length === 600);
  assert.ok(peer.has('error'), 'it was told to go slower');
  assert.equal(
    peer.of('stored').map(({ serial }) => serial),
    Array.from({ length: 600 }, (_, i) => i),
  );
});

test('one that reads nothing is cut off, and holds no more memory than its bound', async () => {
  const opening = await master({ undrainedMs: 500, pauseAtBytes: 1 << 16, closeAtBytes: 1 << 19 });
  const peer = await RawPeer.open(opening.port, { reads: false });
  peer.say(HELLO);
  peer.say({ kind: 'request', credits: 64 });
  const { spec, space } = workAsked({ number: 1, units: 1_000, unitNonces: 64 });
  const { Work } = await import('../../../ts/index.js');
  const { algorithm, hashOrder } = spec.work;
  await until('inside', () => opening.status().workers.length === 1);
  for (let i = 0; i < 200 && opening.status().workers.length > 0; i += 1) {
    const message = randomBytes(200_000);
    const large = new Work({
      algorithm,
      hashOrder,
      message,
      nonce: { offset: 0, encoding: 'u64le' },
    });
    const id = i.toString(16).padStart(32, '0');
    await opening.publish({ ...spec, id, work: large }, { ...space, first: 0n });
  }
  await until('cut off', () => opening.status().workers.length === 0);
  peer.socket.destroy();
});

test('a second connection of the same node takes the place of the first', async () => {
  const { port } = await master();
  const first = await joined(port);
  const second = await joined(port);
  await first.closed();
  second.say({ kind: 'heartbeat', tick: 3 });
  await until('an answer', () => second.has('heartbeat'));
  second.socket.destroy();
});

test('a connection of which nothing is heard is dead after a while', async () => {
  const opening = await master({ deadMs: 500, suspectMs: 200 });
  const peer = await joined(opening.port);
  await peer.closed();
  await until('gone', () => opening.status().workers.length === 0);
});

test('while many misbehave in every way, an honest worker gets through its work', async () => {
  const opening = await master({ peers: TCP_LIMITS.peers });
  const { port } = opening;
  const stop = new AbortController();
  const { spec, space } = workAsked({ number: 13, units: 100, unitNonces: 64 });
  const attacks = Array.from({ length: 20 }, () => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.on('error', () => {});
    const noise = setInterval(() => socket.write(randomBytes(512)), 5);
    socket.on('close', () => clearInterval(noise));
    return socket;
  });
  const flooders = await Promise.all(
    Array.from({ length: 5 }, async () => {
      const peer = await RawPeer.open(port);
      await peer.join({ id: randomBytes(16).toString('hex') });
      const flooding = setInterval(() => {
        for (let i = 0; i < 100 && !peer.isClosed; i += 1) peer.say({ kind: 'status-request' });
      }, 5);
      peer.socket.on('close', () => clearInterval(flooding));
      return peer;
    }),
  );
  const working = work(opened.worker(opening), stop.signal);
  await opening.publish(spec, space);
  await until('exhausted', () => opened.events.some(({ kind }) => kind === 'exhausted'));
  assert.is(opened.accepted.length, 100);
  stop.abort();
  await working;
  for (const socket of attacks) socket.destroy();
  for (const peer of flooders) peer.socket.destroy();
});

test.run();
