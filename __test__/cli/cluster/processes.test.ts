/** A node, a master and workers: each the real program in a process of its own. */

import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ClusterStatus } from '../../../ts/cluster/queue.js';
import { runHere } from '../program.js';
import { KEY, killPrograms, type Program, start, startNode } from '../run/programs.js';

const folder = mkdtempSync(join(tmpdir(), 'pow-native-cluster-'));
test.after(() => rmSync(folder, { recursive: true }));
test.after.each(killPrograms);

const keys = join(folder, 'keys.jsonl');
const THREADS = ['--threads', '1', '--priority', 'normal'];

async function keyOf(name: string): Promise<string> {
  const out = join(folder, `${name}.key`);
  const { code, stderr } = await runHere([
    'cluster',
    'key',
    'add',
    name,
    '--cluster-keys',
    keys,
    '--out',
    out,
  ]);
  assert.is(code, 0, stderr);
  return out;
}

/** A master with the keys of the folder, on a port of its own. */
async function startMaster(source: string, ...args: readonly string[]) {
  const program = start([
    ...['cluster', 'master', '--source', source, '--public-key', KEY, '--timeout', '240'],
    ...['--cluster-keys', keys, '--cluster-interface', '127.0.0.1', '--cluster-port', '0'],
    ...args,
  ]);
  return { program, url: await urlOf(program) };
}

async function urlOf(master: Program): Promise<string> {
  const [, url = ''] = await master.until('stderr', /workers join at (tcp:\/\/127\.0\.0\.1:\d+)/);
  return url;
}

async function statusOf(url: string, key: string): Promise<ClusterStatus> {
  const flags = ['--join', url, '--cluster-key', key, '--json'];
  const { code, stdout, stderr } = await runHere(['cluster', 'status', ...flags]);
  assert.is(code, 0, stderr);
  return JSON.parse(stdout) as ClusterStatus;
}

const startWorker = (url: string, key: string, ...args: readonly string[]) => {
  return start(['cluster', 'worker', '--join', url, '--cluster-key', key, ...THREADS, ...args]);
};

test('two workers with keys mine blocks of a node through a master, and its status shows them', async () => {
  const [one, two] = [await keyOf('one'), await keyOf('two')];
  const node = await startNode('--port', '0', '--difficulty', '20000');
  const { program: master, url } = await startMaster(
    `chainweb+${node.url}`,
    ...['--json', '--cluster-journal', join(folder, 'blocks.journal')],
  );
  const workers = [startWorker(url, one, '--json'), startWorker(url, two)];
  let status = await statusOf(url, one);
  while (status.workers.filter(({ completed }) => completed > 0).length < 2) {
    status = await statusOf(url, one);
  }
  assert.is(status.adapter, 'tcp');
  assert.equal(status.workers.map(({ name }) => name).sort(), ['one', 'two']);
  for (const worker of workers) {
    worker.kill('SIGINT');
    assert.is(await worker.ended, 130, worker.stderr);
  }
  const [machine, people] = workers as [Program, Program];
  const { result, hashes, units } = JSON.parse(machine.stdout) as {
    result: string;
    hashes: number;
    units: { failed: number };
  };
  assert.equal([result, hashes > 0, units.failed], ['interrupted', true, 0]);
  assert.match(people.stdout, /^units +\d+ completed.*^found +\d+ solutions.*^search /ms);
  master.kill('SIGINT');
  assert.is(await master.ended, 130, master.stderr);
  const { blocks } = JSON.parse(master.stdout) as { blocks: Record<string, number> };
  assert.ok((blocks['accepted'] ?? 0) > 0, master.stdout);
  assert.is(blocks['rejected'], 0);
});

test('a worker whose key the master does not know ends with exit code 1, and says so', async () => {
  await keyOf('known');
  const stranger = join(folder, 'stranger.key');
  writeFileSync(stranger, `stranger:${'ab'.repeat(32)}\n`, { mode: 0o600 });
  const { url } = await startMaster('chainweb+http://127.0.0.1:1');
  const worker = startWorker(url, stranger);
  assert.is(await worker.ended, 1, worker.stderr);
  assert.match(worker.stderr, /^error: /m);
});

test('threads and limits of a worker change with its file, and with SIGHUP', async () => {
  const file = join(folder, 'worker.yaml');
  const write = (text: string) => {
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
  };
  write('engine: { threads: 1 }\ncluster: { join: ["tcp://127.0.0.1:1"] }\n');
  const worker = start(['cluster', 'worker', '--config-file', file, '--log-level', 'info']);
  await worker.until('stderr', /./);
  write('engine: { threads: 2, cpuLimit: 50 }\ncluster: { join: ["tcp://127.0.0.1:2"] }\n');
  worker.kill('SIGHUP');
  await worker.until('stderr', /engine\.threads: 1 -> 2/);
  await worker.until('stderr', /engine\.cpuLimit: 100 -> 50/);
  await worker.until('stderr', /cluster\.join: .* needs a restart/);
  worker.kill('SIGTERM');
  assert.is(await worker.ended, 130);
});

test('a master below a master lends on what it is lent, and blocks come out at the top', async () => {
  const [sub, leaf] = [await keyOf('sub'), await keyOf('leaf')];
  const node = await startNode('--port', '0', '--difficulty', '20000');
  const head = await startMaster(`chainweb+${node.url}`, '--blocks', '4', '--json');
  const middle = start([
    ...['run', '--source', `cluster+${head.url}`, '--cluster-key', sub, '--worker', 'cluster'],
    ...['--cluster-keys', keys, '--cluster-interface', '127.0.0.1', '--cluster-port', '0'],
  ]);
  const worker = startWorker(await urlOf(middle), leaf);
  assert.is(await head.program.ended, 0, head.program.stderr);
  const { blocks } = JSON.parse(head.program.stdout) as { blocks: Record<string, number> };
  assert.ok((blocks['accepted'] ?? 0) >= 4, head.program.stdout);
  for (const program of [worker, middle]) {
    program.kill('SIGINT');
    assert.is(await program.ended, 130, program.stderr);
  }
});

test('a master that nobody can reach is told of by status, in words', async () => {
  const { code, stderr } = await runHere(['cluster', 'status', '--join', 'tcp://127.0.0.1:1']);
  assert.is(code, 1);
  assert.match(stderr, 'does not answer');
});

test.run();
