/** The commands of a cluster over a real NATS server. Skipped where there is none. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { findNats, type NatsServer, startNats } from '../../../scripts/nats.mjs';
import type { ClusterStatus } from '../../../ts/cluster/queue.js';
import { runHere } from '../program.js';
import { KEY, killPrograms, start, startNode } from '../run/programs.js';

const folder = mkdtempSync(join(tmpdir(), 'pow-native-nats-'));
const servers = new Set<NatsServer>();
test.after(() => rmSync(folder, { recursive: true }));
test.after.each(async () => {
  killPrograms();
  for (const server of servers) await server.kill('SIGKILL');
  servers.clear();
});

const program = findNats();
const onNats = program === null ? test.skip : test;
const THREADS = ['--threads', '1', '--priority', 'normal'];

async function startServer(name: string): Promise<NatsServer> {
  const server = await startNats({ program: program ?? '', folder: join(folder, name) });
  servers.add(server);
  return server;
}

onNats('a worker mines blocks of a node by way of NATS, and status shows it', async () => {
  const server = await startServer('blocks');
  const node = await startNode('--port', '0', '--difficulty', '20000');
  const master = start([
    ...['cluster', 'master', '--source', `chainweb+${node.url}`, '--public-key', KEY],
    ...['--cluster-adapter', 'nats', '--cluster-server', server.url, '--timeout', '240'],
    ...['--cluster-journal', join(folder, 'journal'), '--json'],
  ]);
  await master.until('stderr', /workers join by NATS/);
  const join_ = ['--join', server.url];
  const worker = start(['cluster', 'worker', ...join_, ...THREADS, '--cluster-name', 'rig']);
  await master.until('stderr', /worker rig joined/);
  let status: ClusterStatus;
  do {
    const { code, stdout, stderr } = await runHere(['cluster', 'status', ...join_, '--json']);
    assert.is(code, 0, stderr);
    status = JSON.parse(stdout) as ClusterStatus;
  } while ((status.workers[0]?.completed ?? 0) === 0);
  assert.equal([status.adapter, status.workers.map(({ name }) => name)], ['nats', ['rig']]);
  worker.kill('SIGINT');
  assert.is(await worker.ended, 130, worker.stderr);
  master.kill('SIGINT');
  assert.is(await master.ended, 130, master.stderr);
  const { blocks } = JSON.parse(master.stdout) as { blocks: Record<string, number> };
  assert.ok((blocks['accepted'] ?? 0) > 0, master.stdout);
  assert.is(blocks['rejected'], 0);
});

onNats(
  'of two nodes with a source one leads; when it is killed the other one goes on',
  async () => {
    const server = await startServer('auto');
    const devnet = await startNode('--port', '0', '--difficulty', '20000');
    const nodes = ['one', 'two'].map((name) =>
      start([
        ...['cluster', 'auto', '--cluster-adapter', 'nats', '--cluster-server', server.url],
        ...['--source', `chainweb+${devnet.url}`, '--public-key', KEY, '--timeout', '240'],
        ...['--cluster-memory', join(folder, name), '--cluster-name', name, ...THREADS],
      ]),
    );
    const leading = (all: typeof nodes) =>
      Promise.any(
        all.map(async (node) => {
          await node.until('stderr', /this node is the master, of epoch/);
          return node;
        }),
      );
    const first = await leading(nodes);
    await first.until('stderr', /accepted block/);
    first.kill('SIGKILL');
    await first.ended;
    const second = await leading(nodes.filter((node) => node !== first));
    await second.until('stderr', /accepted block/);
    second.kill('SIGTERM');
    assert.is(await second.ended, 130, second.stderr);
  },
);

test('a server that is not there is told of by status, in words', async () => {
  const { code, stderr } = await runHere(['cluster', 'status', '--join', 'nats://127.0.0.1:1']);
  assert.is(code, 1);
  assert.match(stderr, /^error: the work source failed: .+/);
});

test.run();
