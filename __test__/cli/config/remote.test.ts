import { existsSync, readdirSync, statSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { remoteLayer } from '../../../ts/cli/config/remote.js';
import { selfSigned } from '../../chainweb/certificate.js';
import { runHere, spawnProgram } from '../program.js';
import { type Places, shown, withPlaces } from './places.js';

const remote = (url: string) => ['--remote-config', url];

/** What `config check` says, with its exit code. */
async function checked(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runHere(['config', 'check', ...args]);
  return `${code} ${stdout}${stderr}`;
}

const copies = ({ folder }: Places) => {
  const path = join(folder, 'cache', 'pow-native');
  return existsSync(path) ? readdirSync(path).map((name) => join(path, name)) : [];
};

test('it comes by https from anywhere: a certificate that Node trusts', async () => {
  const tls = selfSigned();
  const server = createServer(tls, (_, response) => response.end('{"blocks":7}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await withPlaces(async ({ folder, file }) => {
      const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/a.json`;
      const env = { XDG_CACHE_HOME: folder, NODE_EXTRA_CA_CERTS: file('ca.pem', tls.cert) };
      const args = ['config', 'show', '--json', ...remote(url)];
      const { code, stdout, stderr } = await spawnProgram(args, { env });
      assert.is(code, 0, stderr);
      assert.match(stdout, '{"setting":"blocks","value":7,"layer":"remote"');
      assert.match(await checked(remote(url)), /^2 .*(self-signed|verify)/s);
    });
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
});

for (const [url, expected] of [
  ['http://node.example/a.json', 'https://'],
  ['http://127.0.0.1.example/a.json', 'https://'],
  ['ftp://127.0.0.1/a.json', 'https://'],
  ['file:///etc/passwd', 'https://'],
  ['https://me:hush@node.example/a.json', 'without a user and a password'],
  ['//nothing', 'a URL'],
] as const) {
  test(`${url} is refused before anything is sent`, async () => {
    for (const flag of ['--remote-config', '--config-file']) {
      if (flag === '--config-file' && !url.includes('://')) continue;
      const told = await checked([flag, url]);
      assert.match(told, /^2 /);
      assert.ok(told.includes(expected), told);
      assert.not.match(told, 'hush');
    }
  });
}

/** Everything that a URL may not set, with a value that is fine elsewhere. */
const LOCAL_ONLY = [
  ['external.command', '{"external":{"command":"rm"}}'],
  ['external.args', '{"external":{"args":["-r"]}}'],
  ['external.environment', '{"external":{"environment":{"LD_PRELOAD":"x"}}}'],
  ['externalWorkerCommand', '{"externalWorkerCommand":"rm"}'],
  ['worker.external.command', '{"worker":{"type":"external","command":"rm"}}'],
  ['worker.external.env', '{"worker":{"external":{"env":{"LD_PRELOAD":"x"}}}}'],
  ['tls.ca', '{"tls":{"ca":"/tmp/ca.pem"}}'],
  ['log.file', '{"log":{"file":"/etc/cron.d/x"}}'],
  ['logging.file', '{"logging":{"file":"/etc/cron.d/x"}}'],
  ['audit.file', '{"audit":{"file":"/tmp/x"}}'],
  ['metrics.port', '{"metrics":{"port":0}}'],
  ['metrics.host', '{"metrics":{"host":"0.0.0.0"}}'],
  ['onDemandPort', '{"onDemandPort":1}'],
  ['onDemandInterface', '{"onDemandInterface":"*"}'],
  ['on-demand.host', '{"on-demand":{"host":"*"}}'],
] as const;

for (const [key, text] of LOCAL_ONLY) {
  test(`a URL may not set ${key}, a file may`, async () => {
    await withPlaces(async ({ url, file }) => {
      const address = url('/a.json', { text });
      for (const flag of ['--remote-config', '--config-file']) {
        const told = await checked([flag, address]);
        assert.match(told, /^2 /);
        assert.ok(told.includes(`${key} (`) && told.includes('not by a URL'), told);
      }
      assert.match(await checked(['--config-file', file('a.json', text)]), /^0 /);
    });
  });
}

for (const [what, answer, expected] of [
  ['another status', { text: 'gone', status: 410 }, 'status 410'],
  ['a redirect', { text: '', status: 302, headers: { location: '/b.json' } }, 'redirect'],
  ['a huge answer', { text: `"${'x'.repeat(70_000)}"` }, 'at most 65536 bytes'],
  ['bad text', { text: '{' }, 'valid JSON'],
  ['an unknown key', { text: '{"nod":1}' }, 'a known setting'],
] as const) {
  test(`${what} is a problem of the remote layer, and nothing is kept of it`, async () => {
    await withPlaces(async (places) => {
      const told = await checked(remote(places.url('/a.json', answer)));
      assert.match(told, /^2 /);
      assert.ok(told.includes('remote http://127.0.0.1') && told.includes(expected), told);
      assert.equal(copies(places), []);
    });
  });
}

/** A server that does as it likes, and whether it was hung up on. */
async function withServer(
  listener: RequestListener,
  use: (url: string, hungUp: Promise<void>) => Promise<void>,
): Promise<void> {
  const server = createHttpServer(listener);
  const hungUp = new Promise<void>((resolve) => {
    server.on('connection', (socket) => socket.on('close', () => resolve()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/a.json`, hungUp);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

test('an answer without end is hung up on when it is too large', async () => {
  const endless: RequestListener = (_, response) => {
    const more = () => {
      if (!response.destroyed) response.write(' '.repeat(4096), () => setImmediate(more));
    };
    response.on('error', () => {});
    more();
  };
  await withServer(endless, async (url, hungUp) => {
    assert.match(await checked(remote(url)), 'at most 65536 bytes');
    await hungUp;
  });
});

test('a server that does not answer is waited for only so long', async () => {
  await withServer(
    () => {},
    async (url) => {
      const how = { layer: 'remote', onNotice: () => {}, fresh: true, timeoutMs: 50 } as const;
      const [problem] = (await remoteLayer(url, how)).problems;
      assert.match(problem?.expected ?? '', /an answer that can be used: .*timeout/);
    },
  );
});

test('the syntax is that of the name, else that of the media type, else a problem', async () => {
  await withPlaces(async ({ url }) => {
    const headers = { 'content-type': 'application/toml' };
    const named = await shown(remote(url('/a', { text: 'blocks = 3', headers })));
    assert.is(named.get('blocks')?.value, 3);
    assert.match(await checked(remote(url('/b', { text: 'blocks: 3' }))), 'media type');
  });
});

test('the last good copy has mode 0600, counts while nothing better is to be had, and says so', async () => {
  await withPlaces(async (places) => {
    const args = [
      'config',
      'show',
      '--json',
      ...remote(places.url('/a.json', { text: '{"blocks":7}' })),
    ];
    assert.match((await runHere(args)).stdout, '"value":7,"layer":"remote"');
    const [copy, ...more] = copies(places);
    assert.equal(more, []);
    if (process.platform !== 'win32') assert.is(statSync(copy ?? '').mode & 0o777, 0o600);
    for (const answer of [{ text: '', status: 500 }, { text: '{"blocks":0}' }]) {
      places.url('/a.json', answer);
      const { stdout, stderr } = await runHere(args);
      assert.match(stdout, '"value":7,"layer":"remote"');
      assert.match(stderr, /^warn: the last good copy is used: .*remote http/m);
      assert.match(await checked(args.slice(3)), /^2 /); // a check wants to know what is there now
    }
    places.url('/a.json', { text: '{"blocks":8}' });
    assert.match((await runHere(args)).stdout, '"value":8,"layer":"remote"');
  });
});

test('copies of two URLs do not meet, not even when only a secret differs', async () => {
  await withPlaces(async (places) => {
    places.url('/a.json?token=1', { text: '{"blocks":1}' });
    const other = places.url('/a.json?token=2', { text: '{"blocks":2}' });
    await shown(remote(other.replace('token=2', 'token=1')));
    const { stdout } = await runHere(['config', 'show', '--json', ...remote(other)]);
    assert.match(stdout, '"value":2,"layer":"remote"');
    assert.not.match(stdout, 'token');
    assert.is(copies(places).length, 2);
  });
});

test.run();
