/** Runs every suite (or those named), one after the other: `node --import tsx benchmark/run.ts [--quick] [scan ...]`. */

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { count } from '../ts/cli/quantities.js';
import { judge } from './budgets.js';
import { loadResult, type ResultRow, type SuiteResult, saveSummary } from './results.js';
import { SUITES } from './suites.js';

const flags = process.argv.slice(2).filter((word) => word.startsWith('--'));
const names = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const unknown = [
  ...names.filter((name) => !SUITES.some((row) => row.name === name)),
  ...flags.filter((flag) => flag !== '--quick'),
];
if (unknown.length > 0) {
  const known = SUITES.map(({ name }) => name).join(', ');
  process.stderr.write(`${unknown.join(', ')}: expected --quick or any of ${known}\n`);
  process.exit(2);
}

const chosen = SUITES.filter(({ name }) => names.length === 0 || names.includes(name));
const failed: string[] = [];
const results: SuiteResult[] = [];
for (const { name } of chosen) {
  // A process of its own for each: no suite inherits the threads or the garbage of another.
  const file = fileURLToPath(new URL(`${name}.ts`, import.meta.url));
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', file, ...flags], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status === 0) results.push(loadResult(name));
  else failed.push(name);
}

const markdown = results.map(suiteMarkdown).join('\n');
saveSummary(results, markdown);
process.stdout.write(`\n${markdown}`);
if (failed.length > 0) {
  process.stderr.write(`failed: ${failed.join(', ')}\n`);
  process.exitCode = 1;
}

function suiteMarkdown({ question, machine, quick, rows }: SuiteResult): string {
  const { cpu, cores, node, platform, backend, date } = machine;
  return [
    `### ${question}`,
    '',
    `${cpu}, ${cores} cores, Node ${node} on ${platform}, ${backend} backend, ${date}` +
      (quick ? ' (quick: the figures mean nothing)' : ''),
    '',
    '| case | figure | spread | samples | budget |',
    '|---|---|---|---|---|',
    ...rows.map(
      (row) =>
        `| ${row.name} | ${figure(row)} | ${spread(row)} | ${row.samples} | ${judge(row).text} |`,
    ),
    '',
  ].join('\n');
}

function figure({ unit, value }: ResultRow): string {
  if (unit === '%') return `${value.toFixed(1)} %`;
  return unit === 'us' ? `p50 ${value.toFixed(1)} us` : `${count(value)} ${unit}`;
}

function spread({ marginPercent, p99 }: ResultRow): string {
  if (p99 !== null) return `p99 ${p99.toFixed(1)} us`;
  return marginPercent === null ? '' : `± ${marginPercent} %`;
}
