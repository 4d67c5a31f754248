import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checkNode } from '../../../ts/cluster/nats/checked-options.js';
import { openNatsMaster } from '../../../ts/cluster/nats/master.js';
import type { NatsNode } from '../../../ts/cluster/nats/options.js';
import { checkServer } from '../../../ts/cluster/nats/version.js';

const servers = ['nats://127.0.0.1:4222'];

function argumentOf(options: NatsNode): string | null {
  try {
    checkNode(options);
    return null;
  } catch (error) {
    return (error as { argument?: string }).argument ?? 'another error';
  }
}

test('options that cannot work are refused by name', () => {
  assert.is(argumentOf({ servers }), null);
  assert.is(argumentOf({ servers: [] }), 'servers');
  assert.is(argumentOf({ servers: ['127.0.0.1:4222'] }), 'servers');
  assert.is(argumentOf({ servers: ['nats://user:secret@127.0.0.1'] }), 'servers');
  assert.is(argumentOf({ servers, cluster: 'a.b' }), 'cluster');
  assert.is(argumentOf({ servers, id: 'me' }), 'id');
  assert.is(argumentOf({ servers, seed: 'SUABC' }), 'seed');
  assert.is(argumentOf({ servers, tls: { cert: 'x' } }), 'tls');
  assert.is(argumentOf({ servers, limits: { leaseMs: 0 } }), 'limits.leaseMs');
});

test('nothing goes in the clear to a server that is elsewhere', () => {
  assert.is(argumentOf({ servers: ['nats://203.0.113.7:4222'] }), 'tls');
  assert.is(argumentOf({ servers: ['tls://203.0.113.7:4222'] }), null);
  assert.is(argumentOf({ servers: ['nats://203.0.113.7:4222'], tls: {} }), null);
});

test('servers that are too old, or have no JetStream, are refused', () => {
  const whole = { jetstream: true, headers: true };
  const isTaken = (version: string) => {
    try {
      checkServer({ ...whole, version });
      return true;
    } catch (error) {
      assert.match(String(error), /too old, 2\.12\.3 is needed/);
      return false;
    }
  };
  assert.equal(['2.12.3', '2.12.10', '2.15.2', '3.0.0'].map(isTaken), [true, true, true, true]);
  assert.equal(['2.9.10', '2.12.2', '2.12.3-RC.1', 'new'].map(isTaken), [
    false,
    false,
    false,
    false,
  ]);
  assert.throws(() => checkServer({ ...whole, version: '2.15.2', jetstream: false }), /JetStream/);
});

test('an old server is refused on the wire', async () => {
  const info = { server_id: 'x', version: '2.9.10', max_payload: 1_048_576, proto: 1 };
  const server = createServer((socket) => {
    const more = { jetstream: true, headers: true, host: '127.0.0.1', port: 0, client_id: 1 };
    socket.write(`INFO ${JSON.stringify({ ...info, ...more })}\r\n`);
    socket.on('data', (data) => {
      if (data.includes('PING')) socket.write('PONG\r\n');
    });
    socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const opening = openNatsMaster({ servers: [`nats://127.0.0.1:${port}`] });
  const error = await opening.then(
    () => null,
    (why: unknown) => why,
  );
  assert.is((error as { code?: string }).code, 'POW_WORKER');
  assert.match(String(error), /2\.9\.10 is too old/);
  server.close();
});

test.run();
