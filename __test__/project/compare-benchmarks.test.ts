import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ResultRow, SuiteResult } from '../../benchmark/results.js';
import { comparison } from '../../scripts/compare-benchmarks.mjs';

const row: ResultRow = {
  name: 'blake2s',
  unit: 'hashes/s',
  value: 100,
  marginPercent: 1,
  p99: null,
  samples: 9,
};

function run(changes: Partial<ResultRow>, cpu = 'one'): SuiteResult[] {
  const machine = { cpu, cores: 2, backend: 'native' } as SuiteResult['machine'];
  const rows = [{ ...row, ...changes }];
  return [{ suite: 'scan', question: '', machine, quick: false, rows }];
}

test('a change beyond the noise is better or worse, by the unit', () => {
  assert.match(comparison(run({}), run({ value: 120 })), /\| blake2s \| \+20\.0 %, better \|/);
  assert.match(comparison(run({}), run({ value: 80 })), /−20\.0 %, \*\*worse\*\*/);
  const slower = comparison(run({ unit: 'us' }), run({ unit: 'us', value: 150 }));
  assert.match(slower, /\+50\.0 %, \*\*worse\*\*/);
});

test('a change within the noise of both runs is none', () => {
  assert.match(comparison(run({}), run({ value: 106 })), /\| none \|/);
  assert.match(comparison(run({ marginPercent: 20 }), run({ value: 120 })), /\| none \|/);
});

test('another machine, or no earlier run, is nothing to compare with', () => {
  assert.match(comparison(run({}, 'one'), run({}, 'two')), /^Nothing to compare with/);
  assert.match(comparison([], run({})), /^Nothing to compare with/);
});

test.run();
