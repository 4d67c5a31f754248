/** A node, a server for devices and a device: three processes, blocks from end to end. */

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { KEY, killPrograms, start, startNode } from './programs.js';

test.after.each(killPrograms);

test('a device mines blocks of a node through stratum serve', async () => {
  const node = await startNode('--port', '0', '--difficulty', '3000');
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
  const { blocks } = JSON.parse(server.stdout) as { blocks: Record<string, number> };
  assert.ok((blocks['accepted'] ?? 0) >= 10, server.stdout);
  assert.is(blocks['rejected'], 0);
  device.kill('SIGINT');
  assert.is(await device.ended, 130);
  assert.match(device.stdout, /^pool +[1-9]/m);
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
