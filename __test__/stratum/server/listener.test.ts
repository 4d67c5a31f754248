/** Sockets that the hub does not know of, or hears nothing of. */

import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { StratumServer } from '../../../ts/stratum/index.js';
import { selfSigned } from '../../chainweb/certificate.js';
import { RawDevice } from '../raw-device.js';

const HOST = '127.0.0.1';
const SOCKETS = '/proc/net/tcp';

test('closing waits for nobody who has not agreed on TLS', async () => {
  const tls = selfSigned();
  const server = await StratumServer.open({
    ports: [{ port: 0, host: HOST, tls }],
    limits: { handshakeMs: 3_600_000 },
  });
  const [port = 0] = server.ports;
  const mute = connect(port, HOST);
  await once(mute, 'connect');
  // Connections are taken in order: once this one is in, so is the mute one.
  const miner = RawDevice.tls(port, tls.cert);
  miner.call('mining.ping', [], 1);
  assert.is((await miner.answer(1))['result'], 'pong');
  await Promise.all([server.close(), once(mute, 'close'), miner.closed()]);
});

const onLinux = existsSync(SOCKETS) ? test : test.skip;

onLinux('a device that is gone without a word is found out by the system', async () => {
  const server = await StratumServer.open({ ports: [{ port: 0, host: HOST }] });
  const [port = 0] = server.ports;
  const miner = RawDevice.tcp(port);
  miner.call('mining.ping', [], 1);
  await miner.answer(1);
  const [here, there] = [port, miner.socket.localPort ?? 0].map((each) =>
    `:${each.toString(16).padStart(4, '0')}`.toUpperCase(),
  );
  const rows = readFileSync(SOCKETS, 'utf8').split('\n');
  const [, local, remote, , , timer] =
    rows
      .map((row) => row.trim().split(/\s+/))
      .find(([, ours, theirs]) => ours?.endsWith(here ?? '') && theirs?.endsWith(there ?? '')) ??
    [];
  assert.ok(local !== undefined && remote !== undefined);
  assert.match(timer ?? '', /^02:/, 'a keep-alive is due');
  await server.close();
});

test.run();
