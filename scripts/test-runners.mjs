/** Runs every test of every runner and counts them against the committed floor. */

import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { filesAt } from './fingerprint.mjs';
import { capture, ROOT } from './run-process.mjs';
import { locked } from './rust.mjs';
import { installTestTools } from './test-tools.mjs';
import { cargoTotals, closingLine, closingTotals, sum, uvuTotals } from './totals.mjs';

/** @typedef {import('./totals.mjs').Totals} Totals */

/** Test files at the same time: some hash on every core, more wait for something. */
const CONCURRENCY = availableParallelism() + 1;
const FILE_LIMIT_MS = 600_000;
const SLOW_FILE_LIMIT_MS = 1_800_000;

/** Every test file. A file that this does not find is never run. */
export function testFiles() {
  return filesAt('__test__').filter((path) => path.endsWith('.test.ts'));
}

/** Those that take minutes. */
export function slowFiles() {
  return filesAt('__test__').filter((path) => path.endsWith('.slow.ts'));
}

/**
 * Fewest tests that each runner may pass: a list of tests that shrinks by mistake goes red.
 * `skippable`: of those of uvu, how many need programs that npm does not bring.
 *
 * @returns {{ cargo: number, uvu: number, skippable: number, slow: number }}
 */
export function testFloor() {
  return JSON.parse(readFileSync(join(ROOT, '.ci', 'floor.json'), 'utf8'));
}

/**
 * @param {import('./set-up.mjs').Checkout} checkout
 * @returns {Promise<Totals>} failures have been printed
 */
export async function runAllTests({ addon, rust }) {
  const floor = testFloor();
  const cargo = rust
    ? atLeast(floor.cargo, 'cargo test', await runCargo())
    : withoutRust('the Rust tests', floor.cargo);
  await installTestTools();
  const uvu = await runUvu(testFiles());
  // Without the addon, tests that walk the kernels have fewer to walk.
  return sum([cargo, addon ? atLeast(floor.uvu, 'uvu', uvu, floor.skippable) : uvu]);
}

/**
 * What takes minutes: `npm run test:slow`.
 *
 * @returns {Promise<Totals>}
 */
export async function runSlowTests() {
  return atLeast(testFloor().slow, 'slow', await runUvu(slowFiles(), SLOW_FILE_LIMIT_MS));
}

/**
 * The Arm kernels on an emulated CPU: `npm run test:arm64`.
 *
 * @returns {Promise<Totals>}
 */
export async function runArmTests() {
  const { code, output } = await capture(process.execPath, ['scripts/test-arm64.mjs']);
  return report('test:arm64', closingTotals(output, code), output);
}

/** @returns {Promise<Totals>} */
async function runCargo() {
  const { code, output } = await capture('cargo', [
    'test',
    '--workspace',
    '--no-fail-fast',
    ...locked,
  ]);
  return report('cargo test', cargoTotals(output, code), output);
}

/**
 * Runs each file in a process of its own: none can hide in another's totals, hang it or crash it.
 *
 * @param {readonly string[]} files
 * @param {number} limitMs of each file
 * @returns {Promise<Totals>}
 */
export async function runUvu(files, limitMs = FILE_LIMIT_MS) {
  const waiting = [...files];
  /** @type {Totals[]} */
  const rows = [];
  const runner = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      rows.push(await runUvuFile(file, limitMs));
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, runner));
  return sum(rows);
}

/**
 * @param {string} file
 * @param {number} limitMs
 * @returns {Promise<Totals>}
 */
async function runUvuFile(file, limitMs) {
  const startMs = performance.now();
  const { code, output, timedOut } = await capture(process.execPath, ['--import', 'tsx', file], {
    limitMs,
  });
  const seconds = Math.round((performance.now() - startMs) / 1000);
  const totals = uvuTotals(output, code);
  const late = timedOut ? `\nstopped after ${limitMs / 1000} s` : '';
  const silent = totals.passed + totals.skipped === 0 && code === 0 ? '\nno test ran' : '';
  return report(`${file} (${seconds} s)`, totals, output + late + silent);
}

/**
 * @param {string} name
 * @param {Totals} totals
 * @param {string} output shown when something failed
 */
export function report(name, totals, output) {
  console.log(`${totals.failed === 0 ? ' ok ' : 'FAIL'}  ${name}: ${closingLine(totals)}`);
  if (totals.failed > 0) console.log(output.trimEnd());
  return totals;
}

/**
 * @param {number} least
 * @param {string} name
 * @param {Totals} totals
 * @param {number} skippable of the least, where programs are missing that those tests need
 * @returns {Totals}
 */
function atLeast(least, name, totals, skippable = 0) {
  if (totals.passed >= least - Math.min(totals.skipped, skippable)) return totals;
  console.log(`FAIL  ${name}: fewer than the ${least} tests that .ci/floor.json asks for`);
  return { ...totals, failed: totals.failed + 1 };
}

/**
 * @param {string} what
 * @param {number} skipped
 * @returns {Totals}
 */
function withoutRust(what, skipped) {
  console.log(`skip  ${what}: there is no Rust here`);
  return { passed: 0, failed: 0, skipped };
}
