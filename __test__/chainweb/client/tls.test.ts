import { createServer } from 'node:http';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ChainwebClient } from '../../../ts/chainweb/client.js';
import type { NodeFailure } from '../../../ts/miner/node-failure.js';
import { rejection } from '../../fixtures.js';
import { selfSigned } from '../certificate.js';
import { info, withRawNode } from '../raw-node.js';

const miner = { account: 'k:00', predicate: 'keys-all', publicKeys: ['00'] };
const never = new AbortController().signal;
const tls = selfSigned();
/** Nothing that is answered is late, however busy the machine. */
const PATIENT = { timeoutMs: 240_000, connectTimeoutMs: 240_000 } as const;

async function withClient(
  options: { ca?: string; insecure?: boolean },
  use: (client: ChainwebClient, requests: readonly unknown[]) => Promise<void>,
): Promise<void> {
  await withRawNode(
    () => info(),
    async ({ url, requests }) => {
      const client = new ChainwebClient({ ...PATIENT, url, miner, tls: options });
      await use(client, requests);
      await client.close();
    },
    tls,
  );
}

test('a certificate of an unknown authority is refused before anything is sent', async () => {
  await withClient({}, async (client, requests) => {
    const failure = (await rejection(client.info(never))) as NodeFailure;
    assert.is(failure.kind, 'untrusted');
    assert.is(failure.isPassing, false);
    assert.match(failure.message, '--ca FILE');
    assert.match(failure.message, '--insecure');
    assert.is(requests.length, 0);
  });
});

test('its authority makes it good', async () => {
  await withClient({ ca: tls.cert }, async (client) => {
    assert.is((await client.info(never)).network, 'development');
  });
});

test('insecure takes it as it is', async () => {
  await withClient({ insecure: true }, async (client) => {
    assert.is((await client.info(never)).network, 'development');
  });
});

test('a name that is not in the certificate is refused, authority or not', async () => {
  await withRawNode(
    () => info(),
    async ({ url }) => {
      const other = url.replace('127.0.0.1', 'localhost');
      const client = new ChainwebClient({ ...PATIENT, url: other, miner, tls: { ca: tls.cert } });
      const failure = (await rejection(client.info(never))) as NodeFailure;
      assert.is(failure.kind, 'untrusted', failure.message);
      await client.close();
    },
    tls,
  );
});

test('TLS to a port without it says so, and is not tried again', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  const client = new ChainwebClient({ ...PATIENT, url: `https://127.0.0.1:${port}`, miner });
  const failure = (await rejection(client.info(never))) as NodeFailure;
  assert.is(failure.kind, 'untrusted', failure.message);
  assert.match(failure.message, 'no TLS there');
  await client.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test.run();
