/** A worker that knows several masters: which of them it goes to, and how often it tries. */

import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { TcpMaster } from '../../../ts/cluster/tcp/options.js';
import { until } from '../../until.js';
import { skewedClock } from '../skewed-clock.js';
import { Opened } from './fixture.js';

let opened: Opened;
test.before.each(() => {
  opened = new Opened();
});
test.after.each(() => opened.close());

const seedsOf = (...masters: readonly TcpMaster[]) =>
  masters.map(({ port }) => ({ host: '127.0.0.1', port }));

test('when the only master of a higher epoch stays away, a worker goes to one that is left', async () => {
  const restarted = { journalFile: join(opened.folder, 'first') };
  await (await opened.master(restarted)).close();
  const first = await opened.master(restarted);
  const second = await opened.master({ journalFile: join(opened.folder, 'second') });
  assert.equal([first.epoch, second.epoch], [2, 1]);
  const clock = skewedClock();
  const worker = opened.worker(first, { seeds: seedsOf(first, second), clock });
  await until('connected', () => worker.connection() === 'connected');
  await first.close();
  await until('the second is not taken yet', () =>
    /its epoch|is 1$/.test(worker.lastError() ?? ''),
  );
  assert.is(second.status().workers.length, 0);
  clock.skewMs = 60_000;
  await until('the second is', () => second.status().workers.length === 1);
});

test('a master that wants a worker later keeps it from no other one', async () => {
  const full = await opened.master({ limits: { peers: 0, deadMs: 600_000 } });
  const other = await opened.master();
  const worker = opened.worker(full, { seeds: seedsOf(full, other) });
  await until('refused', () => /as many workers/.test(worker.lastError() ?? ''));
  const atMs = performance.now();
  await until('connected', () => worker.connection() === 'connected');
  assert.ok(performance.now() - atMs < 5_000);
});

test('two nodes of one id, which take the place of each other, do so ever less often', async () => {
  const many = { acceptsPerSecond: 1_000, acceptsPerSecondAndAddress: 1_000 };
  const master = await opened.master({ limits: many });
  const id = 'ab'.repeat(16);
  for (const _ of [1, 2]) opened.worker(master, { id, random: () => 0.5 });
  const count = () => opened.notices.filter((text) => /^connected to/.test(text)).length;
  await until('both were there', () => count() >= 2);
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  assert.ok(count() < 30, `${count()} connections in four seconds`);
});

test.run();
