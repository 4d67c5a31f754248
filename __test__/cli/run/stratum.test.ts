/** A node, a server for devices and a device: three processes, blocks from end to end. */

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  StratumServer,
  type StratumServerStats,
  type UserStats,
} from '../../../ts/stratum/index.js';
import { bitcoinJob, oneIn } from '../../stratum/jobs.js';
import { KEY, killPrograms, start, startNode } from './programs.js';

test.after.each(killPrograms);

test('a device mines blocks of a node through stratum serve', async () => {
  const node = await startNode('--port', '0', '--difficulty', '3e6');
  const server = start([
    ...['stratum', 'serve', '--source', `chainweb+${node.url}`, '--public-key', KEY],
    ...['--stratum-port', '0', '--stratum-interface', '127.0.0.1', '--blocks', '10', '--json'],
  ]);
  const [, port = ''] = await server.until('stderr', /stratum\+tcp:\/\/127\.0\.0\.1:(\d+)/);
  const device = start([
    ...['run', '--source', `stratum+tcp://127.0.0.1:${port}?dialect=chainweb`, '--user', 'a.b'],
    ...['--worker', 'cpu', '--threads', '1'],
  ]);
  assert.is(await server.ended, 0, server.stderr);
  const { blocks, devices } = JSON.parse(server.stdout) as {
    blocks: Record<string, number>;
    devices: StratumServerStats;
  };
  assert.ok((blocks['accepted'] ?? 0) >= 10, server.stdout);
  assert.is(blocks['rejected'], 0);
  assert.is(devices.connections, 1);
  const [{ user, accepted, rate }] = devices.users as [UserStats];
  assert.is(user, 'a.b');
  assert.ok(accepted >= 10 && accepted === devices.shares['accepted'], server.stdout);
  assert.ok(0 < rate.low && rate.low < rate.hashesPerSecond && rate.hashesPerSecond < rate.high);
  device.kill('SIGINT');
  assert.is(await device.ended, 130);
  assert.match(device.stdout, /^pool +[1-9]/m);
});

test('Bitcoin devices mine for a pool through stratum serve', async () => {
  const host = '127.0.0.1';
  const ports = [{ port: 0, host }];
  const pool = await StratumServer.open({ dialect: 'bitcoin', ports, difficulty: 14 });
  try {
    // Every other hash is a block of so easy a network.
    const job = bitcoinJob({ target: oneIn(2 ** 60), template: { nBits: 0x207f_ffff } });
    pool.start(job, { found() {}, solved() {} });
    const server = start([
      ...['stratum', 'serve', '--source', `stratum+tcp://${host}:${pool.ports[0]}`],
      ...['--user', 'account', '--stratum-dialect', 'bitcoin', '--stratum-difficulty', '12'],
      ...['--stratum-port', '0', '--stratum-interface', host, '--blocks', '5', '--json'],
    ]);
    const [, port = ''] = await server.until('stderr', /stratum\+tcp:\/\/127\.0\.0\.1:(\d+)/);
    const device = start([
      ...['run', '--source', `stratum+tcp://${host}:${port}`, '--user', 'a.b'],
      ...['--worker', 'cpu', '--threads', '1', '--priority', 'normal'],
    ]);
    assert.is(await server.ended, 0, server.stderr);
    const { blocks, devices } = JSON.parse(server.stdout) as {
      blocks: Record<string, number>;
      devices: StratumServerStats;
    };
    assert.ok((blocks['accepted'] ?? 0) >= 5, server.stdout);
    assert.is(blocks['rejected'], 0, server.stdout);
    assert.equal(
      devices.users.map(({ user }) => user),
      ['a.b'],
    );
    const { users, shares } = pool.stats();
    assert.equal(
      users.map(({ user }) => user),
      ['account'],
    );
    assert.equal(Object.keys(shares), ['accepted']);
    device.kill('SIGINT');
    assert.is(await device.ended, 130);
  } finally {
    await pool.close();
  }
});

test('stratum serve tells people of its devices and of each user in the end', async () => {
  const node = await startNode('--port', '0', '--difficulty', '3e6');
  const server = start([
    ...['stratum', 'serve', '--source', `chainweb+${node.url}`, '--public-key', KEY],
    ...['--stratum-port', '0', '--stratum-interface', '127.0.0.1', '--blocks', '3'],
  ]);
  const [, port = ''] = await server.until('stderr', /stratum\+tcp:\/\/127\.0\.0\.1:(\d+)/);
  start([
    ...['run', '--source', `stratum+tcp://127.0.0.1:${port}?dialect=chainweb`],
    ...['--user', 'anna.rig1', '--worker', 'cpu', '--threads', '1'],
  ]);
  assert.is(await server.ended, 0, server.stderr);
  assert.match(server.stdout, /^devices +1 connected, .+ of late \(.+ to .+\)$/m);
  assert.match(server.stdout, /^shares +[1-9]\d* accepted/m);
  assert.match(server.stdout, /^anna\.rig1 +[1-9]\d* +\d+ +.+H\/s +.+H\/s to .+H\/s$/m);
});

test('a start of its own for a port is bad usage unless shares are moved by themselves', async () => {
  const wrong = start([
    ...['run', '--source', 'stratum+tcp://127.0.0.1:1', '--user', 'u', '--worker', 'stratum'],
    ...['--stratum-port', '0', '--stratum-listen', '0=40', '--stratum-difficulty', '46'],
  ]);
  assert.is(await wrong.ended, 2, wrong.stderr);
  assert.match(wrong.stderr, '--stratum-listen');
  assert.match(wrong.stderr, "without =BITS unless difficulty is 'auto'");
});

test('without a user a pool is bad usage, and so is a pool that is none', async () => {
  const pool = ['run', '--source', 'stratum+tcp://127.0.0.1:1', '--worker', 'cpu'];
  const anonymous = start(pool);
  assert.is(await anonymous.ended, 2);
  assert.match(anonymous.stderr, '--user');
  const nowhere = start([...pool.with(2, 'stratum+http://x'), '--user', 'u']);
  assert.is(await nowhere.ended, 2);
  assert.match(nowhere.stderr, 'stratum+tcp://HOST:PORT');
});

test.run();
