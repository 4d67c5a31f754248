import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DatasetCache } from '../../../ts/cluster/datasets/cache.js';
import type { QueueEvent } from '../../../ts/cluster/queue.js';
import { openMaster } from '../../../ts/cluster/tcp/master.js';
import type { TcpMaster, TcpMasterOptions } from '../../../ts/cluster/tcp/options.js';
import { workOfJob } from '../../../ts/cluster/work-of-job.js';
import { ClusterWorkerNode } from '../../../ts/cluster/worker/node.js';
import type { ClusterWorkerNodeOptions } from '../../../ts/cluster/worker/options.js';
import { Target } from '../../../ts/index.js';
import { everySolution, job, smallJob } from '../../miner/jobs.js';
import { until } from '../../until.js';
import { authorityOf } from '../authority.js';
import { bytesOf, fileOf, freshCache, freshFolder } from '../datasets/folder.js';

const security = { kind: 'plain' } as const;

interface Setting {
  readonly master: TcpMaster;
  readonly node: ClusterWorkerNode;
  readonly events: QueueEvent[];
}

async function withBoth(
  options: Partial<TcpMasterOptions>,
  nodeOptions: Partial<ClusterWorkerNodeOptions>,
  use: (setting: Setting) => Promise<void>,
): Promise<void> {
  const events: QueueEvent[] = [];
  const onEvent = (event: QueueEvent) => void events.push(event);
  const master = await openMaster({ security, onEvent, ...options });
  const { host, port } = master;
  const queue = { adapter: 'tcp', seeds: [{ host, port }], security } as const;
  const node = await ClusterWorkerNode.open({ threads: 2, statsMs: 10, queue, ...nodeOptions });
  try {
    await use({ master, node, events });
  } finally {
    await node.close();
    await master.close();
  }
}

const isExhausted = (events: readonly QueueEvent[], work: string) =>
  events.some((event) => event.kind === 'exhausted' && event.work === work);

test('a job is hashed over TCP, every solution of every variant once', async () => {
  const target = Target.fromLeadingZeroBits(6);
  const of = smallJob('tcp', 'a', 4, { goal: 'all', target, variants: 3n });
  await withBoth({ fixedNonces: 1234n }, {}, async ({ master, node, events }) => {
    const { spec, space } = workOfJob(of, { unitHashes: 1234 });
    await master.publish(spec, space);
    await until('all of it is hashed', () => isExhausted(events, spec.id));
    const found = events.flatMap((event) => {
      if (event.kind !== 'result') return [];
      return event.solutions.map(({ nonce }) => `${event.unit.variant}:${nonce}`);
    });
    assert.equal(found.sort(), everySolution(of).sort());
    await until('counted', () => node.stats().units.completed === 27);
    assert.is(node.stats().hashes, 30_000);
    const { workers, totals } = await node.status();
    assert.equal([workers.length, totals.units, totals.strikes], [1, 27, 0]);
  });
});

test('a cancelled work leaves the threads, and the next one gets them', async () => {
  await withBoth({}, {}, async ({ master, node, events }) => {
    const endless = workOfJob(job('endless', 'a', { goal: 'all' }));
    await master.publish(endless.spec, endless.space);
    await until('it hashes', () => node.stats().hashes > 0);
    await master.cancel(endless.spec.id, 'stale');
    await until('it is let go', () => node.stats().units.stopped > 0);
    const next = workOfJob(smallJob('next', 'a', 4, { goal: 'all' }));
    await master.publish(next.spec, next.space);
    await until('the next one is done', () => isExhausted(events, next.spec.id));
    const lanes = () => node.stats().leases.map(({ unit }) => unit.split('.')[0]);
    await until('nothing is left', () => !lanes().includes(endless.spec.id));
  });
});

test('a dataset comes before the first hash, over the same connection, and is told of', async () => {
  const cache = freshCache();
  const { list } = await cache.add(fileOf(bytesOf(3_500_000)));
  const of = smallJob('with data', 'a', 4, { goal: 'all' });
  const datasets = { folder: freshFolder() };
  await withBoth({ chunks: cache }, { datasets }, async ({ master, node, events }) => {
    const { spec, space } = workOfJob(of, { dataset: list.root });
    await master.publish(spec, space);
    await until('it is hashed', () => isExhausted(events, spec.id));
    await until('the node has it', () => node.stats().capabilities.datasets.includes(list.root));
    const told = () =>
      events.flatMap((event) =>
        event.kind === 'node' && event.node.role === 'worker'
          ? event.node.capabilities.datasets
          : [],
      );
    await until('the master knows', () => told().includes(list.root));
  });
});

test('a dataset that the master does not have comes from a node that has it', async () => {
  const { one, other } = authorityOf('one', 'other');
  const folder = freshFolder();
  const { list } = await new DatasetCache({ folder }).add(fileOf(bytesOf(2_500_000)));
  const listen = { host: '127.0.0.1', port: 0 };
  const [having, lacking] = [
    { folder, peers: { listen, tls: one } },
    { folder: freshFolder(), peers: { listen, tls: other } },
  ];
  await withBoth({ fixedNonces: 100n }, { datasets: having }, async ({ master, node, events }) => {
    const [few, many] = [3, 4].map((digits) =>
      workOfJob(smallJob(`${digits}`, 'a', digits, { goal: 'all' }), { dataset: list.root }),
    );
    assert.ok(few !== undefined && many !== undefined);
    await master.publish(few.spec, few.space);
    await until('the first has it', () => isExhausted(events, few.spec.id));
    const { host, port } = master;
    const queue = { adapter: 'tcp', seeds: [{ host, port }], security } as const;
    const how = { threads: 1, statsMs: 10, queue, datasets: lacking };
    const second = await ClusterWorkerNode.open(how);
    try {
      await node.pause();
      await master.publish(many.spec, many.space);
      await until('the second has it', () => second.stats().units.completed > 0);
      await until('it says so', () => second.stats().capabilities.datasets.includes(list.root));
      const [peer] = await second.peers();
      assert.equal(peer?.capabilities.serves, node.stats().capabilities.serves);
      await node.resume();
      await until('all of it is hashed', () => isExhausted(events, many.spec.id));
    } finally {
      await second.close();
    }
  });
});

test('without a place for datasets a work that needs one is not hashed, and says why', async () => {
  const of = smallJob('no place', 'a', 4, { goal: 'all' });
  await withBoth({}, {}, async ({ master, node }) => {
    const { spec, space } = workOfJob(of, { dataset: 'ab'.repeat(32) });
    await master.publish(spec, space);
    await until('it says why', () => /no place for dataset ab/.test(node.stats().lastError ?? ''));
    assert.is(node.stats().hashes, 0);
  });
});

test.run();
