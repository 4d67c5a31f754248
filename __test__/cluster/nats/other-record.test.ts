/** A master comes back to its record after another one has led with a record of its own. */

import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Lease } from '../../../ts/cluster/queue.js';
import { until } from '../../until.js';
import { accepted, finish, isExhausted, onNats, Place, work, workOf } from './fixture.js';

onNats('units that were lent before another record was the master’s are lent again', async () => {
  const place = await Place.open();
  const { spec, space } = workOf(6);
  const own = { journalFile: join(place.folder, 'journal') };
  const first = await place.master(own);
  const taken: Lease[] = [];
  const quick = place.worker();
  void work(quick, (lease) => void taken.push(lease), 2);
  await first.master.publish(spec, space);
  await until('some are held', () => taken.length === 2);
  await first.master.close();
  await quick.close();
  const between = await place.master();
  await between.master.close();
  const { master, events } = await place.master(own);
  // It has heard since when what is lent counts.
  void work(place.worker(), finish);
  const done = workOf(2, 2);
  await master.publish({ ...done.spec, lane: 'other' }, done.space);
  await until('it works', () => isExhausted(events));
  events.splice(0);
  await master.publish(spec, space);
  await until('all done', () => isExhausted(events));
  assert.is(accepted(events).size, 6);
  await place.close();
});

test.run();
