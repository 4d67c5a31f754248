import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Reports } from '../../../ts/cluster/worker/reports.js';
import { job, turns } from '../../miner/jobs.js';
import { ScriptedLease } from './scripted-queue.js';

function setUp() {
  const lease = new ScriptedLease(job('1', 'a'), 0n, 1n << 20n);
  const answers: ((error?: Error) => void)[] = [];
  lease.answer = () =>
    new Promise<void>((resolve, reject) => {
      answers.push((error) => (error === undefined ? resolve() : reject(error)));
    });
  const errors: unknown[] = [];
  let rooms = 0;
  const reports = new Reports(lease, {
    onError: (error) => void errors.push(error),
    onRoom: () => {
      rooms += 1;
    },
  });
  let next = 0n;
  const find = (count: number, isSolution: boolean) => {
    for (let i = 0; i < count; i++) {
      reports.found({ nonce: next, hash: new Uint8Array(32) }, isSolution);
      next += 1n;
    }
  };
  return { lease, answers, errors, reports, find, rooms: () => rooms };
}

const sizes = ({ results }: ScriptedLease) => results.map(({ shares }) => shares.length);

test('shares wait for the end, or for two hundred of them, or for a solution', async () => {
  const { lease, answers, reports, find } = setUp();
  find(199, false);
  reports.tell(1n);
  assert.equal(sizes(lease), []);
  find(1, false);
  reports.tell(1n);
  assert.equal(sizes(lease), [200]);
  answers[0]?.();
  await turns();
  find(1, true);
  reports.tell(2n);
  assert.equal(sizes(lease), [200, 1]);
});

test('of what is found while a report is on its way, solutions go next, however many', async () => {
  const { lease, answers, reports, find, rooms } = setUp();
  find(1, true);
  reports.tell(1n);
  find(600, true);
  reports.tell(1n);
  for (let i = 0; i < 4; i++) {
    answers[i]?.();
    await turns();
  }
  assert.equal(sizes(lease), [1, 256, 256, 88]);
  assert.is(rooms(), 1);
  assert.is(new Set(lease.nonces).size, 601);
});

test('what is said to be hashed does not reach beyond a solution that the master lacks', async () => {
  const { lease, answers, reports, find } = setUp();
  find(3, false);
  assert.is(reports.reach(9n), 9n);
  find(1, true); // nonce 3
  assert.equal([reports.reach(9n), reports.reach(2n)], [3n, 2n]);
  reports.tell(9n);
  find(300, true); // from 4 on
  answers[0]?.();
  await turns();
  assert.is(reports.reach(1000n), 4n);
  answers[1]?.();
  await turns();
  assert.is(reports.reach(1000n), 4n + 256n);
  answers[2]?.();
  await turns();
  assert.is(reports.reach(1000n), 1000n);
  assert.ok(lease.results.every(({ scannedTo }) => scannedTo <= 9n));
});

test('the end comes after what is on its way, with all that is left', async () => {
  const { lease, answers, reports, find } = setUp();
  find(1, true);
  reports.hashed(10);
  reports.tell(1n);
  find(300, false);
  reports.hashed(7);
  const ending = reports.end('exhausted', 99n);
  await turns();
  assert.equal(sizes(lease), [1]);
  for (let i = 0; i < 3; i++) {
    answers[i]?.();
    await turns();
  }
  await ending;
  assert.equal(sizes(lease), [1, 256, 44]);
  assert.equal(
    lease.results.map(({ outcome, hashes }) => [outcome, hashes]),
    [
      ['partial', 10],
      ['partial', 7],
      ['exhausted', 0],
    ],
  );
});

test('a report that fails is told of, and those after it go on', async () => {
  const { lease, answers, errors, reports, find } = setUp();
  find(1, true);
  reports.tell(1n);
  find(1, true);
  const error = new Error('no space left');
  answers[0]?.(error);
  await turns();
  assert.equal([errors, sizes(lease)], [[error], [1, 1]]);
});

test('a lease that is let go with nothing to say says nothing, one that is done does', async () => {
  const { lease, answers, reports } = setUp();
  await reports.end('partial', 0n);
  assert.equal(lease.results, []);
  const ending = reports.end('exhausted', 5n);
  await turns();
  answers[0]?.();
  await ending;
  assert.equal(lease.results, [{ outcome: 'exhausted', scannedTo: 5n, shares: [], hashes: 0 }]);
});

test.run();
