import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type ConstantDelayOptions, ConstantDelayWorker } from '../../ts/workers/constant-delay.js';
import { VirtualClock } from '../miner/jobs.js';
import { ears } from './ears.js';
import { lastBytesJob } from './work-at-the-end.js';

interface Opened {
  readonly clock: VirtualClock;
  /** Gives it a job of a lane. */
  hold(lane: string): AbortController;
  /** Lane and time of every solution. */
  readonly solved: readonly [string, number][];
}

async function withWorker(
  options: ConstantDelayOptions,
  use: (opened: Opened) => Promise<void>,
): Promise<void> {
  const clock = new VirtualClock();
  const worker = new ConstantDelayWorker(options, { clock });
  const solved: [string, number][] = [];
  const minings: Promise<unknown>[] = [];
  const hold = (lane: string) => {
    const { how, stop } = ears(() => void solved.push([lane, clock.now()]));
    minings.push(worker.mine(lastBytesJob(lane, lane, { proof: 'unchecked' }), how));
    return stop;
  };
  await use({ clock, hold, solved });
  await worker.close();
  await Promise.all(minings);
  assert.is(clock.alarms, 0);
}

test('a block comes every block time divided by the chains, of the job that waits longest', async () => {
  await withWorker({ blockTimeMs: 20_000, chains: 20 }, async ({ clock, hold, solved }) => {
    for (const lane of ['a', 'b', 'c']) hold(lane);
    await clock.pass(3500);
    assert.equal(solved, [
      ['a', 1000],
      ['b', 2000],
      ['c', 3000],
    ]);
    hold('d');
    await clock.pass(500);
    assert.equal(solved.at(-1), ['d', 4000]);
  });
});

test('the default is thirty seconds over twenty chains', async () => {
  await withWorker({}, async ({ clock, hold, solved }) => {
    hold('a');
    await clock.pass(1499);
    assert.equal(solved, []);
    await clock.pass(1);
    assert.equal(solved, [['a', 1500]]);
  });
});

test('a job that replaces another waits no longer for that', async () => {
  await withWorker({ blockTimeMs: 1000, chains: 1 }, async ({ clock, hold, solved }) => {
    const old = hold('old');
    await clock.pass(900);
    hold('new');
    old.abort();
    await clock.pass(100);
    assert.equal(solved, [['new', 1000]]);
  });
});

test('time without a job is not made up for', async () => {
  await withWorker({ blockTimeMs: 1000, chains: 1 }, async ({ clock, hold, solved }) => {
    hold('a');
    await clock.pass(60_000);
    for (const lane of ['b', 'c', 'd']) hold(lane);
    await clock.pass(0);
    assert.equal(solved.slice(1), [['b', 60_000]]);
    await clock.pass(2000);
    assert.equal(solved.slice(2), [
      ['c', 61_000],
      ['d', 62_000],
    ]);
  });
});

test.run();
