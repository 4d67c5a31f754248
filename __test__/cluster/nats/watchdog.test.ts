/** What is gone on the server alone, while others have enough to do. */

import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { namesOf } from '../../../ts/cluster/nats/names.js';
import type { Lease } from '../../../ts/cluster/queue.js';
import { until } from '../../until.js';
import { accepted, finish, isExhausted, onNats, Place, work, workOf } from './fixture.js';

const limits = { watchdogMs: 100 };
const names = namesOf('pow');

/** A master, and a worker that has a unit and keeps it: something is in hands all the time. */
async function busyPlace() {
  const place = await Place.open();
  const opened = await place.master({ limits });
  const held: Lease[] = [];
  void work(place.worker(), (lease) => void held.push(lease), 1);
  const other = workOf(1, 2);
  await opened.master.publish({ ...other.spec, lane: 'other' }, other.space);
  await until('it has one', () => held.length === 1);
  const connection = await connect({ servers: place.server.url });
  return { ...opened, place, connection, server: await jetstreamManager(connection) };
}

onNats('units that left the queue without a result are put there again', async () => {
  const { place, master, events, connection, server } = await busyPlace();
  const { spec, space } = workOf(4);
  await master.publish(spec, space);
  const isThere = async () => (await server.streams.info(names.units)).state.messages > 1;
  while (!(await isThere()));
  await server.streams.purge(names.units, { filter: names.unitsOf(spec.id) });
  void work(place.worker(), finish);
  await until('all done', () => isExhausted(events));
  assert.is(accepted(events).size, 4);
  await connection.close();
  await place.close();
});

onNats('a consumer that is gone is laid out again', async () => {
  const { place, master, events, connection, server } = await busyPlace();
  const { spec, space } = workOf(4);
  for await (const { name } of server.consumers.list(names.units)) {
    await server.consumers.delete(names.units, name);
  }
  await master.publish(spec, space);
  void work(place.worker(), finish);
  await until('all done', () => isExhausted(events));
  await connection.close();
  await place.close();
});

onNats('a bucket that is gone is followed again when it was laid out anew', async () => {
  const { place, master, events, connection, server } = await busyPlace();
  await server.streams.delete(`KV_${names.progress}`);
  await until('it is noticed', () => events.some(({ kind }) => kind === 'notice'));
  const { spec, space } = workOf(1);
  await master.publish(spec, space);
  void work(place.worker(), () => {}, 1);
  const leased = () => master.status().works.find(({ id }) => id === spec.id)?.leased;
  await until('somebody is heard to have it', () => leased() === 1);
  await connection.close();
  await place.close();
});

test.run();
