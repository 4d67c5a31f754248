/**
 * Makes a checkout ready to run: packages, the addon in `native/`, the compiled package in `dist/`.
 * Needs Node alone; does only what is not done yet.
 */

import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprint, isCurrent, remember } from './fingerprint.mjs';
import { capture, ROOT } from './run-process.mjs';
import { findRust, locked } from './rust.mjs';

/**
 * @typedef {object} Checkout
 * @property {boolean} addon whether there is a native backend to run on
 * @property {boolean} rust whether the Rust tests can run
 */

/**
 * @returns {Promise<Checkout>}
 * @throws {SetUpError} with the output of the step that failed
 */
async function setUp() {
  await install();
  const { rust, reason } = findRust();
  const addon = await buildAddon(rust, reason);
  await compile();
  return { addon, rust: rust !== null };
}

/**
 * Sets up, then does what the script is for. The exit code is what that returns; 1 when a step
 * fails, which is then shown without a stack of ours.
 *
 * @param {(checkout: Checkout) => number | Promise<number>} then
 */
export async function afterSetUp(then) {
  try {
    process.exitCode = await then(await setUp());
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    say(error.message);
    process.exitCode = 1;
  }
}

/** A step failed; what it printed is the message. */
class SetUpError extends Error {
  /**
   * @param {string} step
   * @param {string} output
   */
  constructor(step, output) {
    super(`${output.trimEnd()}\n\n${step} failed`);
  }
}

async function install() {
  const print = fingerprint(['package-lock.json', '.npmrc'], [process.platform, process.arch]);
  const marker = 'node_modules/.package-lock.json';
  if (isCurrent('packages', print, [marker])) return;
  // Nothing in the package needs install scripts, so none get to run.
  const args = ['ci', '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund'];
  await step('installing packages', ...npm(args));
  remember('packages', print);
}

/**
 * npm as a program: on Windows it is a script that only a shell starts.
 *
 * @param {readonly string[]} args
 * @returns {[command: string, args: readonly string[]]}
 */
export function npm(args) {
  const script = process.env['npm_execpath'];
  if (script?.endsWith('.js')) return [process.execPath, [script, ...args]];
  return process.platform === 'win32' ? ['cmd', ['/c', 'npm', ...args]] : ['npm', args];
}

/**
 * @param {import('./rust.mjs').Rust | null} rust
 * @param {string | null} reason
 */
async function buildAddon(rust, reason) {
  if (process.env['POW_NATIVE_BACKEND'] === 'portable') {
    say('the portable backend was asked for: the addon is not built');
    return false;
  }
  const sources = ['Cargo.toml', 'Cargo.lock', 'crates', '.cargo'];
  const print = fingerprint(sources, [process.platform, process.arch]);
  const built = readdirSync(join(ROOT, 'native')).filter((name) => name.endsWith('.node'));
  if (built.length > 0 && isCurrent('addon', print, ['native/index.js'])) return true;
  if (rust === null) {
    say(`${reason}: using the portable backend, many times slower (get Rust from rustup.rs)`);
    // An addon of other sources may lie there. It must not be taken for this one.
    process.env['POW_NATIVE_BACKEND'] = 'portable';
    return false;
  }
  // biome-ignore format: one pair per line
  await step('building the addon', process.execPath, [
    'node_modules/@napi-rs/cli/dist/cli.js', 'build', '--platform', '--release',
    '--manifest-path', 'crates/pow-addon/Cargo.toml', '--output-dir', 'native', '--', ...locked,
  ]);
  remember('addon', print);
  return true;
}

/** Whether `dist` is what `ts` is now. */
export function isCompiled(print = distPrint()) {
  return isCurrent('dist', print, ['dist/index.js']);
}

function distPrint() {
  return fingerprint(['ts', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json']);
}

async function compile() {
  const print = distPrint();
  if (isCompiled(print)) return;
  // A module that was renamed must not stay behind and be published.
  rmSync(join(ROOT, 'dist'), { recursive: true, force: true });
  const compiler = 'node_modules/typescript/bin/tsc';
  await step('compiling TypeScript', process.execPath, [compiler, '-p', 'tsconfig.build.json']);
  remember('dist', print);
}

/**
 * @param {string} name
 * @param {string} command
 * @param {readonly string[]} args
 */
async function step(name, command, args) {
  say(`${name} ...`);
  const { code, output } = await capture(command, args);
  if (code !== 0) throw new SetUpError(name, output);
}

/** @param {string} line */
function say(line) {
  process.stderr.write(`${line}\n`);
}
