/** Datasets from one worker to another, each the real program, over mTLS. */

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CHUNK_BYTES } from '../../../ts/cluster/datasets/list.js';
import { Peer } from '../../../ts/cluster/peers/peer.js';
import { joinMaster } from '../../../ts/cluster/tcp/client.js';
import { monotonicClock } from '../../../ts/miner/clock.js';
import { authorityOf } from '../../cluster/authority.js';
import { bytesOf, chunkOf, fileOf, listFor } from '../../cluster/datasets/folder.js';
import { CAPABILITIES } from '../../cluster/tcp/fixture.js';
import { freePorts } from '../../ports.js';
import { until } from '../../until.js';
import { testBadUsage } from '../bad-usage.js';
import { KEY, killPrograms, start, startNode } from '../run/programs.js';
import { tlsFlags } from './certified.js';

const folder = mkdtempSync(join(tmpdir(), 'pow-native-fetching-'));
const certificates = authorityOf('master', 'one', 'two');
const closing: (() => void)[] = [];
test.after.each(() => {
  killPrograms();
  for (const close of closing.splice(0)) close();
});
test.after(() => rmSync(folder, { recursive: true }));

const bytes = bytesOf(40 * CHUNK_BYTES - 77);
const { root } = listFor(bytes);
const file = fileOf(bytes);
/** All of it would take longer this way than is waited for. */
const MS_PER_MIB = 4_000;
/** No block is found: nothing that is lent is taken back. */
const HARD = `${1e15}`;

const certified = (name: keyof typeof certificates) =>
  tlsFlags(join(folder, name), certificates[name]);
const kept = (name: string) => ['--cluster-datasets', join(folder, name, 'datasets')];
const pathOf = (name: string) => join(folder, name, 'datasets', root);
const ON_LOOPBACK = ['--cluster-interface', '127.0.0.1'];

async function startMaster(): Promise<number> {
  const node = await startNode('--port', '0', '--difficulty', HARD);
  const master = start([
    ...['cluster', 'master', '--source', `chainweb+${node.url}`, '--public-key', KEY],
    ...['--timeout', '240', ...ON_LOOPBACK, '--cluster-port', '0', ...certified('master')],
    ...['--cluster-dataset', file, ...kept('master')],
  ]);
  const [, port] = await master.until('stderr', /workers join at tcp:\/\/127\.0\.0\.1:(\d+)/);
  return Number(port);
}

function startWorker(name: 'one' | 'two', port: number) {
  return start([
    ...[
      'cluster',
      'worker',
      '--join',
      `tcp://127.0.0.1:${port}`,
      ...certified(name),
      ...kept(name),
    ],
    ...[...ON_LOOPBACK, '--cluster-datasets-port', '0', '--threads', '1', '--cpu-limit', '10'],
  ]);
}

test('a worker fetches a dataset from another worker, and hardly anything of it from the master', async () => {
  const port = await startMaster();
  startWorker('one', port);
  await until('the first has it', () => existsSync(pathOf('one')));
  const way = await narrowWay(port);
  startWorker('two', way.port);
  await until('the second has it', () => existsSync(pathOf('two')));
  // Whatever the master says, and relays, goes this way.
  assert.ok(way.passed() < bytes.length / 2, `${way.passed()} of ${bytes.length} from the master`);
  assert.ok(readFileSync(pathOf('two')).equals(bytes));
});

test('a node of auto serves its datasets at its election port, and says so', async () => {
  const devnet = await startNode('--port', '0', '--difficulty', HARD);
  const [port = 0, cluster = 0] = await freePorts(2);
  const node = start([
    ...['cluster', 'auto', ...ON_LOOPBACK, '--cluster-port', `${cluster}`, ...certified('one')],
    ...['--cluster-election-port', `${port}`, '--cluster-memory', join(folder, 'epoch')],
    ...['--source', `chainweb+${devnet.url}`, '--public-key', KEY, '--timeout', '240'],
    ...['--threads', '1', '--cpu-limit', '10', '--cluster-dataset', file, ...kept('auto')],
  ]);
  await node.until('stderr', /this node is the master/);
  const seeds = [{ host: '127.0.0.1', port: cluster }];
  const how = { seeds, security: certificates.two, capabilities: CAPABILITIES };
  const observer = joinMaster({ ...how, role: 'observer' });
  closing.push(() => void observer.close());
  const places = () =>
    observer.peers().flatMap(({ capabilities: { datasets, serves } }) => {
      return datasets.includes(root) && serves !== null ? [serves] : [];
    });
  await until('its worker has told of it', () => places().length > 0);
  const [address] = places();
  assert.equal(address, { host: '127.0.0.1', port });
  const clock = monotonicClock;
  const peer = new Peer({ address: { host: '127.0.0.1', port }, tls: certificates.two, clock });
  closing.push(() => peer.close());
  const never = new AbortController().signal;
  const chunk = await peer.get(root, 39, never);
  assert.ok(Buffer.from(chunk ?? []).equals(chunkOf(bytes, 39)));
});

/**
 * A way to the master on which it takes seconds for each MiB that comes from there: whoever finds the
 * same elsewhere is done long before.
 */
async function narrowWay(to: number) {
  let passed = 0;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(to, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
    }
    near.pipe(far);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    far.on('data', (part: Buffer) => {
      passed += part.length;
      near.write(part);
      far.pause();
      setTimeout(() => far.resume(), (part.length / CHUNK_BYTES) * MS_PER_MIB);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  return { port, passed: () => passed };
}

const worker = ['cluster', 'worker', '--join', 'tcp://127.0.0.1', '--cluster-datasets-port', '0'];
const cache = ['--cluster-datasets', join(folder, 'unused')];

testBadUsage([
  [worker, '--cluster-datasets', 'beside --cluster-datasets-port'],
  [[...worker, ...cache], '--cluster-datasets-port', 'expected beside certificates'],
  [[...worker, ...cache, ...certified('one')], '--cluster-interface', 'where other nodes reach'],
  [
    [...worker, ...cache, ...certified('one'), '--cluster-interface', '*'],
    ...(['--cluster-interface', 'where other nodes reach'] as const),
  ],
]);

test.run();
