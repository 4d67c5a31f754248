import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../../until.js';
import { accepted, finish, onNats, Place, work, workOf } from './fixture.js';

/** Seconds of a worker that has said nothing of its rate. */
const NONCES = 4_000_000n;

onNats(
  'a worker that does not let go is struck, and its units are done by one that is idle',
  async () => {
    const place = await Place.open();
    const { master, events } = await place.master({
      ...{ fixedNonces: NONCES, limits: { leaderMs: 1_500 } },
    });
    const { spec, space } = workOf(1);
    await master.publish(spec, { ...space, nonces: { start: 0n, end: 2n * NONCES } });
    const held: number[] = [];
    const ends: string[] = [];
    void work(place.worker(), ({ unit, signal }) => {
      held.push(unit.index);
      signal.addEventListener('abort', () => ends.push(String(signal.reason)));
    });
    await until('it has both', () => held.length === 2);
    void work(place.worker(), finish);
    await until('both are done', () => accepted(events).size === 2);
    assert.is(ends[0], 'moved', 'it was asked first');
    const why = events.flatMap((event) => (event.kind === 'strike' ? [event.reason] : []));
    assert.equal(new Set(why), new Set(['it does not let go of a unit']));
    await place.close();
  },
);

test.run();
