import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Target } from '../../ts/index.js';
import type { Found, Job } from '../../ts/miner/ports.js';
import { type SimulationOptions, SimulationWorker } from '../../ts/workers/simulation.js';
import { VirtualClock } from '../miner/jobs.js';
import { ears } from './ears.js';
import { lastBytesJob } from './work-at-the-end.js';

const oneInTenThousand = Target.fromDifficulty(10_000, 'chainweb');
const simulated = (id: string, rest: Partial<Job> = {}) =>
  lastBytesJob(id, id, { proof: 'unchecked', goal: 'all', target: oneInTenThousand, ...rest });

interface Run {
  readonly worker: SimulationWorker;
  readonly clock: VirtualClock;
  readonly found: { readonly atMs: number; readonly found: Found }[];
}

/** Gives the jobs to a worker, lets the time pass, and closes it. */
async function run(
  options: SimulationOptions,
  jobs: readonly Job[],
  ms: number,
  look: (run: Run) => void = () => {},
): Promise<Run['found']> {
  const clock = new VirtualClock();
  const worker = new SimulationWorker(options, { clock });
  const found: Run['found'] = [];
  const minings = jobs.map((job) => {
    const { how } = ears((each) => void found.push({ atMs: clock.now(), found: each }));
    return worker.mine(job, how);
  });
  await clock.pass(ms);
  look({ worker, clock, found });
  await worker.close();
  await Promise.all(minings);
  assert.is(clock.alarms, 0);
  return found;
}

const times = (found: Run['found']) => found.map(({ atMs }) => atMs);

test('solutions come as often as the hash rate and the target say, exponentially', async () => {
  const found = await run({ hashRate: 1e6, seed: 1 }, [simulated('a')], 40_000);
  // 10 ms each: 4,000 of them, give or take five standard deviations.
  assert.ok(Math.abs(found.length - 4000) < 320, `${found.length} solutions`);
  const gaps = times(found).map((atMs, i, all) => atMs - (all[i - 1] ?? 0));
  const late = gaps.filter((gap) => gap > 10).length / gaps.length;
  assert.ok(Math.abs(late - Math.exp(-1)) < 0.04, `${late} of the waits are above the mean`);
});

test('a probability takes the place of the odds of the target', async () => {
  const found = await run({ hashRate: 1e6, probability: 1e-5, seed: 1 }, [simulated('a')], 40_000);
  assert.ok(Math.abs(found.length - 400) < 100, `${found.length} solutions`);
});

test('a seed fixes when each job is solved; another seed, other times', async () => {
  const jobs = [simulated('a'), simulated('b')];
  const one = times(await run({ seed: 's' }, jobs, 1000));
  assert.ok(one.length > 10);
  assert.equal(times(await run({ seed: 's' }, jobs, 1000)), one);
  assert.not.equal(times(await run({ seed: 't' }, jobs, 1000)), one);
});

test('the hash rate is counted while nothing is found, and shared by the jobs in hand', async () => {
  const hard = { target: Target.fromBigInt(0n) };
  const found = await run(
    { hashRate: 1000 },
    [simulated('a', hard), simulated('b', hard)],
    5000,
    ({ worker }) => {
      const { hashes, running } = worker.stats();
      assert.is(Math.round(hashes), 5000);
      assert.equal(
        running.map((row) => [row.id, Math.round(row.hashes), row.ageMs]),
        [
          ['a', 2500, 5000],
          ['b', 2500, 5000],
        ],
      );
    },
  );
  assert.equal(found, []);
});

test('a job that comes later slows the other down, and its end sets it free again', async () => {
  const clock = new VirtualClock();
  const worker = new SimulationWorker({ hashRate: 1000 }, { clock });
  const hard = { target: Target.fromBigInt(0n) };
  const [one, other] = [ears(), ears()];
  const first = worker.mine(simulated('a', hard), one.how);
  await clock.pass(1000);
  const second = worker.mine(simulated('b', hard), other.how);
  await clock.pass(1000);
  other.stop.abort();
  await second;
  await clock.pass(1000);
  one.stop.abort();
  await first;
  assert.equal([one.counted, other.counted].flat().map(Math.round), [2500, 500]);
  assert.is(Math.round(worker.stats().hashes), 3000);
  await worker.close();
});

test('a target with nothing in its high bits takes its time, and the longest wait breaks nothing', async () => {
  for (const target of [Target.fromLeadingZeroBits(70), Target.fromBigInt(0n)]) {
    const found = await run({ hashRate: 1, seed: 1 }, [simulated('a', { target })], 1e6);
    assert.equal(found, []);
  }
});

test('each solution has a nonce of its own in the message', async () => {
  const found = await run({ hashRate: 1e6 }, [simulated('a')], 1000);
  const nonces = found.map(({ found: { solution } }) =>
    Buffer.from(solution.message.slice(-8)).readBigUInt64LE(),
  );
  assert.ok(nonces.length > 10);
  assert.is(new Set(nonces).size, nonces.length);
  assert.equal(
    nonces,
    found.map(({ found: { solution } }) => solution.nonce),
  );
});

test.run();
