import { type IncomingHttpHeaders, type RequestOptions, request } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { register } from 'prom-client';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { namesLoopback } from '../../ts/core/loopback.js';
import {
  type MetricsServer,
  type MetricsServerOptions,
  serveMetrics,
} from '../../ts/metrics/index.js';
import { parseExposition } from './exposition.js';
import { ScriptedMining } from './mining.js';

const open: { close(): unknown }[] = [];

async function serve(
  options: Partial<MetricsServerOptions> = {},
): Promise<{ server: MetricsServer; mining: ScriptedMining }> {
  const mining = new ScriptedMining();
  const { miner, source, worker } = mining;
  const server = await serveMetrics({ miner, source, worker, port: 0, ...options });
  open.push(server);
  return { server, mining };
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

function ask(url: string, options: RequestOptions & { body?: string } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent: false, ...options }, async (response) => {
      const { statusCode: status = 0, headers } = response;
      let body = '';
      try {
        for await (const part of response.setEncoding('utf8')) body += part;
        resolve({ status, headers, body });
      } catch (error) {
        reject(error);
      }
    });
    sent.on('error', reject);
    sent.end(options.body);
  });
}

/** A connection as it is, and everything that comes until it is closed. */
function raw(url: string): { socket: Socket; closed: Promise<string> } {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  open.push({ close: () => socket.destroy() });
  let text = '';
  socket.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  const closed = new Promise<string>((resolve) => {
    socket.on('error', () => {}).on('close', () => resolve(text));
  });
  return { socket, closed };
}

test('/metrics is in the text format and shows what is now', async () => {
  const { server, mining } = await serve();
  mining.minerStats.hashes = 123;
  const { status, headers, body } = await ask(`${server.url}/metrics`);
  assert.is(status, 200);
  assert.is(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
  assert.is(headers['cache-control'], 'no-store');
  assert.is(parseExposition(body).get('pow_native_hashes_total')?.samples[0]?.value, 123);
  mining.minerStats.hashes = 124;
  const again = await ask(`${server.url}/metrics?name[]=x`);
  assert.match(again.body, /^pow_native_hashes_total 124$/m);
});

test('HEAD has the headers of GET and no body', async () => {
  const { server } = await serve();
  for (const path of ['/metrics', '/health/live', '/health/ready', '/']) {
    const url = server.url + path;
    const [get, head] = [await ask(url), await ask(url, { method: 'HEAD' })];
    assert.is(head.status, get.status, path);
    assert.is(head.headers['content-length'], get.headers['content-length']);
    assert.is(get.headers['content-length'], String(Buffer.byteLength(get.body)));
    assert.is(head.body, '');
  }
});

test('live says that the process answers; ready turns with the source, and says why not', async () => {
  const { server, mining } = await serve({ freshMs: 60_000 });
  const live = await ask(`${server.url}/health/live`);
  assert.equal([live.status, JSON.parse(live.body)], [200, { live: true }]);
  const ready = async () => {
    const { status, headers, body } = await ask(`${server.url}/health/ready`);
    assert.is(headers['content-type'], 'application/json');
    return [status, JSON.parse(body).reasons];
  };
  assert.equal(await ready(), [503, ['the source has no work']]);
  mining.sourceStatus.lanes = [{ lane: 'a', workAgeMs: 1, jobs: 1 }];
  assert.equal(await ready(), [200, []]);
  mining.sourceStatus.connection = 'lost';
  assert.equal(await ready(), [503, ['the connection of the source is lost']]);
  mining.sourceStatus.connection = 'connected';
  assert.equal(await ready(), [200, []]);
});

test('work older than freshMs is not fresh', async () => {
  const { server, mining } = await serve({ freshMs: 1000 });
  mining.sourceStatus.lanes = [{ lane: 'a', workAgeMs: 1500, jobs: 1 }];
  const { status, body } = await ask(`${server.url}/health/ready`);
  assert.is(status, 503);
  assert.match(JSON.parse(body).reasons[0], /^the newest work is 1\.5 s old, more than 1 s$/);
});

test('other methods and other paths are refused by name', async () => {
  const { server } = await serve();
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
    const { status, headers } = await ask(`${server.url}/metrics`, { method });
    assert.equal([status, headers.allow], [405, 'GET, HEAD'], method);
  }
  for (const path of ['/', '/metrics/', '/METRICS', '/health', '//metrics', '/%6detrics']) {
    assert.is((await ask(server.url + path)).status, 404, path);
  }
});

test('a page whose name was pointed at this machine reads nothing', async () => {
  const { server } = await serve();
  const { port } = new URL(server.url);
  for (const path of ['/metrics', '/health/ready', '/health/live']) {
    const { status, body } = await ask(server.url + path, {
      headers: { host: `evil.example:${port}` },
    });
    assert.is(status, 403, path);
    assert.not.match(body, 'pow_native');
  }
  const named = await ask(`${server.url}/metrics`, { headers: { host: `localhost:${port}` } });
  assert.is(named.status, 200);
});

test('these hosts name this machine, and those do not', () => {
  for (const host of [
    'localhost',
    'LOCALHOST:80',
    '127.0.0.1:9',
    '127.9.9.9',
    '[::1]',
    '[::1]:9',
  ]) {
    assert.ok(namesLoopback(host), host);
  }
  const others = [
    '',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'evil.example',
    '10.0.0.1',
  ];
  for (const host of [
    undefined,
    ...others,
    '127.0.0.1@evil',
    'localhost:80:80',
    '[::2]',
    '127.1',
  ]) {
    assert.not(namesLoopback(host), host);
  }
});

const elsewhere = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

test('opened to others, it answers by any name; loopback connections stay guarded', async () => {
  const { server } = await serve({ host: '0.0.0.0' });
  const { port } = new URL(server.url);
  const headers = { host: 'miner.example' };
  assert.is((await ask(`http://127.0.0.1:${port}/metrics`, { headers })).status, 403);
  if (elsewhere === undefined) return; // a machine without a network has no other address
  assert.is((await ask(`http://${elsewhere}:${port}/metrics`, { headers })).status, 200);
});

test('it is for this machine alone unless told otherwise', async () => {
  const { server } = await serve();
  assert.match(server.url, /^http:\/\/127\.0\.0\.1:\d+$/);
});

test('a port in use is an error that names it, and leaves nothing behind', async () => {
  const other = createServer();
  open.push(other);
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as { port: number };
  const error = await serve({ port, registry: register }).catch((reason: unknown) => reason);
  const { code, argument, message } = error as { code: string; argument: string; message: string };
  assert.equal([code, argument], ['POW_ARGUMENT', 'port']);
  assert.match(message, `port ${port} of 127.0.0.1 is in use`);
  assert.equal(register.getMetricsAsArray(), []);
});

const BAD: [string, Partial<Record<'port' | 'host' | 'freshMs', unknown>>][] = [
  ['port', { port: -1 }],
  ['port', { port: 65_536 }],
  ['port', { port: '9100' }],
  ['port', { port: Number.NaN }],
  ['host', { host: '' }],
  ['host', { host: 5 }],
  ['host', { host: '192.0.2.1' }],
  ['host', { host: 'no such name' }],
  ['freshMs', { freshMs: 0 }],
  ['freshMs', { freshMs: Number.POSITIVE_INFINITY }],
];

for (const [named, options] of BAD) {
  test(`a bad option is refused by name: ${JSON.stringify(options)}`, async () => {
    const error = await serve(options as object).catch((reason: unknown) => reason);
    assert.is((error as { code: string }).code, 'POW_ARGUMENT');
    assert.is((error as { argument: string }).argument, named);
  });
}

test('a miner that cannot be asked is a failed scrape, and the next one succeeds', async () => {
  const { server, mining } = await serve();
  const { stats } = mining.miner;
  mining.miner.stats = () => {
    throw new Error('planted\x1b[2J');
  };
  const { status, body } = await ask(`${server.url}/metrics`);
  assert.equal([status, body], [500, 'not available: Error: planted\\x1b[2J\n']);
  mining.miner.stats = stats;
  assert.is((await ask(`${server.url}/metrics`)).status, 200);
});

test('close ends at once what hangs, frees the port, and may be called twice', async () => {
  const { server } = await serve({ registry: register });
  const half = raw(server.url);
  half.socket.write('GET /metrics HTTP/1.1\r\nHost: loc');
  const drip = setInterval(() => half.socket.write('a'), 50); // never idle, never done
  const idle = raw(server.url);
  idle.socket.write('GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await new Promise((resolve) => idle.socket.once('data', resolve));
  await Promise.all([server.close(), server.close()]);
  clearInterval(drip);
  await Promise.all([half.closed, idle.closed]);
  assert.equal(register.getMetricsAsArray(), []);
  const { port } = new URL(server.url);
  const again = await serve({ port: Number(port) });
  assert.is(again.server.url, server.url);
});

test('a client that sends half a request, or no end of headers, is dropped', async () => {
  const { server } = await serve();
  const half = raw(server.url);
  half.socket.write('GET /metrics HTTP/1.1\r\nHost: localhost\r\n');
  const silent = raw(server.url);
  const huge = raw(server.url);
  huge.socket.write(`GET /metrics HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(9000)}\r\n\r\n`);
  const noHost = raw(server.url);
  noHost.socket.write('GET /metrics HTTP/1.1\r\n\r\n');
  const garbage = raw(server.url);
  garbage.socket.write('\x00\x01\x02\r\n\r\n');
  assert.match(await huge.closed, /^HTTP\/1\.1 431 /);
  assert.match(await noHost.closed, /^HTTP\/1\.1 400 /);
  assert.match(await garbage.closed, /^HTTP\/1\.1 400 /);
  assert.match(await half.closed, /^HTTP\/1\.1 408 /);
  await silent.closed;
  assert.is((await ask(`${server.url}/metrics`)).status, 200);
});

test('of 150 connections at once a hundred are taken, and the others dropped unheard', async () => {
  const { server } = await serve();
  const unheard: string[] = [];
  await new Promise<void>((enough) => {
    for (let i = 0; i < 150; i++) {
      const { socket, closed } = raw(server.url);
      socket.write('GET /metrics HTTP/1.1\r\n'); // and no more: it would be answered with 408
      closed.then((text) => unheard.push(text) === 50 && enough());
    }
  });
  assert.equal(new Set(unheard), new Set(['']));
});

test('a body that never comes holds up nothing: the answer closes the connection', async () => {
  const { server } = await serve();
  const { socket, closed } = raw(server.url);
  socket.write('GET /health/live HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n');
  assert.match(await closed, /^HTTP\/1\.1 200 .*\{"live":true\}\n$/s);
});

test.after.each(async () => {
  for (const each of open.splice(0)) await each.close();
});

test.run();
