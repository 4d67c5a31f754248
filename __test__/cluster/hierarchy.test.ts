/** A master below a master, killed in the middle: head and leaves do not care. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ClusterStatus } from '../../ts/cluster/queue.js';
import { killPrograms, type Program, start } from '../cli/run/programs.js';
import { freePort, freePorts } from '../ports.js';
import { until } from '../until.js';
import { Cluster } from './faults/adapters.js';
import type { Child } from './faults/child.js';

const UNITS = 60;
const UNIT_NONCES = 1 << 20;
const ASKED = { number: 14, units: UNITS, unitNonces: UNIT_NONCES };
/** A master that waits long for a worker that may come back makes a test wait, too. */
const LIMITS = { suspectMs: 3_000, deadMs: 5_000 };
const OVERDUE_MS = 300_000;

/** A head that lends, and whatever else a test wants, killed in the end. */
async function withHead(use: (cluster: Cluster, head: Child) => Promise<void>): Promise<void> {
  const cluster = await Cluster.open('tcp');
  try {
    const fixedNonces = BigInt(UNIT_NONCES);
    await use(cluster, await cluster.startMaster({ fixedNonces, limits: LIMITS }));
  } finally {
    killPrograms();
    await cluster.close();
  }
}

/** How a sub-master is started, again too; each lease of the head is cut into four units. */
function subOf(cluster: Cluster, name: string, port: number): () => Program {
  const address = cluster.addressOf(name);
  if (address.adapter !== 'tcp' || address.security.kind !== 'psk') throw new Error('no key');
  const [{ identity, secret }, [seed]] = [address.security, address.seeds];
  const key = join(cluster.folder, `${name}.key`);
  writeFileSync(key, `${identity}:${secret}\n`, { mode: 0o600 });
  const args = [
    ...['cluster', 'master', '--source', `cluster+tcp://${seed?.host}:${seed?.port}`],
    ...['--cluster-key', key, '--cluster-port', `${port}`],
    ...['--cluster-unit-nonces', `${UNIT_NONCES / 4}`],
    ...['--cluster-journal', join(cluster.folder, `${name}.journal`)],
  ];
  return () => start(args, OVERDUE_MS);
}

function startLeaf(ports: readonly number[]): Program {
  const seeds = ports.flatMap((port) => ['--join', `tcp://127.0.0.1:${port}`]);
  const engine = ['--threads', '1', '--priority', 'normal'];
  return start(['cluster', 'worker', ...seeds, ...engine], OVERDUE_MS);
}

const joined = (sub: Program) => sub.until('stderr', /worker .* joined/);

async function status(head: Child): Promise<ClusterStatus> {
  return head.ask<ClusterStatus>('status');
}

/** The sub-master holds leases, and units have been done below it. */
async function inTheMiddle(cluster: Cluster, head: Child, name: string): Promise<void> {
  await until(`${name} has done some and holds more`, async () => {
    const { workers } = await status(head);
    const own = workers.find((worker) => worker.name === name);
    return (own?.leases ?? 0) > 0 && (own?.completed ?? 0) >= UNITS / 6;
  });
  assert.ok(cluster.history.accepted.size < UNITS);
}

test('a sub-master is killed and started again: each unit of the head is done once', async () => {
  await withHead(async (cluster, head) => {
    const port = await freePort();
    const startSub = subOf(cluster, 'sub', port);
    const first = startSub();
    await first.until('stderr', /workers join at/);
    startLeaf([port]);
    await joined(first);
    await head.ask('publish', ASKED);
    await inTheMiddle(cluster, head, 'sub');
    first.kill('SIGKILL');
    await first.ended;
    const second = startSub();
    await joined(second);
    await cluster.done(UNITS);
    await until('the work is exhausted', () => cluster.history.isExhausted);
    assert.equal(cluster.history.faults(UNITS), []);
    const { totals } = await status(head);
    assert.ok(totals.redelivered > 0, 'what it held was lent again');
    assert.equal([totals.rejected, totals.strikes, totals.quarantined], [0, 0, 0]);
  });
});

test('of two sub-masters one is killed: its units and its worker go over to the other', async () => {
  await withHead(async (cluster, head) => {
    const ports = await freePorts(2);
    const [lost, left] = ports.map((port, i) => subOf(cluster, `sub-${i}`, port)());
    if (lost === undefined || left === undefined) throw new Error('no sub-masters');
    for (const sub of [lost, left]) await sub.until('stderr', /workers join at/);
    // It knows both, and no other worker is there: whatever is done is done by it.
    startLeaf(ports);
    await joined(lost);
    await head.ask('publish', ASKED);
    await inTheMiddle(cluster, head, 'sub-0');
    lost.kill('SIGKILL');
    await cluster.done(UNITS);
    await until('the work is exhausted', () => cluster.history.isExhausted);
    assert.equal(cluster.history.faults(UNITS), []);
    const { workers } = await status(head);
    assert.ok((workers.find(({ name }) => name === 'sub-1')?.completed ?? 0) > 0);
  });
});

test.run();
