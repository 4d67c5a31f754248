import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { shown, withEnvironment, withPlaces } from './places.js';

const KEY = 'ab'.repeat(32);

/** Every key of the official client's configuration that a worker here understands, and ours. */
const FLAT = {
  node: 'node.example:1848',
  useTls: true,
  insecure: true,
  publicKey: KEY,
  account: 'k:me',
  threadCount: 3,
  logLevel: 'warn',
  worker: 'on-demand',
  externalWorkerCommand: 'miner --fast',
  stratumPort: 1919,
  stratumInterface: '*4',
  stratumDifficulty: 12,
  stratumRate: 500,
  hashRate: '100M',
  constantDelayBlockTime: 30,
  onDemandInterface: '*',
  onDemandPort: 1918,
  defaultHTTPTimeout: 2_500_000,
};
const FLAT_MEANS: Readonly<Record<string, unknown>> = {
  'chainweb.node': 'node.example:1848',
  'chainweb.tls': true,
  'tls.insecure': true,
  'chainweb.publicKeys': [KEY],
  'chainweb.account': 'k:me',
  'engine.threads': 3,
  'log.level': 'warn',
  worker: 'on-demand',
  'external.command': 'miner --fast',
  'stratum.port': 1919,
  'stratum.host': '*4',
  'stratum.difficulty': 12,
  'stratum.refreshMs': 500,
  'simulation.hashRate': 1e8,
  'constant-delay.blockTimeMs': 30_000,
  'on-demand.host': '*',
  'on-demand.port': 1918,
  'chainweb.timeoutSeconds': 2.5,
};

async function assertMeans(
  args: readonly string[],
  expected: Readonly<Record<string, unknown>>,
): Promise<void> {
  const settings = await shown(args);
  for (const [path, value] of Object.entries(expected)) {
    assert.equal(settings.get(path)?.value, value, path);
    assert.is.not(settings.get(path)?.layer, 'default', path);
  }
}

const asToml = (flat: object) =>
  Object.entries(flat)
    .map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`)
    .join('');

for (const [name, text] of [
  ['flat.json', JSON.stringify(FLAT)],
  ['flat.yaml', JSON.stringify(FLAT, null, 1)],
  ['flat.toml', asToml(FLAT)],
] as const) {
  test(`the flat keys of the official client are taken as they are: ${name}`, async () => {
    await withPlaces(({ file }) => assertMeans(['--config-file', file(name, text)], FLAT_MEANS));
  });
}

test('the flat keys are taken from CHAINWEB_MINING_* as well, in the same units', async () => {
  const variables = Object.fromEntries(
    Object.entries(FLAT).map(([key, value]) => {
      const words = key.replace('HTTP', 'Http').replace(/[A-Z]/g, (letter) => `_${letter}`);
      return [`CHAINWEB_MINING_${words.toUpperCase()}`, `${value}`];
    }),
  );
  assert.is(variables['CHAINWEB_MINING_DEFAULT_HTTP_TIMEOUT'], '2500000');
  await withEnvironment(variables, () => assertMeans([], FLAT_MEANS));
});

test('nested keys in snake case are taken as they are', async () => {
  const text = `
[node]
url = "https://node.example:1848"
use_tls = true
insecure = false
timeout_secs = 30
chain_id = 5
[mining]
account = "k:me"
public_key = "${KEY}"
update_interval_secs = 7
[logging]
level = "debug"
format = "json"
file = "miner.log"
[worker]
type = "external"
[worker.external]
command = "miner"
args = ["--fast"]
env = { GPU = "0" }
timeout_secs = 60
`;
  await withPlaces(({ file }) =>
    assertMeans(['--config-file', file('nested.toml', text)], {
      'chainweb.node': 'https://node.example:1848',
      'chainweb.tls': true,
      'tls.insecure': false,
      'chainweb.timeoutSeconds': 30,
      'chainweb.preferredChains': [5],
      'chainweb.account': 'k:me',
      'chainweb.publicKeys': [KEY],
      'chainweb.updateIntervalSeconds': 7,
      'log.level': 'debug',
      'log.format': 'json',
      'log.file': 'miner.log',
      worker: 'external',
      'external.command': 'miner',
      'external.args': ['--fast'],
      'external.environment': '********',
      'external.timeoutMs': 60_000,
    }),
  );
});

for (const [worker, expected] of [
  ['{ type: cpu, threads: 4, batch_size: 1000 }', { 'engine.threads': 4, 'cpu.batchNonces': 1000 }],
  ['{ type: cpu, cpu: { threads: 4 } }', { worker: 'cpu', 'engine.threads': 4 }],
  [
    '{ type: external, command: miner, args: [] }',
    { 'external.command': 'miner', 'external.args': [] },
  ],
  [
    '{ type: stratum, port: 0, host: "::1", max_connections: 9, difficulty: block, rate_ms: 50 }',
    {
      ...{ 'stratum.port': 0, 'stratum.host': '::1', 'stratum.connections': 9 },
      ...{ 'stratum.difficulty': 'block', 'stratum.refreshMs': 50 },
    },
  ],
  ['{ type: simulation, hash_rate: 1000 }', { 'simulation.hashRate': 1000 }],
  ['{ type: constant-delay, block_time_secs: 2 }', { 'constant-delay.blockTimeMs': 2000 }],
  ['{ type: on-demand, host: "::1", port: 0 }', { 'on-demand.host': '::1', 'on-demand.port': 0 }],
] as const) {
  test(`a worker's keys may stand beside its type: ${worker}`, async () => {
    await withPlaces(({ file }) =>
      assertMeans(['--config-file', file('a.yaml', `worker: ${worker}`)], expected),
    );
  });
}

test('a file of the official client may say that no key is to be made, and not that one is', async () => {
  await withPlaces(async ({ file }) => {
    const path = file('a.yaml', 'worker: cpu\ngenerateKey: false');
    assert.is((await shown(['--config-file', path])).get('worker')?.value, 'cpu');
    let told = '';
    await shown(['--config-file', file('b.yaml', 'generateKey: true')]).catch((error: Error) => {
      told = error.message;
    });
    assert.match(told, /generateKey \(file .*b\.yaml\): expected false/);
  });
});

test('a setting under two names in one file is an error, not a guess', async () => {
  await withPlaces(async ({ file }) => {
    const path = file('a.yaml', 'logLevel: info\nlogging: { level: warn }');
    let told = '';
    await shown(['--config-file', path]).catch((error: Error) => {
      told = error.message;
    });
    assert.match(told, /logging\.level \(file .*a\.yaml\): expected nothing beside logLevel/);
  });
});

test.run();
