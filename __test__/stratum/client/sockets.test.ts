/** Our client on our server over real sockets, TCP and TLS. */

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Miner } from '../../../ts/miner/loop.js';
import { type DialTls, StratumServer, StratumSource } from '../../../ts/stratum/index.js';
import { CpuWorker } from '../../../ts/workers/cpu.js';
import { selfSigned } from '../../chainweb/certificate.js';
import { until } from '../../until.js';
import { bitcoinJob, chainwebJob, oneIn } from '../jobs.js';

const HOST = '127.0.0.1';
const opened: { close(): Promise<unknown> }[] = [];

test.after.each(async () => {
  for (const each of opened.splice(0).reverse()) await each.close();
});

const certificate = selfSigned();

async function serve(dialect: 'bitcoin' | 'chainweb', isSecure: boolean): Promise<StratumServer> {
  const tls = isSecure ? certificate : undefined;
  const ports = [{ port: 0, host: HOST, tls }];
  const server = await StratumServer.open({ dialect, ports, difficulty: 18 });
  opened.push(server);
  const target = oneIn(2 ** 60);
  const job = dialect === 'bitcoin' ? bitcoinJob({ target }) : chainwebJob({ target });
  server.start(job, { found() {}, solved() {} });
  return server;
}

function mine(server: StratumServer, scheme: string, tls: DialTls) {
  const notices: string[] = [];
  const source = new StratumSource({
    ...{ url: `stratum+${scheme}://${HOST}:${server.ports[0]}?dialect=${server.dialect}` },
    ...{ user: 'u', tls, retry: { firstMs: 10, mostMs: 10 } },
    onNotice: ({ text }) => notices.push(text),
  });
  const worker = new CpuWorker({ threads: 1, priority: 'normal' });
  const miner = new Miner(source, worker, { closeMs: 1_000 });
  void miner.run();
  opened.push(worker, source, miner);
  return { source, miner, notices };
}

for (const dialect of ['bitcoin', 'chainweb'] as const) {
  for (const scheme of ['tcp', 'ssl'] as const) {
    test(`${dialect} over ${scheme}: every share is valid, and accepted`, async () => {
      const server = await serve(dialect, scheme === 'ssl');
      const { miner } = mine(server, scheme, { ca: certificate.cert });
      await until('twenty shares are accepted', () => miner.stats().shares.accepted >= 20);
      const { rejected, duplicate, stale } = miner.stats().shares;
      assert.equal([rejected, duplicate, stale], [0, 0, 0]);
      assert.equal(Object.keys(server.stats().shares), ['accepted']);
      assert.is(server.stats().users[0]?.user, 'u');
    });
  }
}

test('a certificate of nobody we trust is refused in words, unless any will do', async () => {
  const server = await serve('chainweb', true);
  const strict = mine(server, 'ssl', {});
  await until('it is refused', () => strict.notices.some((text) => /self.signed/i.test(text)));
  assert.is(strict.source.status().connection, 'lost');
  const lax = mine(server, 'ssl', { insecure: true });
  await until('a share is accepted', () => lax.miner.stats().shares.accepted > 0);
});

test('a server that goes and comes back is mined for again', async () => {
  const first = await serve('bitcoin', false);
  const [port = 0] = first.ports;
  const { miner, source } = mine(first, 'tcp', {});
  await until('a share is accepted', () => miner.stats().shares.accepted > 0);
  await first.close();
  await until('the server is missed', () => source.status().connection === 'lost');
  const before = miner.stats().shares.accepted;
  const ports = [{ port, host: HOST, startBits: 12 }];
  const again = await StratumServer.open({ dialect: 'bitcoin', ports });
  opened.push(again);
  again.start(bitcoinJob({ target: oneIn(2 ** 60) }), { found() {}, solved() {} });
  await until('another share is accepted', () => miner.stats().shares.accepted > before);
  assert.ok(source.status().reconnects >= 1);
});

test.run();
