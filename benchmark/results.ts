import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describeMachine, type Machine } from '../ts/cli/bench/machine.js';
import { selectBackend } from '../ts/native/select.js';
import type { Budget } from './budgets.js';
import { SUITES } from './suites.js';

/** One figure, whatever the suite. */
export interface ResultRow {
  readonly name: string;
  readonly unit:
    | 'hashes/s'
    | 'searches/s'
    | 'candidates/s'
    | 'shares/s'
    | 'connections/s'
    | 'units/s'
    | 'MiB'
    | '%'
    | 'us';
  /** A mean for rates and shares, the median for times. */
  readonly value: number;
  /** Rates: half the 95 % confidence interval of the mean, in per cent. */
  readonly marginPercent: number | null;
  /** Times: the 99th percentile. */
  readonly p99: number | null;
  readonly samples: number;
  readonly budgets?: readonly Budget[] | undefined;
}

/** What a suite leaves in `benchmark/results/<suite>.json` (`results/quick/` with `--quick`). */
export interface SuiteResult {
  readonly suite: string;
  readonly question: string;
  readonly machine: Machine;
  /** Made with `--quick`: shows that the suite runs, not how fast anything is. */
  readonly quick: boolean;
  readonly rows: readonly ResultRow[];
}

/** `--quick` of the suite that is running. */
export const quick = process.argv.includes('--quick');

/** Apart, so that a quick run (a test) does not overwrite figures that took minutes. */
const FOLDER = fileURLToPath(new URL(quick ? 'results/quick/' : 'results/', import.meta.url));

export function saveResult(suite: string, rows: readonly ResultRow[]): void {
  const question = SUITES.find((row) => row.name === suite)?.question;
  if (question === undefined) throw new Error(`${suite} is not in the table of suites`);
  const machine = describeMachine(selectBackend().kind);
  const result: SuiteResult = { suite, question, machine, quick, rows };
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(fileOf(suite), `${JSON.stringify(result, null, 2)}\n`);
}

export function loadResult(suite: string): SuiteResult {
  return JSON.parse(readFileSync(fileOf(suite), 'utf8')) as SuiteResult;
}

/** Writes the results of a whole run, for people and for machines. */
export function saveSummary(results: readonly SuiteResult[], markdown: string): void {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(`${FOLDER}summary.json`, `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync(`${FOLDER}summary.md`, markdown);
}

function fileOf(suite: string): string {
  return `${FOLDER}${suite}.json`;
}
