import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Rates } from '../../../ts/cli/run/rates.js';
import { runJson, runLine, runSummary, starvedLine } from '../../../ts/cli/run/report.js';
import type { LaneCounts, MinerStats } from '../../../ts/miner/stats.js';

const none = { accepted: 0, stale: 0, duplicate: 0, rejected: 0, unknown: 0 };
const nothing = { switches: 0, skipped: 0, solutions: 0, stales: 0, undelivered: 0 };

const laneOf = (lane: string, hashes: number, accepted = 0): LaneCounts => ({
  ...{ lane, hashes, ...nothing },
  blocks: { ...none, accepted },
  shares: none,
});

function statsOf(lanes: readonly LaneCounts[], blocks = none): MinerStats {
  const hashes = lanes.reduce((sum, lane) => sum + lane.hashes, 0);
  const counts = { sets: 0, jobs: 0, largestBatch: 0, refused: 0, submitting: 0, wastedHashes: 0 };
  return { ...nothing, ...counts, hashes, lanes, blocks, shares: none, errors: {} };
}

test('the line says rate, outcomes, lanes, expectation, time, and the rate of every lane', () => {
  const rates = new Rates();
  rates.add(statsOf([laneOf('chain-3', 0), laneOf('chain-7', 0)]), 0);
  const blocks = { ...none, accepted: 12, stale: 1, rejected: 2, unknown: 3 };
  const stats = statsOf([laneOf('chain-3', 1e6), laneOf('chain-7', 3e6)], blocks);
  rates.add(stats, 1000);
  assert.is(
    runLine(stats, rates, {
      ...{ elapsedMs: 65_000, lanes: 2, expectedHashes: 4e8, workers: 3, devices: null },
    }),
    '4.00 MH/s | 12 accepted, 1 stale, 2 rejected, 3 unknown | 2 lanes | 3 workers | ' +
      'one in 1:40 expected | 1:05 | chain-7 3.00 MH/s, chain-3 1.00 MH/s',
  );
});

test('nothing is promised before there is a rate', () => {
  const line = runLine(statsOf([]), new Rates(), {
    elapsedMs: 0,
    lanes: 0,
    expectedHashes: null,
    workers: null,
    devices: null,
  });
  assert.is(line, '0 H/s | 0 accepted, 0 stale, 0 rejected, 0 unknown | 0 lanes | 0:00');
});

test('threads that starve are told of in one line', () => {
  const times = { starvedMs: 2100, windowMs: 1000 };
  const counts = { threads: 3, ofThreads: 24, running: 1, batch: 2 };
  assert.is(
    starvedLine({ kind: 'starved', ...counts, ...times }),
    '3 of 24 threads starved, for 2.10 s in all within 1.00 s: 1 job running, 2 jobs in the last batch',
  );
});

test('rates are those of the last ten seconds', () => {
  const rates = new Rates();
  for (let second = 0; second <= 60; second++) {
    const hashes = second <= 40 ? second * 1000 : 40_000 + (second - 40) * 5000;
    rates.add(statsOf([laneOf('chain-1', hashes)]), second * 1000);
  }
  assert.is(rates.total, 5000);
  assert.equal(rates.lanes, [{ lane: 'chain-1', rate: 5000 }]);
});

test('a lane that comes later is counted from nothing', () => {
  const rates = new Rates();
  rates.add(statsOf([]), 0);
  rates.add(statsOf([laneOf('chain-1', 500)]), 1000);
  assert.equal(rates.lanes, [{ lane: 'chain-1', rate: 500 }]);
});

test('the summary has a row for each lane, in the order of numbers', () => {
  const lanes = [laneOf('chain-10', 10, 1), laneOf('chain-9', 1000, 2)];
  const text = runSummary(statsOf(lanes, { ...none, accepted: 3 }), 1000);
  assert.match(text, /^blocks +3 accepted, 0 stale/);
  assert.match(text, /^chain-9 +2 .*\nchain-10 +1 /m);
});

test('JSON has everything, and rates of lanes', () => {
  const json = runJson('done', statsOf([laneOf('chain-1', 500)]), 2000, { lanes: [] });
  assert.is(json.hashesPerSecond, 250);
  assert.is(json.lanes[0]?.hashesPerSecond, 250);
  JSON.stringify(json);
});

test.run();
