/**
 * `npm run test:arm64`: the Arm kernels under every test of their crate, on an emulated CPU.
 * Installs the emulator and a cross compiler where it may (Debian, as root); else it skips.
 */

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { capture } from './run-process.mjs';
import { findRust } from './rust.mjs';
import { report } from './test-runners.mjs';
import { cargoTotals, closingLine, sum } from './totals.mjs';

/** @typedef {import('./totals.mjs').Totals} Totals */

const TARGET = 'aarch64-unknown-linux-gnu';
const LINKER = 'aarch64-linux-gnu-gcc';
const EMULATOR = 'qemu-aarch64';
/** Where Debian keeps the libraries of the emulated machine. */
const LIBRARIES = '/usr/aarch64-linux-gnu';
const PACKAGES = ['gcc-aarch64-linux-gnu', 'libc6-dev-arm64-cross', 'qemu-user'];
/** What must have run: an emulated CPU without their features would leave them out in silence. */
const KERNELS = [
  'blake2s neon',
  'sha256 arm_sha',
  'sha256 neon',
  'sha256d arm_sha',
  'sha256d neon',
];

const totals = (await setUp()) ?? sum(await test());
console.log(closingLine(totals));
process.exitCode = totals.failed === 0 ? 0 : 1;

/**
 * Installs what is missing.
 *
 * @returns {Promise<Totals | null>} the outcome when there is nothing to run on, else `null`
 */
async function setUp() {
  const { rust, reason } = findRust();
  if (rust === null) return skipped(reason);
  if (!isThere()) {
    const debian = process.platform === 'linux' && spawnSync('apt-get', ['--version']).status === 0;
    const packages = PACKAGES.join(' ');
    if (!debian) return skipped(`no ${LINKER} and ${EMULATOR} (Debian has them: ${packages})`);
    if (process.getuid?.() !== 0) return skipped(`run apt-get install ${packages} as root first`);
    for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...PACKAGES]]) {
      const failed = await failure('apt-get', args);
      if (failed !== null) return failed;
    }
  }
  if (spawnSync('rustup', ['--version']).status !== 0) return null;
  return await failure('rustup', ['target', 'add', TARGET]);
}

/** Whether the linker, the emulator and the libraries are there. */
function isThere() {
  const programs = [LINKER, EMULATOR].map((name) => spawnSync(name, ['--version']).status);
  return programs.every((status) => status === 0) && existsSync(`${LIBRARIES}/lib/libc.so.6`);
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {Promise<Totals | null>} `null` when it worked
 */
async function failure(command, args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { code, output } = await capture(command, args, { env });
  if (code === 0) return null;
  return report([command, ...args].join(' '), { passed: 0, failed: 1, skipped: 0 }, output);
}

/** @returns {Promise<Totals[]>} the tests, and one more for each kernel that must have run */
async function test() {
  const upper = TARGET.toUpperCase().replaceAll('-', '_');
  const env = {
    ...process.env,
    [`CARGO_TARGET_${upper}_LINKER`]: LINKER,
    // `max` has every feature the emulator knows, the SHA extension among them.
    [`CARGO_TARGET_${upper}_RUNNER`]: `${EMULATOR} -cpu max -L ${LIBRARIES}`,
  };
  const locked = process.env['CI'] === undefined ? [] : ['--locked'];
  const crate = ['-p', 'pow-kernel', '--target', TARGET, ...locked];
  const args = ['test', ...crate, '--', '--nocapture'];
  const { code, output } = await capture('cargo', args, { env });
  const tests = report(`cargo test on ${TARGET}`, cargoTotals(output, code), output);
  return [tests, ...KERNELS.map((kernel) => ran(kernel, output))];
}

/**
 * Reads the rows of the oracle: a kernel must have met hits and misses as often as the scalar one.
 *
 * @param {string} kernel hash and feature
 * @param {string} output
 * @returns {Totals}
 */
function ran(kernel, output) {
  const rows = (/** @type {string} */ name) =>
    output.match(new RegExp(`\\b${name}: Seen \\{ hits: [1-9]\\d*, misses: [1-9]\\d* \\}`, 'g'))
      ?.length ?? 0;
  const [here, scalar] = [rows(kernel), rows(kernel.replace(/ \w+$/, ' scalar'))];
  const passed = here > 0 && here === scalar ? 1 : 0;
  const what = `${kernel} ran in ${here} of ${scalar} oracle tests\n`;
  return report(`${kernel} under the oracle`, { passed, failed: 1 - passed, skipped: 0 }, what);
}

/**
 * @param {string} reason
 * @returns {Totals}
 */
function skipped(reason) {
  console.log(`skip  the Arm kernels: ${reason}`);
  return { passed: 0, failed: 0, skipped: 1 };
}
