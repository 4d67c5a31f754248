/** Masters and workers in processes of their own, and real kills. */

import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../../until.js';
import { Cluster } from '../faults/adapters.js';
import { HELLO, RawPeer } from './raw-peer.js';

const UNIT_NONCES = 1 << 18;
const FIXED = { fixedNonces: BigInt(UNIT_NONCES), proofOfScanning: false };

let cluster: Cluster;
test.before.each(async () => {
  cluster = await Cluster.open('tcp');
});
test.after.each(() => cluster.close());

test('a worker and then the master are killed, and of 2,000 units none is lost or counted twice', async () => {
  const asked = { number: 1, units: 2_000, unitNonces: UNIT_NONCES, proof: false };
  let master = await cluster.startMaster(FIXED);
  const [victim] = await Promise.all([cluster.startWorker(), cluster.startWorker()]);
  await master.ask('publish', asked);
  await until('a quarter is done', () => cluster.history.accepted.size >= 500);
  await victim.kill();
  await until('half is done', () => cluster.history.accepted.size >= 1_000);
  await master.kill();
  assert.ok(cluster.history.accepted.size < 2_000, 'it was killed in the middle');
  master = await cluster.startMaster(FIXED);
  await master.ask('publish', asked);
  await until('the work is exhausted', () => cluster.history.isExhausted);
  const { works } = await master.ask<{ works: readonly { completed: number }[] }>('status');
  assert.equal(
    works.map(({ completed }) => completed),
    [2_000],
  );
  const twice = [...cluster.history.accepted].filter(([, lines]) => lines.length > 1);
  assert.equal(twice, []);
});

test('floods, random bytes and slow bytes cost the master 64 MiB at most, and honest workers go on', async () => {
  const master = await cluster.startMaster(FIXED);
  const { seeds, security } = cluster.addressOf('flooder') as {
    readonly seeds: readonly { readonly port: number }[];
    readonly security: { readonly secret: string };
  };
  const port = seeds[0]?.port ?? 0;
  await cluster.startWorker();
  const asked = { number: 13, units: 1_000_000, unitNonces: UNIT_NONCES, proof: false };
  await master.ask('publish', asked);
  await until('units are done', () => cluster.history.accepted.size > 100);
  const before = (await master.ask<NodeJS.MemoryUsage>('memory')).rss;
  const timers: NodeJS.Timeout[] = [];
  const sockets = new Set<Socket>();
  const noise = setInterval(() => {
    if (sockets.size >= 64) return;
    const socket = connect({ host: '127.0.0.1', port });
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    const isSlow = sockets.size % 2 === 0;
    const timer = setInterval(() => socket.write(randomBytes(isSlow ? 1 : 4_096)), 50);
    timers.push(timer);
    socket.on('close', () => clearInterval(timer));
  }, 20);
  timers.push(noise);
  const peer = await RawPeer.secure(port, 'flooder', security.secret).catch(() => null);
  if (peer !== null) {
    peer.say(HELLO);
    const flood = setInterval(() => {
      for (let i = 0; i < 1_000 && !peer.isClosed; i += 1) peer.say({ kind: 'status-request' });
    }, 10);
    timers.push(flood);
    await peer.closed();
  }
  const done = cluster.history.accepted.size;
  await until('a thousand more units', () => cluster.history.accepted.size > done + 1_000);
  const grown = (await master.ask<NodeJS.MemoryUsage>('memory')).rss - before;
  for (const timer of timers) clearInterval(timer);
  for (const socket of sockets) socket.destroy();
  assert.ok(grown <= 64 << 20, `${grown} bytes more than before`);
});

test.run();
