import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect as connectTls, createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { clientTls, serverTls } from '../../../ts/cluster/tcp/tls.js';

const SECRET = '11'.repeat(32);

/** Whom the master takes the other end for, with a key that is looked up again after the handshake. */
async function principalWith(lookUps: (string | null)[]): Promise<string | null> {
  const tls = serverTls({ kind: 'psk', keysFile: '' }, () => {
    const secret = lookUps.length > 1 ? lookUps.shift() : lookUps[0];
    return secret == null ? null : Buffer.from(secret, 'hex');
  });
  assert.ok(tls.options);
  const server = createTlsServer(tls.options);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const coming = once(server, 'secureConnection');
  const client = connectTls({
    ...{ host: '127.0.0.1', port },
    ...clientTls({ kind: 'psk', identity: 'worker', secret: SECRET }),
  });
  const [socket] = (await coming) as [TLSSocket];
  const principal = tls.principalOf(socket);
  client.destroy();
  socket.destroy();
  server.close();
  return principal?.name ?? null;
}

test('whoever knows a key is who it is of', async () => {
  assert.is(await principalWith([SECRET]), 'worker');
});

test('a key that was revoked while its handshake was under way lets nobody in', async () => {
  assert.is(await principalWith([SECRET, null]), null);
});

test('nor does one that was replaced meanwhile', async () => {
  assert.is(await principalWith([SECRET, '22'.repeat(32)]), null);
});

test.run();
