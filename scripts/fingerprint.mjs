/** What was built from what: nothing is built again while its inputs are the same. */

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './run-process.mjs';

/** Stamps live outside `target`, `dist` and `node_modules`, which their tools empty. */
const STAMPS = '.build';

/**
 * A hash over the names and contents of files, and over anything else that matters.
 *
 * @param {readonly string[]} paths files and folders in the project; what is not there counts too
 * @param {readonly string[]} [facts] versions, platforms
 */
export function fingerprint(paths, facts = []) {
  const hash = createHash('sha256').update(JSON.stringify(facts));
  for (const file of paths.flatMap(filesAt)) {
    hash.update(`\0${file.replaceAll('\\', '/')}\0`).update(readFileSync(join(ROOT, file)));
  }
  return hash.digest('hex');
}

/**
 * Every file at or below a path, in an order that does not depend on the file system.
 *
 * @param {string} path from the project's folder
 * @returns {string[]}
 */
export function filesAt(path) {
  const absolute = join(ROOT, path);
  if (!existsSync(absolute)) return [];
  if (!statSync(absolute).isDirectory()) return [path];
  return readdirSync(absolute)
    .sort()
    .flatMap((name) => filesAt(join(path, name)));
}

/**
 * @param {string} what
 * @param {string} print from {@link fingerprint}
 * @param {readonly string[]} outputs files that must be there
 */
export function isCurrent(what, print, outputs) {
  const stamp = join(ROOT, STAMPS, what);
  if (!outputs.every((path) => existsSync(join(ROOT, path)))) return false;
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === print;
}

/**
 * @param {string} what
 * @param {string} print
 */
export function remember(what, print) {
  mkdirSync(join(ROOT, STAMPS), { recursive: true });
  writeFileSync(join(ROOT, STAMPS, what), print);
}
