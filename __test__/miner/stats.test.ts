import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PowError } from '../../ts/index.js';
import type { Found, Outcome, WorkerStats } from '../../ts/miner/ports.js';
import { Tally } from '../../ts/miner/stats.js';
import { job, ScriptedWorker } from './jobs.js';

const idle = new ScriptedWorker().stats();
const foundOn = (lane: string, stale?: boolean): Found => ({
  ...{ job: job('1', lane), roll: {}, stale },
  solution: { nonce: 0n, hash: new Uint8Array(32), message: new Uint8Array(1) },
});
const outcome = (tally: Tally, lane: string, result: Outcome['result'], block: boolean) =>
  tally.note({ kind: 'outcome', found: foundOn(lane), outcome: { result, block } });

test('blocks and shares are counted by outcome, in all and for each lane', () => {
  const tally = new Tally();
  outcome(tally, 'a', 'accepted', true);
  outcome(tally, 'a', 'stale', false);
  outcome(tally, 'b', 'accepted', false);
  outcome(tally, 'b', 'unknown', true);
  const { blocks, shares, lanes } = tally.stats(idle, 3);
  assert.equal(blocks, { accepted: 1, stale: 0, duplicate: 0, rejected: 0, unknown: 1 });
  assert.equal(shares, { accepted: 1, stale: 1, duplicate: 0, rejected: 0, unknown: 0 });
  assert.equal(
    lanes.map(({ lane, blocks: ofLane }) => [lane, ofLane.accepted, ofLane.unknown]),
    [
      ['a', 1, 0],
      ['b', 0, 1],
    ],
  );
});

test('hashes of a lane are those of its ended jobs and of the running one', () => {
  const tally = new Tally();
  tally.note({ kind: 'started', job: job('1', 'a'), switchedFrom: null });
  tally.note({ kind: 'ended', job: job('1', 'a'), how: 'stopped', hashes: 100 });
  tally.note({ kind: 'failed', job: job('2', 'a'), hashes: 20, error: new Error('x') });
  const running = [{ id: '3', lane: 'a', hashes: 3, ageMs: 1 }];
  const worker: WorkerStats = { ...idle, hashes: 123, wastedHashes: 7, running };
  const { hashes, wastedHashes, lanes } = tally.stats(worker, 0);
  assert.equal([hashes, wastedHashes, lanes[0]?.hashes], [123, 7, 123]);
  assert.is(tally.stats(worker, 0).lanes[0]?.hashes, 123, 'a second look adds nothing');
});

test('errors are counted by code, others under the code of who failed', () => {
  const tally = new Tally();
  const failed = (error: unknown) =>
    tally.note({ kind: 'failed', job: job('1', 'a'), hashes: 0, error });
  failed(new PowError('POW_PANIC', 'planted'));
  failed(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }));
  failed('no error at all');
  tally.note({ kind: 'undelivered', found: foundOn('a'), error: new Error('no route') });
  assert.equal(tally.stats(idle, 0).errors, { POW_PANIC: 1, POW_WORKER: 2, POW_SOURCE: 1 });
});

test('solutions, stales, switches and skipped refreshes are counted', () => {
  const tally = new Tally();
  tally.note({ kind: 'found', found: foundOn('a', true) });
  tally.note({ kind: 'found', found: foundOn('a') });
  tally.note({ kind: 'started', job: job('2', 'a'), switchedFrom: job('1', 'a') });
  tally.note({ kind: 'skipped', job: job('3', 'a') });
  tally.note({ kind: 'taken', jobs: 3, fresh: 2 });
  tally.note({ kind: 'taken', jobs: 3, fresh: 1 });
  const { solutions, stales, switches, skipped, sets, jobs, largestBatch } = tally.stats(idle, 0);
  assert.equal([solutions, stales, switches, skipped], [2, 1, 1, 1]);
  assert.equal([sets, jobs, largestBatch], [2, 3, 2]);
});

test('of 5,000 lanes the last 1,024 are remembered, and the totals hold all', () => {
  const tally = new Tally();
  for (let i = 0; i < 5000; i++) outcome(tally, `lane ${i}`, 'accepted', true);
  const { lanes, blocks } = tally.stats(idle, 0);
  assert.is(lanes.length, 1024);
  assert.is(lanes.at(-1)?.lane, 'lane 4999');
  assert.is(blocks.accepted, 5000);
});

test('a snapshot does not change afterwards', () => {
  const tally = new Tally();
  outcome(tally, 'a', 'accepted', true);
  const before = tally.stats(idle, 0);
  outcome(tally, 'a', 'accepted', true);
  assert.equal([before.blocks.accepted, before.lanes[0]?.blocks.accepted], [1, 1]);
});

test.run();
