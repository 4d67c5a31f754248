import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { LIST_INDEX } from '../../../ts/cluster/datasets/host.js';
import { CHUNK_BYTES } from '../../../ts/cluster/datasets/list.js';
import { WantedDatasets } from '../../../ts/cluster/datasets/wanted.js';
import { type Clock, monotonicClock } from '../../../ts/miner/clock.js';
import { until } from '../../until.js';
import { bytesOf, freshCache, listFor, MemoryHost } from './folder.js';

const bytes = bytesOf(5 * CHUNK_BYTES);
const { root } = listFor(bytes);
const other = '0'.repeat(64);
const never = new AbortController().signal;

test('a dataset that the master named is fetched once, however many wait for it', async () => {
  const { wanted, host } = setUp();
  assert.ok(wanted.name(3, root));
  const files = await Promise.all([1, 2, 3].map(() => wanted.ready(root, never)));
  for (const { path } of files) assert.ok(readFileSync(path).equals(bytes));
  assert.is(host.asked.length, 6);
});

test('what nobody named is not fetched', async () => {
  const { wanted, host } = setUp();
  const error = await wanted.ready(root, never).catch((why: unknown) => why);
  assert.match(String(error), /not one that the master has named/);
  assert.equal(host.asked, []);
});

test('a master of a lower epoch names nothing any more, and a higher one starts anew', async () => {
  const { wanted } = setUp();
  assert.ok(wanted.name(3, root));
  assert.not(wanted.name(2, other));
  assert.ok(wanted.name(4, other));
  const error = await wanted.ready(root, never).catch((why: unknown) => why);
  assert.match(String(error), /not one that the master has named/);
  assert.not(wanted.name(5, '../passwd'));
});

test('when nothing is named in a higher epoch any more, a master of a lower one names again', async () => {
  let nowMs = 0;
  const { wanted } = setUp({ ...monotonicClock, now: () => nowMs });
  assert.ok(wanted.name(3, root));
  nowMs = 29_000;
  assert.not(wanted.name(2, other));
  assert.ok(wanted.name(3, root));
  nowMs = 58_000;
  assert.not(wanted.name(2, other));
  nowMs = 60_000;
  assert.ok(wanted.name(2, other));
  const error = await wanted.ready(root, never).catch((why: unknown) => why);
  assert.match(String(error), /not one that the master has named/);
});

test('a fetch ends when the last one who waits has left, and begins again for the next', async () => {
  const { wanted, host } = setUp();
  let silent = true;
  host.instead = async (index) => {
    if (index === LIST_INDEX || !silent) return undefined;
    return new Promise(() => {});
  };
  wanted.name(1, root);
  const stops = [new AbortController(), new AbortController()];
  const waits = stops.map(({ signal }) => wanted.ready(root, signal));
  await until('asked', () => host.asked.length > 1);
  const reasons = [new Error('one'), new Error('two')];
  stops[0]?.abort(reasons[0]);
  assert.is(await waits[0]?.catch((why: unknown) => why), reasons[0]);
  silent = false;
  stops[1]?.abort(reasons[1]);
  assert.is(await waits[1]?.catch((why: unknown) => why), reasons[1]);
  assert.ok(readFileSync((await wanted.ready(root, never)).path).equals(bytes));
});

test('closing ends every fetch', async () => {
  const { wanted, host } = setUp();
  host.instead = () => new Promise(() => {});
  wanted.name(1, root);
  const waits = wanted.ready(root, never).catch((why: unknown) => why);
  await until('asked', () => host.asked.length > 0);
  await wanted.close();
  assert.match(String(await waits), /closed/);
  assert.instance(await wanted.ready(root, never).catch((why: unknown) => why), Error);
});

function setUp(clock: Clock = monotonicClock) {
  const host = new MemoryHost('host', bytes);
  const options = { cache: freshCache(), hosts: () => [host], clock };
  return { host, wanted: new WantedDatasets({ ...options, random: Math.random }) };
}

test.run();
