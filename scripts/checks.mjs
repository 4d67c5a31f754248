/** Every check that is not a test, one row each: `npm run ready` and CI walk this table. */

import { spawnSync } from 'node:child_process';
import { capture } from './run-process.mjs';
import { report } from './test-runners.mjs';

/** @typedef {import('./totals.mjs').Totals} Totals */

/**
 * @typedef {object} Check
 * @property {string} name what goes red
 * @property {string} program a script in `node_modules`, or a program on the PATH
 * @property {readonly string[]} args
 * @property {readonly string[]} [probe] arguments that only a program that is there accepts
 */

// biome-ignore format: one row per line
/** @type {readonly Check[]} */
const CHECKS = [
  { name: 'biome', program: '@biomejs/biome/bin/biome', args: ['check', '--error-on-warnings'] },
  { name: 'tsc', program: 'typescript/bin/tsc', args: ['--noEmit'] },
  { name: 'knip', program: 'knip/bin/knip.js', args: [] },
  { name: 'publint', program: 'publint/src/cli.js', args: ['--strict'] },
  { name: 'attw', program: '@arethetypeswrong/cli/dist/index.js', args: ['--pack', '.', '--profile', 'esm-only'] },
  { name: 'rustfmt', program: 'cargo', probe: ['fmt', '--version'], args: ['fmt', '--all', '--check'] },
  { name: 'clippy', program: 'cargo', probe: ['clippy', '--version'], args: ['clippy', '--workspace', '--all-targets', '--', '-D', 'warnings'] },
  { name: 'cargo-deny', program: 'cargo-deny', probe: ['--version'], args: ['check', 'licenses', 'bans', 'sources'] },
  { name: 'actionlint', program: 'actionlint', probe: ['-version'], args: ['-color=false'] },
];

/** @returns {Promise<Totals[]>} one passed, failed or skipped test for each check */
export async function runChecks() {
  const rows = [];
  for (const check of CHECKS) rows.push(await runCheck(check));
  return rows;
}

/**
 * @param {Check} check
 * @returns {Promise<Totals>}
 */
async function runCheck({ name, program, args, probe }) {
  if (probe !== undefined && spawnSync(program, probe).status !== 0) {
    console.log(`skip  ${name}: not installed (CONTRIBUTING.md says how)`);
    return { passed: 0, failed: 0, skipped: 1 };
  }
  const { code, output } =
    probe === undefined
      ? await capture(process.execPath, [`node_modules/${program}`, ...args])
      : await capture(program, args);
  const passed = code === 0 ? 1 : 0;
  return report(name, { passed, failed: 1 - passed, skipped: 0 }, output);
}
