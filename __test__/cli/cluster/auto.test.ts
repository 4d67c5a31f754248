/** Nodes that elect their master, each the real program, over mTLS. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { authorityOf } from '../../cluster/authority.js';
import { freePorts } from '../../ports.js';
import { testBadUsage } from '../bad-usage.js';
import { KEY, killPrograms, type Program, start, startNode } from '../run/programs.js';
import { tlsFlags as flagsOf } from './certified.js';

const folder = mkdtempSync(join(tmpdir(), 'pow-native-auto-'));
test.after(() => rmSync(folder, { recursive: true }));
test.after.each(killPrograms);

const NAMES = ['one', 'two', 'three'] as const;
const certificates = authorityOf(...NAMES);

function tlsFlags(name: (typeof NAMES)[number]): string[] {
  return flagsOf(join(folder, name), certificates[name]);
}

interface Node {
  readonly program: Program;
  readonly name: string;
}

function startAuto(
  name: (typeof NAMES)[number],
  ports: readonly number[],
  source: readonly string[],
): Node {
  const own = ports[NAMES.indexOf(name)] ?? 0;
  const seeds = ports.filter((port) => port !== own);
  const program = start([
    ...['cluster', 'auto', '--cluster-interface', '127.0.0.1', '--cluster-port', '0'],
    ...['--cluster-election-port', `${own}`, '--cluster-memory', join(folder, `${name}.epoch`)],
    ...seeds.flatMap((port) => ['--join', `tcp://127.0.0.1:${port}`]),
    ...[...tlsFlags(name), '--threads', '1', '--priority', 'normal', ...source],
  ]);
  return { program, name };
}

const MASTER = /this node is the master, of epoch (\d+)/;
const BLOCK = /accepted block/;

/** The one of these that becomes the master, with its epoch. */
function masterOf(nodes: readonly Node[]): Promise<{ master: Node; epoch: number }> {
  return Promise.any(
    nodes.map(async (master) => {
      const [, epoch = ''] = await master.program.until('stderr', MASTER);
      return { master, epoch: Number(epoch) };
    }),
  );
}

test('nodes elect one that has a source; when it is killed another one goes on, in a higher epoch', async () => {
  const devnet = await startNode('--port', '0', '--difficulty', '20000');
  const source = ['--source', `chainweb+${devnet.url}`, '--public-key', KEY, '--timeout', '240'];
  const ports = await freePorts(NAMES.length);
  const standing = [startAuto('one', ports, source), startAuto('two', ports, source)];
  const worker = startAuto('three', ports, []);
  const { master, epoch } = await masterOf(standing);
  await master.program.until('stderr', BLOCK);
  master.program.kill('SIGKILL');
  await master.program.ended;
  const rest = standing.filter((node) => node !== master);
  const next = await masterOf(rest);
  assert.ok(next.epoch > epoch, `${next.epoch} after ${epoch}`);
  await next.master.program.until('stderr', BLOCK);
  await worker.program.until('stderr', /[1-9]\d* units done/);
  assert.not.match(worker.program.stderr, MASTER);
  for (const { program } of [...rest, worker]) {
    program.kill('SIGTERM');
    assert.is(await program.ended, 130, program.stderr);
  }
  assert.match(worker.program.stdout, /^units +[1-9]\d* completed/);
});

const auto = ['cluster', 'auto', '--cluster-interface', '127.0.0.1'];
const memory = ['--cluster-memory', join(folder, 'some.epoch')];

testBadUsage([
  [['cluster', 'auto'], '--cluster-interface', 'where other nodes reach this one'],
  [['cluster', 'auto', '--cluster-interface', '*'], '--cluster-interface', 'reach'],
  [auto, '--cluster-memory', 'the path of a file'],
  [[...auto, ...memory], '--cluster-tls-key', 'certificates of both sides'],
  [[...auto, ...memory, '--join', 'x'], '--join', 'tcp://HOST:PORT'],
  [[...auto, ...memory, ...tlsFlags('one'), '--source', 'x'], '--source', 'chainweb+http'],
  [['cluster', 'auto', '--cluster-adapter', 'nats'], '--join', 'not specified'],
]);

test.run();
