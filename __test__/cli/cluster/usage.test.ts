import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cluster } from '../../../ts/cli/cluster.js';
import { testBadUsage } from '../bad-usage.js';
import { runHere } from '../program.js';

const folder = mkdtempSync(join(tmpdir(), 'pow-native-'));
test.after(() => rmSync(folder, { recursive: true }));

const file = (name: string, text: string, mode = 0o600) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
};
const key = `rig:${'ab'.repeat(32)}\n`;
const [goodKey, looseKey] = [file('good.key', key), file('loose.key', key, 0o644)];
const looseSeed = file('loose.nkey', `SU${'A'.repeat(56)}`, 0o644);
const noKey = file('no.key', 'secret');
const pem = file('some.pem', '-----BEGIN CERTIFICATE-----\n');

for (const { name, summary, example } of cluster.subcommands ?? []) {
  test(`cluster ${name} --help shows --json and an example`, async () => {
    const { code, stdout } = await runHere(['cluster', name, '--help']);
    assert.is(code, 0);
    assert.match(stdout, '--json');
    assert.ok(stdout.includes(`$ ${example}`) && stdout.includes(summary));
    assert.ok(example.startsWith(`pow-native cluster ${name}`));
  });
}

test('cluster --help lists what comes behind it', async () => {
  const { stdout } = await runHere(['cluster', '--help']);
  for (const { name } of cluster.subcommands ?? [])
    assert.match(stdout, new RegExp(`^ +${name} `, 'm'));
});

test('a worker has no flags of sources and other workers', async () => {
  const { stdout } = await runHere(['cluster', 'worker', '--help']);
  for (const flag of ['--public-key', '--wallet', '--stratum-port', '--blocks', '--cluster-keys']) {
    assert.not(stdout.includes(flag), flag);
  }
  for (const flag of ['--join', '--threads', '--cpu-limit', '--log-level', '--config-file']) {
    assert.ok(stdout.includes(flag), flag);
  }
});

const worker = ['cluster', 'worker'];
const at = (...urls: string[]) => [...worker, ...urls.flatMap((url) => ['--join', url])];
const nats = [
  ...['cluster', 'master', '--source', 'chainweb+http://127.0.0.1:1', '--public-key'],
  ...['ab'.repeat(32), '--cluster-adapter', 'nats', '--cluster-server', 'nats://127.0.0.1:1'],
];

testBadUsage([
  [['cluster'], 'cluster', 'expected one of master, worker'],
  [worker, '--join', 'not specified: expected tcp://HOST:PORT'],
  [['cluster', 'status'], '--join', 'not specified'],
  [at('http://127.0.0.1:1'), '--join', 'all of one kind'],
  [at('tcp://127.0.0.1:1', 'nats://127.0.0.1:2'), '--join', 'all of one kind'],
  [at('tcp://127.0.0.1:99999'), '--join', 'tcp://HOST:PORT'],
  [at('tcp://'), '--join', 'tcp://HOST:PORT'],
  [at('tcp://192.0.2.1:1920'), '--cluster-key', '192.0.2.1 is another machine'],
  [[...at('tcp://127.0.0.1'), '--cluster-key', noKey], '--cluster-key', 'cluster key add'],
  [[...at('tcp://127.0.0.1'), '--cluster-key', looseKey], '--cluster-key', '0600'],
  [[...at('nats://127.0.0.1:1'), '--cluster-nkey', looseSeed], '--cluster-nkey', '0600'],
  [[...nats, '--cluster-nkey', looseSeed], '--cluster-nkey', '0600'],
  [[...at('tcp://127.0.0.1'), '--cluster-key', '/no/such'], '--cluster-key', 'ENOENT'],
  [[...at('tcp://127.0.0.1'), '--cluster-tls-key', pem], '--cluster-tls-cert', 'other two'],
  [
    [...at('tcp://127.0.0.1'), '--cluster-key', goodKey, '--cluster-tls-cert', pem],
    '--cluster-key',
    'not both',
  ],
  [[...at('tcp://127.0.0.1'), '--threads', '0'], '--threads', '1 to 1024'],
  [['cluster', 'master'], '--source', 'not specified'],
  [['run', '--source', 'cluster+http://127.0.0.1:1'], '--source or --join', 'tcp://HOST:PORT'],
]);

test.run();
