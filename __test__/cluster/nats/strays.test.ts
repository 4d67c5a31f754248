/** Units in the size of workers that are gone, while those who are here have enough to do. */

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Lease } from '../../../ts/cluster/queue.js';
import { monotonicClock } from '../../../ts/miner/clock.js';
import { pause } from '../../../ts/miner/pause.js';
import { until } from '../../until.js';
import { capabilities, finish, isExhausted, onNats, Place, work, workOf } from './fixture.js';

/** Hashes a second. */
const able = (blake2s: number) => ({
  capabilities: { ...capabilities, hashesPerSecond: { blake2s } },
});
const STEP_MS = 20;

onNats('they are done before what was carved last', async () => {
  const place = await Place.open();
  const { master, events } = await place.master({ fixedNonces: undefined });
  const quick = place.worker(able(1e5));
  const taken: Lease[] = [];
  void work(quick, (lease) => void taken.push(lease), 1);
  const { spec, space } = workOf(393);
  await master.publish(spec, space);
  // Three units of its size: two of them lie there while it has the first.
  await until(
    'all of it is carved',
    () => taken.length === 1 && master.status().works[0]?.pending === 2,
  );
  await quick.close();
  // Of this one there is always more.
  const endless = workOf(1_000_000_000, 2);
  await master.publish({ ...endless.spec, lane: 'other' }, endless.space);
  const slow = async (lease: Lease) => {
    await pause(monotonicClock, STEP_MS, new AbortController().signal);
    await lease.report({
      outcome: 'exhausted',
      scannedTo: lease.unit.end,
      shares: [],
      hashes: STEP_MS,
    });
  };
  void work(place.worker(able(1e3)), slow, 1);
  await until('all done', () => isExhausted(events));
  assert.ok(events.some((event) => event.kind === 'result' && event.unit.work === endless.spec.id));
  await place.close();
});

onNats(
  'units in the size of a worker that is here, but takes none, are done by others',
  async () => {
    const place = await Place.open();
    const { master, events } = await place.master({ fixedNonces: undefined });
    const signal = new AbortController().signal;
    const taken: Lease[] = [];
    const paused = place.worker(able(1e5));
    void (async () => {
      const most = () => (taken.length > 0 ? 0 : 1);
      for await (const lease of paused.leases({ most, signal })) taken.push(lease);
    })();
    const { spec, space } = workOf(393);
    await master.publish(spec, space);
    await until('all of it is carved', () => {
      return taken.length === 1 && master.status().works[0]?.pending === 2;
    });
    await taken[0]?.release({ scannedTo: 0n });
    void work(place.worker(able(1e3)), finish);
    await until('all done', () => isExhausted(events));
    await place.close();
  },
);

test.run();
