import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fetchDataset } from '../../../ts/cluster/datasets/fetch.js';
import { CHUNK_BYTES } from '../../../ts/cluster/datasets/list.js';
import { RelayHost } from '../../../ts/cluster/datasets/relay.js';
import { joinMaster } from '../../../ts/cluster/tcp/client.js';
import { addKey } from '../../../ts/cluster/tcp/keys.js';
import { openMaster } from '../../../ts/cluster/tcp/master.js';
import type { TcpMaster, WorkerSecurity } from '../../../ts/cluster/tcp/options.js';
import { monotonicClock } from '../../../ts/miner/clock.js';
import { until } from '../../until.js';
import { Child, killChildren } from '../faults/child.js';
import { bytesOf, fileOf, freshCache, freshFolder, listFor } from './folder.js';

const CHUNKS = 30;
const bytes = bytesOf(CHUNKS * CHUNK_BYTES - 5);
const { root } = listFor(bytes);
const file = fileOf(bytes);

test.after.each(killChildren);

test('with pre-shared keys the master relays a dataset between workers, and one of them is killed', async () => {
  const keysFile = join(freshFolder(), 'keys');
  const keyOf = (identity: string): WorkerSecurity => {
    return {
      kind: 'psk',
      identity,
      secret: addKey(keysFile, identity, new Date().toISOString()).secret,
    };
  };
  const [one, two, own] = ['one', 'two', 'own'].map((name) => keyOf(name));
  if (!one || !two || !own) throw new Error('no keys');
  const master: TcpMaster = await openMaster({
    security: { kind: 'psk', keysFile },
    chunks: new RelayHost(null, (asked) => master.chunkHosts(asked)),
  });
  const holders = await Promise.all([one, two].map((security) => holder(master, security)));
  const worker = joinMaster({
    ...{ seeds: [master], security: own },
    capabilities: {
      ...{ version: '0.0.0', cores: 1, threads: 1, ramMb: 1, features: [], aes: false },
      ...{ datasets: [], serves: null, hashesPerSecond: {} },
    },
  });
  let done = 0;
  const progress = (now: number) => {
    done = now;
  };
  const fetching = fetchDataset(root, {
    ...{ cache: freshCache(), hosts: () => [worker.chunks], clock: monotonicClock, progress },
    ...{ random: Math.random, signal: new AbortController().signal },
  });
  await until('some are there', () => done > CHUNKS / 4);
  const served = await Promise.all(holders.map((child) => child.ask<number>('served')));
  await holders[(served[0] ?? 0) > (served[1] ?? 0) ? 0 : 1]?.kill();
  assert.ok(done < CHUNKS, 'it was killed in the middle');
  assert.ok(readFileSync((await fetching).path).equals(bytes));
  await worker.close();
  await master.close();
});

async function holder(
  { host, port }: { readonly host: string; readonly port: number },
  security: WorkerSecurity,
): Promise<Child> {
  const child = new Child('../datasets/holder-process.ts');
  await child.ask('open', { file, folder: freshFolder(), master: { host, port }, security });
  await until('it is connected', async () => (await child.ask('connection')) === 'connected');
  return child;
}

test.run();
