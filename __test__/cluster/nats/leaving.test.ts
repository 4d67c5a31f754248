import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Lease } from '../../../ts/cluster/queue.js';
import { until } from '../../until.js';
import { onNats, Place, work, workOf } from './fixture.js';

onNats(
  'a worker that leaves gives back what it has, and takes nothing else meanwhile',
  async () => {
    const place = await Place.open();
    const { master } = await place.master();
    const { spec, space } = workOf(20);
    await master.publish(spec, space);
    const taken: Lease[] = [];
    const queue = place.worker();
    void work(queue, (lease) => void taken.push(lease), 2);
    await until('it has two', () => taken.length === 2);
    await queue.close();
    await until('nobody has anything', () => master.status().works[0]?.leased === 0);
    assert.is(taken.length, 2);
    await place.close();
  },
);

test.run();
