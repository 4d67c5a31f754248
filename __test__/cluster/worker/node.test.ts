import { once } from 'node:events';
import { BroadcastChannel, Worker as Thread } from 'node:worker_threads';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ClusterWorkerNode } from '../../../ts/cluster/worker/node.js';
import type { ClusterWorkerNodeOptions, WorkerNotice } from '../../../ts/cluster/worker/options.js';
import type { PowError } from '../../../ts/index.js';
import { backends } from '../../backends.js';
import { leftOver, resources } from '../../contracts/resources.js';
import { rejection } from '../../fixtures.js';
import { until } from '../../until.js';
import type { FromQueue, ToQueue } from './channel-queue.js';

const QUEUE = new URL('./channel-queue.ts', import.meta.url).href;
/** So many nonces are never hashed in a test. */
const ENDLESS = 1n << 60n;
let channels = 0;

const channelName = () => {
  channels += 1;
  return `cluster node ${process.pid} ${channels}`;
};

interface Setting {
  readonly node: ClusterWorkerNode;
  readonly heard: FromQueue[];
  readonly notices: WorkerNotice[];
  say(message: ToQueue): void;
}

async function withNode(
  options: Partial<ClusterWorkerNodeOptions>,
  use: (setting: Setting) => Promise<void>,
): Promise<void> {
  const name = channelName();
  const channel = new BroadcastChannel(name);
  const heard: FromQueue[] = [];
  const notices: WorkerNotice[] = [];
  channel.onmessage = (event) => void heard.push((event as { data: FromQueue }).data);
  const queue = { adapter: 'module', url: QUEUE, options: name } as const;
  const node = await ClusterWorkerNode.open({
    ...{ threads: 2, statsMs: 10, queue, onNotice: (notice) => void notices.push(notice) },
    ...options,
  });
  try {
    await use({ node, heard, notices, say: (message) => channel.postMessage(message) });
  } finally {
    await node.close();
    channel.close();
  }
}

for (const { kind: backend } of backends) {
  test(`${backend}: units are hashed in the thread, and their figures arrive here`, async () => {
    await withNode({ backend }, async ({ node, heard, notices, say }) => {
      for (const index of [0, 1, 2]) say({ kind: 'lend', index, nonces: 5000n, bits: 8 });
      await until('all are done', () => node.stats().units.completed === 3);
      const { hashes, shares, solutions, engine, connection, lastError, leases } = node.stats();
      assert.is(hashes, 15_000);
      const reported = heard.map((event) => (event.kind === 'result' ? event.shares : 0));
      assert.is(
        shares,
        reported.reduce((sum, count) => sum + count),
      );
      assert.is(solutions, shares);
      assert.ok(engine.hashes >= hashes && engine.threads.length === 2);
      assert.equal(
        [engine.backend, connection, lastError, leases],
        [backend, 'connected', null, []],
      );
      assert.equal(notices, [{ level: 'info', text: 'joined' }]);
    });
  });

  test(`${backend}: threads and CPU limit change while it hashes, and the master is told`, async () => {
    await withNode({ backend }, async ({ node, heard, say }) => {
      say({ kind: 'lend', index: 0, nonces: ENDLESS, bits: 256 });
      await until('it hashes', () => node.stats().hashes > 0);
      const told = () => heard.filter(({ kind }) => kind === 'announced');
      await node.resize(1);
      await node.limitCpu(50);
      await until('told', () => told().length === 2);
      const [resized, limited] = told() as { threads: number; sha256: number }[];
      assert.equal([resized?.threads, limited?.threads], [1, 1]);
      assert.ok(Math.abs((limited?.sha256 ?? 0) / (resized?.sha256 ?? 1) - 0.5) < 0.01);
      assert.is(node.stats().engine.threads.length, 1);
      assert.is(node.stats().engine.cpuLimit, 50);
      assert.is(node.stats().capabilities.threads, 1);
      const argument = (await rejection(node.limitCpu(0))) as PowError;
      assert.equal([argument.code, argument.argument], ['POW_ARGUMENT', 'percent']);
      const { hashes } = node.stats();
      await until('it goes on', () => node.stats().hashes > hashes);
    });
  });

  test(`${backend}: a pause keeps its leases and hashes nothing`, async () => {
    await withNode({ backend }, async ({ node, heard, say }) => {
      say({ kind: 'lend', index: 0, nonces: ENDLESS, bits: 256 });
      await until('it hashes', () => node.stats().hashes > 0);
      await node.pause();
      assert.ok(node.stats().engine.paused);
      const alive = () => heard.filter(({ kind }) => kind === 'alive').length;
      const before = alive();
      await until('the lease is alive', () => alive() > before + 5);
      assert.is(node.stats().leases.length, 1);
      await node.resume();
      const { hashes } = node.stats();
      await until('it hashes again', () => node.stats().hashes > hashes);
    });
  });

  test(`${backend}: close() gives leases back with what is hashed, and what is left open ends`, async () => {
    await withNode({ backend }, async ({ node, heard, say }) => {
      say({ kind: 'lend', index: 0, nonces: ENDLESS, bits: 256 });
      await until('it hashes', () => node.stats().hashes > 0);
      await Promise.all([node.close(), node.close()]);
      await node.over;
      await until('the queue is closed', () => heard.some(({ kind }) => kind === 'closed'));
      const kinds = heard.map(({ kind }) => kind).filter((kind) => kind !== 'alive');
      assert.equal(kinds.slice(-3), ['result', 'released', 'closed']);
      assert.equal([node.stats().units.stopped, node.stats().connection], [1, 'closed']);
      for (const late of [node.resize(1), node.status(), node.pause()]) {
        assert.is(((await rejection(late)) as PowError).code, 'POW_CLOSED');
      }
    });
  });
}

test('a caller that is blocked for seconds keeps its leases, and a unit is still taken back', async () => {
  const name = channelName();
  const heard = new Int32Array(new SharedArrayBuffer(16));
  const master = new Thread(new URL('./channel-master.mjs', import.meta.url), {
    workerData: { shared: heard.buffer, name },
    execArgv: [],
  });
  await once(master, 'message');
  const queue = { adapter: 'module', url: QUEUE, options: name } as const;
  const node = await ClusterWorkerNode.open({ threads: 1, statsMs: 10, queue });
  try {
    await until('both are hashed', () => node.stats().leases.length === 2);
    const begunMs = performance.now();
    const blockedMs = () => performance.now() - begunMs;
    Atomics.store(heard, 3, 1);
    // Nothing of this thread runs from here on.
    const isHeard = () => Atomics.load(heard, 1) === 1 && Atomics.load(heard, 2) > 40;
    while (blockedMs() < 5000 || (!isHeard() && blockedMs() < 60_000)) Atomics.load(heard, 0);
    const [alive, isBack, aliveSince] = heard;
    assert.ok((alive ?? 0) > 40, `${alive} signs of life`);
    assert.is(isBack, 1, 'the unit is back');
    assert.ok((aliveSince ?? 0) > 40, `${aliveSince} signs of life of the other one since`);
    // One set of figures waited, not hundreds.
    const { hashes } = node.stats();
    await until('figures come again', () => node.stats().hashes > hashes);
    await until('one lease is left', () => node.stats().leases.length === 1);
  } finally {
    await node.close();
    master.postMessage('end');
    await once(master, 'exit');
  }
});

test('a queue that fails for good ends the node with the reason', async () => {
  await withNode({}, async ({ node, say }) => {
    say({ kind: 'fail', message: 'no such key' });
    const error = (await rejection(node.over)) as PowError;
    assert.is(error.code, 'POW_WORKER');
    assert.match(error.message, /no such key/);
  });
});

test('what cannot be opened is refused by name, and leaves nothing behind', async () => {
  const queue = { adapter: 'module', url: QUEUE, options: channelName() } as const;
  const code = async (options: ClusterWorkerNodeOptions) =>
    ((await rejection(ClusterWorkerNode.open(options))) as PowError).code;
  await code({ queue, threads: 0 }); // whatever is loaded by the first one stays
  const before = resources();
  assert.is(await code({ queue, threads: 0 }), 'POW_ARGUMENT');
  assert.is(await code({ queue, statsMs: 0 }), 'POW_ARGUMENT');
  assert.is(await code({ queue, kernel: 'no such kernel' }), 'POW_KERNEL');
  assert.is(await code({ queue: { ...queue, options: 'refuse' } }), 'POW_WORKER');
  assert.is(await code({ queue: { ...queue, url: 'file:///no/such.mjs' } }), 'POW_WORKER');
  assert.equal(await leftOver(before), {});
});

test.run();
