import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Lease } from '../../../ts/cluster/queue.js';
import { until } from '../../until.js';
import {
  accepted,
  capabilities,
  finish,
  isExhausted,
  onNats,
  Place,
  work,
  workOf,
} from './fixture.js';

/** What there is a server for; what every adapter does is in `contracts/queue.ts`. */
const UNITS = 60;

onNats(
  'the server is killed and started again: nothing is lost, nothing counts twice',
  async () => {
    const place = await Place.open();
    const journalFile = join(place.folder, 'journal');
    const { master, events } = await place.master({ journalFile });
    for (let i = 0; i < 3; i++) void work(place.worker(), finish);
    const { spec, space } = workOf(200);
    await master.publish(spec, space);
    await until('some done', () => accepted(events).size > 50);
    await place.server.kill('SIGKILL');
    await place.startServer();
    await until('all done', () => isExhausted(events));
    const counts = accepted(events);
    assert.is(counts.size, 200);
    assert.ok([...counts.values()].every((count) => count === 1));
    await place.close();
  },
);

onNats('a server that has forgotten everything is filled again from the record', async () => {
  const place = await Place.open();
  const { master, events } = await place.master({ journalFile: join(place.folder, 'journal') });
  const { spec, space } = workOf(UNITS);
  let isOpen = false;
  const waiting: Lease[] = [];
  void work(place.worker(), async (lease) => {
    if (isOpen) await finish(lease);
    else waiting.push(lease);
  });
  await master.publish(spec, space);
  await until('held', () => waiting.length === 4);
  await place.server.kill('SIGKILL');
  place.forgetStore();
  await place.startServer();
  isOpen = true;
  await Promise.all(waiting.map(finish));
  await until('all done', () => isExhausted(events));
  assert.is(accepted(events).size, UNITS);
  await place.close();
});

onNats('units in the size of a worker that is gone are done by whoever is here', async () => {
  const place = await Place.open();
  const { master, events } = await place.master({ fixedNonces: undefined });
  const worker = (hashesPerSecond: number) => {
    return place.worker({
      capabilities: { ...capabilities, hashesPerSecond: { blake2s: hashesPerSecond } },
    });
  };
  const quick = worker(1e5);
  const taken: Lease[] = [];
  void work(quick, (lease) => void taken.push(lease), 1);
  // Three units of its size: two of them lie there while it has the first.
  const { spec, space } = workOf(393);
  await master.publish(spec, space);
  await until('held', () => taken.length === 1);
  await quick.close();
  void work(worker(1e3), finish);
  await until('all done', () => isExhausted(events));
  assert.ok([...accepted(events).values()].every((count) => count === 1));
  await place.close();
});

test.run();
