import { connect } from '@nats-io/transport-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Nats } from '../../../ts/cluster/nats/connection.js';
import { watchBucket } from '../../../ts/cluster/nats/watching.js';
import { monotonicClock } from '../../../ts/miner/clock.js';
import { pause } from '../../../ts/miner/pause.js';
import { until } from '../../until.js';
import { onNats, Place } from './fixture.js';

onNats('a watch that ends for an error leaves nothing behind that goes on', async () => {
  const { Kvm } = await import('@nats-io/kv');
  const place = await Place.open();
  const connection = await connect({ servers: place.server.url });
  const kv = await new Kvm(connection).create('of-the-test');
  const over = new AbortController();
  const watches: Awaited<ReturnType<typeof kv.watch>>[] = [];
  let asked = 0;
  // The connection may end between the two questions.
  const failing = {
    async watch() {
      const watch = await kv.watch();
      watches.push(watch);
      return watch;
    },
    status() {
      asked += 1;
      return asked > 1 ? kv.status() : Promise.reject(new Error('closed connection'));
    },
  };
  const nats = { onReconnect: new Set(), bucket: () => Promise.resolve(failing) };
  const keys: string[] = [];
  const watching = watchBucket(nats as unknown as Nats, {
    ...{ bucket: 'of-the-test', clock: monotonicClock, signal: over.signal },
    onEntry: ({ key }) => keys.push(key),
  });
  await until('it began anew', () => watches.length === 2);
  await kv.put('key', 'value');
  await until('it tells', () => keys.length > 0);
  // A watch that is left alone looks every half a minute whether it still hears the server.
  const isDone = watches.map((watch) => (watch as unknown as { done: boolean }).done);
  assert.equal(isDone, [true, false]);
  over.abort();
  await watching;
  await connection.close();
  await place.close();
});

onNats('what was there before the watch is as old as the server says', async () => {
  const { Kvm } = await import('@nats-io/kv');
  const place = await Place.open();
  const connection = await connect({ servers: place.server.url });
  const kv = await new Kvm(connection).create('of-the-test');
  const over = new AbortController();
  const nats = { onReconnect: new Set(), bucket: async () => kv } as unknown as Nats;
  const ages = new Map<string, number>();
  await kv.put('old', 'value');
  await pause(monotonicClock, 300, over.signal);
  const watching = watchBucket(nats, {
    ...{ bucket: 'of-the-test', clock: monotonicClock, signal: over.signal },
    onEntry: ({ key }, ageMs) => ages.set(key, ageMs),
  });
  await until('it tells', () => ages.size === 1);
  assert.ok((ages.get('old') ?? 0) >= 250, String(ages.get('old')));
  await kv.put('new', 'value');
  await until('it tells the new one', () => ages.size === 2);
  assert.is(ages.get('new'), 0);
  over.abort();
  await watching;
  await connection.close();
  await place.close();
});

test.run();
