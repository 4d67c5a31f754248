import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nkeys } from '@nats-io/transport-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fetchDataset } from '../../../ts/cluster/datasets/fetch.js';
import { CHUNK_BYTES } from '../../../ts/cluster/datasets/list.js';
import { joinNats } from '../../../ts/cluster/nats/client.js';
import { serverAuthorization } from '../../../ts/cluster/nats/rights.js';
import { ClusterWorkerNode } from '../../../ts/cluster/worker/node.js';
import { monotonicClock } from '../../../ts/miner/clock.js';
import { until } from '../../until.js';
import { bytesOf, fileOf, freshCache } from '../datasets/folder.js';
import { capabilities, isExhausted, onNats, Place, workOf } from './fixture.js';

const bytes = bytesOf(5 * CHUNK_BYTES + 3);
const folder = mkdtempSync(join(tmpdir(), 'pow-native-nats-dataset-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

let place: Place | null = null;
test.after.each(async () => {
  await place?.close();
  place = null;
});

onNats('a worker with the rights of a worker gets the dataset that the master has', async () => {
  const [ours, theirs] = [keyPair(), keyPair()];
  place = await Place.open(serverAuthorization({ masters: [ours.nkey], workers: [theirs.nkey] }));
  const from = freshCache();
  const { list } = await from.add(fileOf(bytes));
  const { root } = list;
  await place.master({ seed: ours.seed, dataset: { root, from } });
  const worker = joinNats({
    ...{ servers: [place.server.url], seed: theirs.seed, capabilities },
  });
  const stop = new AbortController();
  const file = await fetchDataset(root, {
    ...{ cache: freshCache(), hosts: () => [worker.chunks], clock: monotonicClock },
    ...{ random: Math.random, signal: stop.signal },
  });
  assert.ok(readFileSync(file.path).equals(bytes));
  await worker.close();
});

onNats(
  'units of a work with a dataset are hashed once the worker has it, and not before',
  async () => {
    place = await Place.open();
    const from = freshCache();
    const { list } = await from.add(fileOf(bytes));
    const { root } = list;
    const { master, events } = await place.master({ dataset: { root, from } });
    const { spec, space } = workOf(20);
    await master.publish({ ...spec, dataset: root }, space);
    const node = await ClusterWorkerNode.open({
      queue: { adapter: 'nats', servers: [place.server.url] },
      ...{ threads: 1, priority: 'normal', datasets: { folder } },
    });
    await until('all are done', () => isExhausted(events));
    assert.ok(readFileSync(join(folder, root)).equals(bytes));
    await node.close();
  },
);

function keyPair(): { readonly seed: string; readonly nkey: string } {
  const pair = nkeys.createUser();
  return { seed: Buffer.from(pair.getSeed()).toString(), nkey: pair.getPublicKey() };
}

test.run();
