import { once } from 'node:events';
import { join } from 'node:path';
import { connect as connectTls, createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Lease } from '../../../ts/cluster/queue.js';
import { joinMaster } from '../../../ts/cluster/tcp/client.js';
import { addKey, revokeKey } from '../../../ts/cluster/tcp/keys.js';
import type { TcpMaster, TcpWorker } from '../../../ts/cluster/tcp/options.js';
import type { PowError } from '../../../ts/errors.js';
import { until } from '../../until.js';
import { authorityOf } from '../authority.js';
import { workAsked } from '../faults/work.js';
import { CAPABILITIES, Opened } from './fixture.js';
import { RawPeer } from './raw-peer.js';
import { fate, NOW, units } from './secure.js';

const OTHER_SECRET = '77'.repeat(32);
const ours = authorityOf('master');

let opened: Opened;
let keysFile: string;
test.before.each(() => {
  opened = new Opened();
  keysFile = join(opened.folder, 'keys');
});
test.after.each(() => opened.close());

const withKeys = () => opened.master({ security: { kind: 'psk', keysFile }, fixedNonces: 64n });

function byKey(master: TcpMaster, identity: string, secret: string): TcpWorker {
  return opened.worker(master, { security: { kind: 'psk', identity, secret } });
}

test('a worker whose key the master has gets units', async () => {
  const { secret } = addKey(keysFile, 'rig', NOW);
  const master = await withKeys();
  await units(opened, master, byKey(master, 'rig', secret));
});

test('a worker with a wrong secret, or of an unknown name, is refused for good', async () => {
  const { secret } = addKey(keysFile, 'rig', NOW);
  const master = await withKeys();
  assert.is(await fate(byKey(master, 'rig', OTHER_SECRET)), 'POW_SOURCE');
  assert.is(await fate(byKey(master, 'nobody', secret)), 'POW_SOURCE');
  assert.is(master.status().workers.length, 0);
});

test('with several masters a worker gives up only when none wants it', async () => {
  const { secret } = addKey(keysFile, 'rig', NOW);
  const master = await withKeys();
  const strange = join(opened.folder, 'strange');
  addKey(strange, 'other', NOW);
  const stranger = await opened.master({ security: { kind: 'psk', keysFile: strange } });
  const seeds = [stranger, master].map(({ port }) => ({ host: '127.0.0.1', port }));
  const security = { kind: 'psk', identity: 'rig', secret } as const;
  const worker = opened.worker(stranger, { seeds, security });
  await until('connected', () => worker.connection() === 'connected');
});

test('a revoked key ends its live connection, its units go to others, and it stays out', async () => {
  const [bad, good] = ['bad', 'good'].map((name) => addKey(keysFile, name, NOW).secret);
  const master = await withKeys();
  const worker = byKey(master, 'bad', bad ?? '');
  const held: Lease[] = [];
  const over = (async () => {
    const signal = new AbortController().signal;
    for await (const lease of worker.leases({ most: () => 3, signal })) held.push(lease);
  })().catch((error: unknown) => (error as PowError).code);
  const { spec, space } = workAsked({ number: 1, units: 10, unitNonces: 64 });
  await master.publish(spec, space);
  await until('leases', () => held.length > 0);
  revokeKey(keysFile, 'bad', NOW);
  assert.is(await over, 'POW_SOURCE');
  assert.ok(held.every(({ signal }) => signal.reason === 'lost'));
  assert.match(opened.notices.join('\n'), /the key was revoked/);
  await units(opened, master, byKey(master, 'good', good ?? ''));
});

test('a key that was added while the master runs is good at once', async () => {
  addKey(keysFile, 'first', NOW);
  const master = await withKeys();
  const { secret } = addKey(keysFile, 'second', NOW);
  for (;;) {
    const worker = byKey(master, 'second', secret);
    await until('an answer', () => worker.connection() !== 'connecting');
    if (worker.connection() === 'connected') break; // else the file was not looked at yet
  }
  assert.is(master.status().workers.length, 1);
});

test('a worker with a key does not take a master that shows a certificate instead', async () => {
  const { key, cert } = ours.master;
  const server = createTlsServer({ key, cert, minVersion: 'TLSv1.3' }, (socket) => {
    socket.on('error', () => {});
    socket.on('data', () => assert.unreachable('it said something'));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as { port: number };
  try {
    const worker = joinMaster({
      seeds: [{ host: '127.0.0.1', port }],
      security: { kind: 'psk', identity: 'rig', secret: OTHER_SECRET },
      capabilities: CAPABILITIES,
    });
    assert.is(await fate(worker), 'POW_SOURCE');
    await worker.close();
  } finally {
    server.close();
  }
});

test('TLS 1.2 and other suites are refused', async () => {
  const { secret } = addKey(keysFile, 'rig', NOW);
  const master = await withKeys();
  const psk = { identity: 'rig', psk: Buffer.from(secret, 'hex') };
  for (const wanted of [
    { maxVersion: 'TLSv1.2', ciphers: 'PSK-AES128-GCM-SHA256' },
    { minVersion: 'TLSv1.3', ciphers: 'TLS_CHACHA20_POLY1305_SHA256' },
  ] as const) {
    const to = { host: '127.0.0.1', port: master.port };
    const socket = connectTls({ ...to, ...wanted, pskCallback: () => psk });
    socket.once('secureConnect', () => assert.unreachable('it was taken'));
    await new RawPeer(socket).closed();
  }
  const peer = await RawPeer.secure(master.port, 'rig', secret);
  await peer.join();
  assert.is((peer.socket as TLSSocket).getCipher().standardName, 'TLS_AES_128_GCM_SHA256');
  peer.socket.destroy();
});

test('a session outlives neither its connection nor the revocation of its key', async () => {
  const { secret } = addKey(keysFile, 'rig', NOW);
  const master = await withKeys();
  const peer = await RawPeer.secure(master.port, 'rig', secret);
  const sessions: Buffer[] = [];
  peer.socket.on('session', (session: Buffer) => sessions.push(session));
  await peer.join();
  revokeKey(keysFile, 'rig', NOW);
  await peer.closed();
  for (const session of [...sessions, (peer.socket as TLSSocket).getSession()]) {
    if (session === undefined) continue;
    const again = connectTls({
      ...{ host: '127.0.0.1', port: master.port, session, minVersion: 'TLSv1.3' },
      ...{ ciphers: 'TLS_AES_128_GCM_SHA256', rejectUnauthorized: false },
    });
    again.once('secureConnect', () => assert.unreachable('it was resumed'));
    await new RawPeer(again).closed();
  }
});

test('two nodes of one key are two workers, and none can take the name of one of another key', async () => {
  const [a, b] = ['a', 'b'].map((name) => addKey(keysFile, name, NOW).secret);
  const master = await withKeys();
  const one = await RawPeer.secure(master.port, 'a', a ?? '');
  await one.join({ id: 'f'.repeat(32) });
  const other = await RawPeer.secure(master.port, 'b', b ?? '');
  await other.join({ id: 'f'.repeat(32) });
  const again = await RawPeer.secure(master.port, 'a', a ?? '');
  await again.join({ id: '0'.repeat(32) });
  assert.is(new Set(master.status().workers.map(({ id }) => id)).size, 3);
  assert.is(one.isClosed, false);
  for (const peer of [one, other, again]) peer.socket.destroy();
});

test.run();
