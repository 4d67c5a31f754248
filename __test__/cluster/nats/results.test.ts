import { connect, headers } from '@nats-io/transport-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { namesOf } from '../../../ts/cluster/nats/names.js';
import { until } from '../../until.js';
import { finish, isExhausted, onNats, Place, work, workOf } from './fixture.js';

const LIAR = 'b'.repeat(32);

onNats(
  'who sends what is no report gets strikes and a ban, and does not fill the log',
  async () => {
    const place = await Place.open();
    const { master, events } = await place.master();
    const connection = await connect({ servers: place.server.url });
    const subject = namesOf('pow').result(LIAR);
    for (let i = 0; i < 100; i++) {
      const its = headers();
      its.set('Nats-Msg-Id', `${LIAR}.${i}`);
      connection.publish(subject, Uint8Array.of(i, 0xff, 7), { headers: its });
    }
    await connection.flush();
    // What is reported later is looked at later.
    void work(place.worker(), finish);
    const { spec, space } = workOf(5);
    await master.publish(spec, space);
    await until('all done', () => isExhausted(events));
    const told = events.filter(({ kind }) => ['strike', 'banned', 'notice'].includes(kind));
    assert.equal(
      told.map(({ kind }) => kind),
      ['strike', 'strike', 'strike', 'banned'],
    );
    assert.is(master.status().totals.bans, 1);
    await connection.close();
    await place.close();
  },
);

test.run();
