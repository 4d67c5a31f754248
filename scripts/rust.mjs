/** The Rust toolchain of this machine, if it has one that is new enough. */

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { ROOT } from './run-process.mjs';

/** A lock file that does not fit its manifests is repaired at home and refused in CI. */
export const locked = process.env['CI'] === undefined ? [] : ['--locked'];

/**
 * @typedef {{ version: string }} Rust
 * @typedef {{ rust: Rust, reason: null } | { rust: null, reason: string }} RustSearch
 */

/**
 * Looks for `cargo` on the PATH, then where rustup puts it, which it then adds to the PATH.
 *
 * @returns {RustSearch} `reason` says why there is no Rust to build with
 */
export function findRust() {
  const rustup = join(process.env['CARGO_HOME'] ?? join(homedir(), '.cargo'), 'bin');
  if (version('cargo') === null && existsSync(rustup)) {
    process.env['PATH'] = `${process.env['PATH'] ?? ''}${delimiter}${rustup}`;
  }
  const found = version('rustc');
  if (version('cargo') === null || found === null) return { rust: null, reason: 'no cargo found' };
  const needed = neededVersion();
  return isAtLeast(found, needed)
    ? { rust: { version: found }, reason: null }
    : { rust: null, reason: `Rust ${found} found, ${needed} needed` };
}

/** @param {string} program */
function version(program) {
  const { status, stdout } = spawnSync(program, ['--version'], { cwd: ROOT, encoding: 'utf8' });
  return status === 0 ? (/\d+\.\d+\.\d+/.exec(stdout)?.[0] ?? null) : null;
}

/** `rust-version` of the workspace. */
function neededVersion() {
  const manifest = readFileSync(join(ROOT, 'Cargo.toml'), 'utf8');
  const needed = /^rust-version = "([\d.]+)"/m.exec(manifest)?.[1];
  if (needed === undefined) throw new Error('Cargo.toml has no rust-version');
  return needed;
}

/**
 * @param {string} found
 * @param {string} needed
 */
function isAtLeast(found, needed) {
  const [have, want] = [found, needed].map((text) => text.split('.').map(Number));
  for (const [i, part] of (want ?? []).entries()) {
    const difference = (have?.[i] ?? 0) - part;
    if (difference !== 0) return difference > 0;
  }
  return true;
}
