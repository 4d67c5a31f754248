import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../../until.js';
import { onNats, Place } from './fixture.js';

const id = (digit: string) => digit.repeat(32);
const limits = { leaderMs: 600 };
/** One that still leads after every pause of a busy machine. */
const patient = { leaderMs: 15_000 };

onNats('of two masters at once one leads, and the other is told who', async () => {
  const place = await Place.open();
  const openings = ['a', 'b'].map((digit) => {
    return place.master({ id: id(digit), name: digit, limits: patient });
  });
  const ends = await Promise.allSettled(openings);
  const leading = ends.filter(({ status }) => status === 'fulfilled');
  const refused = ends.find(({ status }) => status === 'rejected') as PromiseRejectedResult;
  assert.is(leading.length, 1);
  assert.is(refused.reason.code, 'POW_WORKER');
  assert.match(refused.reason.message, /is the master, of epoch 1/);
  await place.close();
});

onNats('who waits leads when the other has closed, with a higher epoch', async () => {
  const place = await Place.open();
  const first = await place.master({ id: id('a'), limits });
  const waiting = place.master({ id: id('b'), limits, otherMaster: 'wait' });
  await first.master.close();
  const second = await waiting;
  assert.is(second.master.epoch, first.master.epoch + 1);
  await place.close();
});

onNats('a wait ends with its signal', async () => {
  const place = await Place.open();
  await place.master({ id: id('a'), limits });
  const stop = new AbortController();
  const { signal } = stop;
  const waiting = place.master({ id: id('b'), limits, otherMaster: 'wait', signal });
  stop.abort(new Error('enough'));
  assert.match(String(await waiting.catch(String)), /enough/);
  await place.close();
});

onNats('the same master in a second process takes over, and the first one is told', async () => {
  const place = await Place.open();
  const first = await place.master({ id: id('a'), limits });
  const second = await place.master({ id: id('a'), limits });
  assert.ok(second.master.epoch > first.master.epoch);
  await until('deposed', () => first.events.some(({ kind }) => kind === 'deposed'));
  await place.close();
});

onNats('an epoch is above that of the record and above the one that was asked for', async () => {
  const place = await Place.open();
  const { master } = await place.master({ epochAbove: 41 });
  assert.is(master.epoch, 42);
  await place.close();
});

test.run();
