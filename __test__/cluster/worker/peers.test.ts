import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CHUNK_BYTES } from '../../../ts/cluster/datasets/list.js';
import { PeerPort } from '../../../ts/cluster/peers/port.js';
import type { NodeInfo } from '../../../ts/cluster/queue.js';
import { WorkerDatasets } from '../../../ts/cluster/worker/datasets.js';
import { monotonicClock } from '../../../ts/miner/clock.js';
import { job } from '../../miner/jobs.js';
import { until } from '../../until.js';
import { authorityOf } from '../authority.js';
import { bytesOf, freshFolder, listFor, MemoryHost } from '../datasets/folder.js';
import { CAPABILITIES } from '../tcp/fixture.js';
import { ScriptedLease } from './scripted-queue.js';

/** More than a worker has connections. */
const NODES = 100;

// Every address of 127.0.0.0/8 is this machine on Linux alone.
if (process.platform === 'linux') {
  test('a dataset comes from peers, however many have it, and slow ones too', async () => {
    const bytes = bytesOf(2 * CHUNK_BYTES);
    const { root } = listFor(bytes);
    const nodes = authorityOf('one', 'two');
    const host = new MemoryHost('host', bytes);
    host.instead = async () => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      return undefined;
    };
    const port = await PeerPort.open({
      ...{ address: { host: '0.0.0.0', port: 0 }, tls: nodes.one },
      ...{ clock: monotonicClock, chunks: host },
    });
    const list = Array.from({ length: NODES }, (_, i): NodeInfo => {
      const serves = { host: `127.0.0.${i + 1}`, port: port.port };
      const capabilities = { ...CAPABILITIES, datasets: [root], serves };
      return { id: `n${i}`, name: `n${i}`, role: 'worker', capabilities };
    });
    const servedAt = { host: '127.0.1.1', port: port.port };
    const datasets = await WorkerDatasets.open(
      { folder: freshFolder(), peers: { tls: nodes.two, servedAt } },
      { nodes: () => list, master: () => undefined, onChange: () => {} },
    );
    const lease = new ScriptedLease(job('1', 'a'), 0n, 9n, { spec: { dataset: root } });
    try {
      let isThere = false;
      datasets.prepare(lease).then(
        () => {
          isThere = true;
        },
        () => {},
      );
      await until('the dataset is there', () => isThere);
    } finally {
      await datasets.close();
      port.close();
    }
    assert.equal(datasets.cache.roots(), [root]);
  });
}

test('a dataset that takes the place of another one is told of like any other', async () => {
  const two = [bytesOf(CHUNK_BYTES, 'a'), bytesOf(CHUNK_BYTES, 'b')];
  const hosts = two.map((bytes, i) => new MemoryHost(`host ${i}`, bytes));
  const told: (readonly string[])[] = [];
  let host = hosts[0];
  const datasets: WorkerDatasets = await WorkerDatasets.open(
    { folder: freshFolder(), mostBytes: CHUNK_BYTES },
    {
      ...{ nodes: () => [], master: () => host },
      onChange: () => told.push(datasets.cache.roots()),
    },
  );
  const roots = two.map((bytes) => listFor(bytes).root);
  for (const [i, dataset] of roots.entries()) {
    host = hosts[i];
    await datasets.prepare(new ScriptedLease(job('1', 'a'), 0n, 9n, { spec: { dataset } }));
  }
  await datasets.close();
  assert.equal(
    told,
    roots.map((root) => [root]),
  );
});

test.run();
