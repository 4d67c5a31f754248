/** What a new master makes of what workers said to the one before. */

import { join } from 'node:path';
import { connect } from '@nats-io/transport-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { progressKey, writeProgress } from '../../../ts/cluster/nats/control.js';
import { namesOf } from '../../../ts/cluster/nats/names.js';
import { monotonicClock } from '../../../ts/miner/clock.js';
import { pause } from '../../../ts/miner/pause.js';
import { until } from '../../until.js';
import { onNats, Place, workOf } from './fixture.js';

const [DEAD, ALIVE, OTHER] = ['a'.repeat(32), 'b'.repeat(32), 'c'.repeat(32)] as const;
/** Of the first unit in the first epoch. */
const FENCE = 65_537;

onNats('a unit is still in the hands of whoever got it when the first one had died', async () => {
  const { Kvm } = await import('@nats-io/kv');
  const place = await Place.open();
  const leaseMs = 1_000;
  const how = { limits: { leaseMs }, journalFile: join(place.folder, 'journal') };
  const { spec, space } = workOf(1);
  const first = await place.master(how);
  place.worker({ id: OTHER });
  await until('somebody is there', () => first.master.status().workers.length === 1);
  await first.master.publish(spec, space);
  const names = namesOf('pow');
  const connection = await connect({
    ...{ servers: place.server.url, inboxPrefix: names.inbox(OTHER) },
  });
  await connection.request(names.want(OTHER), JSON.stringify({ most: 1, credits: 1 }));
  assert.is(first.master.status().works[0]?.pending, 1);
  const progress = await new Kvm(connection).open(names.progress);
  const say = (worker: string, fence: number, scannedTo: bigint) =>
    progress.put(progressKey(worker, spec.id, 0), writeProgress({ fence, scannedTo }));
  await first.master.close();
  await say(DEAD, FENCE, 5n);
  await pause(monotonicClock, leaseMs, new AbortController().signal);
  await say(ALIVE, FENCE + 1, 3n);
  const second = await place.master(how);
  await second.master.publish(spec, space);
  const holders = () =>
    second.events.flatMap((event) =>
      event.kind === 'unit' && event.state === 'assigned' ? [event.worker] : [],
    );
  await until('it knows who has it', () => holders().length > 1);
  assert.equal(holders(), [DEAD, ALIVE]);
  await connection.close();
  await place.close();
});

test.run();
