/**
 * What changed between two runs of the benchmarks, as a table:
 * `node scripts/compare-benchmarks.mjs before/summary.json benchmark/results/summary.json`.
 *
 * Figures of two machines cannot be compared, so rows are matched by processor too. A change
 * within the noise of both runs is shown as none.
 */

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {import('../benchmark/results.js').SuiteResult} SuiteResult
 * @typedef {import('../benchmark/results.js').ResultRow} ResultRow
 */

/** What a shared machine adds to the spread that a run sees of itself, in per cent. */
const NOISE_PERCENT = 5;

/**
 * @param {readonly SuiteResult[]} before
 * @param {readonly SuiteResult[]} after
 * @returns {string} a Markdown table, or a sentence that says why there is none
 */
export function comparison(before, after) {
  const old = new Map(before.flatMap((suite) => suite.rows.map((row) => [key(suite, row), row])));
  const lines = after.flatMap((suite) =>
    suite.rows.flatMap((row) => {
      const was = old.get(key(suite, row));
      if (was === undefined || was.value === 0) return [];
      return [`| ${suite.suite} | ${row.name} | ${change(was, row)} |`];
    }),
  );
  if (lines.length === 0) return 'Nothing to compare with: no earlier run on such a machine.\n';
  return ['| suite | case | change |', '|---|---|---|', ...lines, ''].join('\n');
}

/**
 * @param {SuiteResult} suite
 * @param {ResultRow} row
 */
function key({ suite, machine: { cpu, cores, backend } }, { name, unit }) {
  return JSON.stringify([suite, name, unit, cpu, cores, backend]);
}

/**
 * @param {ResultRow} was
 * @param {ResultRow} is
 */
function change(was, is) {
  const percent = (is.value / was.value - 1) * 100;
  const noise = NOISE_PERCENT + (was.marginPercent ?? 0) + (is.marginPercent ?? 0);
  if (Math.abs(percent) <= noise) return 'none';
  // More hashes are better, more microseconds are worse.
  const better = is.unit === 'us' ? percent < 0 : percent > 0;
  return `${percent > 0 ? '+' : '−'}${Math.abs(percent).toFixed(1)} %, ${better ? 'better' : '**worse**'}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [before = '', after = ''] = process.argv.slice(2);
  const read = (/** @type {string} */ path) =>
    existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : [];
  process.stdout.write(comparison(read(before), read(after)));
}
