/** Real sockets, TCP and TLS. */

import { createServer } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PowError } from '../../../ts/index.js';
import type { Found } from '../../../ts/miner/ports.js';
import { StratumServer, type StratumServerOptions } from '../../../ts/stratum/index.js';
import { selfSigned } from '../../chainweb/certificate.js';
import { rejection } from '../../fixtures.js';
import { until } from '../../until.js';
import { chainwebJob, chainwebShare, oneIn } from '../jobs.js';
import { RawDevice } from '../raw-device.js';

const HOST = '127.0.0.1';
const opened: { close(): unknown }[] = [];

async function serve(options: StratumServerOptions = {}) {
  const ports = options.ports ?? [{ port: 0, host: HOST }];
  const server = await StratumServer.open({ ...options, ports });
  opened.push(server);
  return server;
}

function device(port: number, ca?: string): RawDevice {
  const made = ca === undefined ? RawDevice.tcp(port) : RawDevice.tls(port, ca);
  opened.push({ close: () => made.socket.destroy() });
  return made;
}

/** Dials until it is let in: the server may not have noticed yet that another is gone. */
async function subscribed(port: number, ca: string): Promise<RawDevice> {
  let miner = device(port, ca);
  await until('a device is let in', async () => {
    if (miner.isClosed) miner = device(port, ca);
    miner.call('mining.ping', [], 1);
    const answer = await Promise.race([miner.answer(1).catch(() => null), miner.closed()]);
    return answer !== null && answer !== undefined;
  });
  return miner;
}

test.after.each(async () => {
  for (const each of opened.splice(0).reverse()) await each.close();
});

const easy = oneIn(64);

for (const secure of [false, true]) {
  test(`a device mines a block over ${secure ? 'TLS' : 'TCP'}`, async () => {
    const tls = secure ? selfSigned() : undefined;
    const server = await serve({ difficulty: 'block', ports: [{ port: 0, host: HOST, tls }] });
    const found: Found[] = [];
    server.start(chainwebJob({ target: easy }), { found: (one) => found.push(one), solved() {} });
    const miner = device(server.ports[0] ?? 0, tls?.cert);
    miner.call('mining.subscribe', ['x'], 1);
    const answer = await miner.answer(1);
    const [, nonce1] = answer['result'] as string[];
    const [jobId = '', header = ''] = (await miner.notify()) as string[];
    const told = { jobId, header: Buffer.from(header, 'hex'), nonce1: nonce1 ?? '' };
    miner.call('mining.submit', ['u', jobId, chainwebShare(told, easy.toBigInt())], 2);
    assert.is((await miner.answer(2))['result'], true);
    assert.is(found.length, 1);
    assert.is(server.stats().connections, 1);
  });
}

test('a message in pieces is heard', async () => {
  const server = await serve();
  const miner = device(server.ports[0] ?? 0);
  for (const part of ['{"id":7,"met', 'hod":"mining.p', 'ing"}']) {
    miner.write(part);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.is((await miner.answer(7))['result'], 'pong');
});

test('each port has its own start', async () => {
  const ports = [16, 40].map((startBits) => ({ port: 0, host: HOST, startBits }));
  const server = await serve({ ports });
  server.start(chainwebJob({ target: oneIn(2 ** 60) }), { found() {}, solved() {} });
  const targets = await Promise.all(
    server.ports.map(async (port) => {
      const miner = device(port);
      miner.call('mining.subscribe', []);
      const line = await miner.until(({ method }) => method === 'mining.set_target');
      return (line['params'] as string[])[0];
    }),
  );
  assert.equal(targets, [oneIn(2 ** 16).toHex(), oneIn(2 ** 40).toHex()]);
});

test('a port that is taken is an error that says so, and nothing is left open', async () => {
  const other = createServer().listen(0, HOST);
  await new Promise((resolve) => other.once('listening', resolve));
  opened.push(other);
  const { port } = other.address() as { port: number };
  const ports = [
    { port: 0, host: HOST },
    { port, host: HOST },
  ];
  const error = await rejection(StratumServer.open({ ports }));
  assert.instance(error, PowError);
  assert.is((error as PowError).code, 'POW_WORKER');
  assert.match((error as PowError).message, `cannot listen on 127.0.0.1:${port}`);
});

test('a half-closed socket is let go', async () => {
  const server = await serve();
  const miner = device(server.ports[0] ?? 0);
  miner.call('mining.ping', [], 1);
  await miner.answer(1);
  miner.socket.end();
  await miner.closed();
  await until('it is let go', () => server.stats().connections === 0);
});

test('a device that is dropped and does not hang up is cut off', async () => {
  const server = await serve();
  const miner = device(server.ports[0] ?? 0);
  miner.socket.allowHalfOpen = true;
  miner.write('x\n');
  await new Promise((resolve) => miner.socket.once('end', resolve));
  assert.is(miner.lines.length, 1);
  assert.is(miner.isClosed, false);
  await server.close(); // resolves when every socket is gone
});

test('one address holds no more places with TLS handshakes that never end than it may', async () => {
  const tls = selfSigned();
  const limits = { connectionsPerAddress: 2 };
  const server = await serve({ limits, ports: [{ port: 0, host: HOST, tls }] });
  const mute: RawDevice[] = [];
  for (let i = 0; i < 3; i++) {
    const one = device(server.ports[0] ?? 0);
    mute.push(one);
    await new Promise((resolve) => one.socket.once('connect', resolve));
  }
  await mute[2]?.closed();
  assert.equal(
    mute.map(({ isClosed }) => isClosed),
    [false, false, true],
  );
  // A place that was given back can be had.
  mute[0]?.socket.destroy();
  const miner = await subscribed(server.ports[0] ?? 0, tls.cert);
  assert.is(miner.isClosed, false);
});

test('a TLS handshake that does not end in time is cut off', async () => {
  const tls = selfSigned();
  const limits = { handshakeMs: 50 };
  const server = await serve({ limits, ports: [{ port: 0, host: HOST, tls }] });
  await device(server.ports[0] ?? 0).closed();
});

test('closing the server ends every connection', async () => {
  const server = await serve();
  const miners = [1, 2, 3].map(() => device(server.ports[0] ?? 0));
  for (const miner of miners) {
    miner.call('mining.ping', [], 1);
    await miner.answer(1);
  }
  await server.close();
  for (const miner of miners) await miner.closed();
});

test.run();
