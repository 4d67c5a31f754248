import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { SuiteResult } from '../../benchmark/results.js';
import { SUITES } from '../../benchmark/suites.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

function run(...args: string[]) {
  return spawnSync(process.execPath, ['--import', 'tsx', 'benchmark/run.ts', ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: 570_000,
  });
}

test('every suite of the table has a file', () => {
  for (const { name } of SUITES) assert.ok(existsSync(`${ROOT}benchmark/${name}.ts`), name);
});

test('every suite runs and leaves figures in the shared format', () => {
  const { status, stdout, stderr } = run('--quick');
  assert.is(status, 0, stderr);
  const summary = readFileSync(`${ROOT}benchmark/results/quick/summary.json`, 'utf8');
  const results = JSON.parse(summary) as SuiteResult[];
  assert.equal(
    results.map(({ suite }) => suite),
    SUITES.map(({ name }) => name),
  );
  for (const { suite, question, quick, rows } of results) {
    assert.is(quick, true, suite);
    assert.match(stdout, question);
    assert.ok(rows.length > 0, suite);
    for (const { name, value, samples } of rows) {
      assert.ok(Number.isFinite(value) && value > 0 && samples > 0, `${suite}: ${name}`);
    }
  }
});

test('a suite that does not exist is bad usage', () => {
  const { status, stderr } = run('no-such-suite');
  assert.is(status, 2);
  assert.match(stderr, 'no-such-suite');
});

test.run();
