import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ExternalOptions } from '../../ts/workers/external/options.js';
import { hardTarget } from '../fixtures.js';
import { VirtualClock } from '../miner/jobs.js';
import { until } from '../until.js';
import { ears } from './ears.js';
import { isAlive, PROGRAM, pidIn, program, withProgram } from './programs.js';
import { lastBytesJob } from './work-at-the-end.js';

const endless = (id: string) => lastBytesJob(id, 'a', { target: hardTarget });

const STUBBORN: [string, (file: string) => ExternalOptions][] = [
  ['a program', (file) => program('stubborn', file)],
  [
    'what a shell has started',
    (file) => ({ command: `"${process.execPath}" "${PROGRAM}" stubborn "${file}"` }),
  ],
];

for (const [what, options] of STUBBORN) {
  test(`${what} that ignores SIGTERM gets SIGKILL, and not before the grace is over`, async () => {
    const clock = new VirtualClock();
    const patient = (file: string) => ({ ...options(file), graceMs: 5000 });
    await withProgram(patient, { clock }, async ({ worker, file }) => {
      const { how, stop } = ears();
      const mining = worker.mine(endless('one'), how);
      const pid = await pidIn(file);
      stop.abort();
      await clock.pass(4999);
      await sleep(200); // the shell is gone by then
      assert.ok(isAlive(pid));
      await clock.pass(1);
      assert.is(await mining, 'stopped');
      await until('the program is gone', () => !isAlive(pid));
      assert.equal(worker.stats().errors, {});
    });
  });
}

test('what a program has started is ended with it', async () => {
  const line = (file: string) => `"${process.execPath}" "${PROGRAM}" hangs "${file}" & wait; :`;
  await withProgram(
    (file) => ({ command: line(file) }),
    {},
    async ({ worker, file }) => {
      const { how, stop } = ears();
      const mining = worker.mine(endless('one'), how);
      const pid = await pidIn(file);
      stop.abort();
      assert.is(await mining, 'stopped');
      await until('the program is gone', () => !isAlive(pid));
    },
  );
});

test.run();
