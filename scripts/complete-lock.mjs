/**
 * Adds to package-lock.json what npm leaves out: the binary packages of other platforms.
 *
 * npm records an optional package only where it could fetch it (npm/cli#4828), and then `npm ci`
 * refuses the lock file on every machine. Such packages are pinned to one exact version by the
 * package that wants them, and their names end in the platform: that is all an entry needs.
 *
 * Run it after every change of dependencies: `node scripts/complete-lock.mjs`.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const LOCK = new URL('../package-lock.json', import.meta.url);

const SYSTEMS = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
/** Name in a package -> `process.arch`. */
const CPUS = new Map(
  Object.entries({
    arm: 'arm',
    arm64: 'arm64',
    ia32: 'ia32',
    ppc64: 'ppc64',
    riscv64: 'riscv64',
    s390x: 's390x',
    x64: 'x64',
    wasm32: 'wasm32',
  }),
);

/**
 * @typedef {{ version?: string, dev?: boolean, optional?: boolean, os?: string[], cpu?: string[],
 *   libc?: string[], optionalDependencies?: Record<string, string> }} LockEntry
 * @typedef {{ packages: Record<string, LockEntry> }} Lock
 */

/**
 * Optional packages that the lock file does not have.
 *
 * @param {Lock} lock
 * @returns {{ name: string, version: string, dev: boolean }[]}
 */
export function missingPackages(lock) {
  const missing = new Map();
  for (const [path, entry] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (!isLocked(lock, path, name))
        missing.set(name, { name, version, dev: entry.dev === true });
    }
  }
  return [...missing.values()];
}

/**
 * Looks for a package as Node does: beside the one that wants it, then in each folder above.
 *
 * @param {Lock} lock
 * @param {string} path
 * @param {string} name
 */
function isLocked(lock, path, name) {
  for (
    let folder = path;
    ;
    folder = folder.slice(0, Math.max(folder.lastIndexOf('node_modules/') - 1, 0))
  ) {
    if (lock.packages[`${folder === '' ? '' : `${folder}/`}node_modules/${name}`]) return true;
    if (folder === '') return false;
  }
}

/**
 * @param {{ name: string, version: string, dev: boolean }} wanted
 * @returns {LockEntry}
 */
function entryOf({ name, version, dev }) {
  if (!/^\d+\.\d+\.\d+$/.test(version)) throw new Error(`${name} is not pinned: ${version}`);
  const words = name.split(/[/-]/);
  const os = SYSTEMS.filter((system) => words.includes(system));
  const cpu = words.flatMap((word) => CPUS.get(word) ?? []);
  if (cpu.length !== 1) throw new Error(`no processor in the name ${name}`);
  const musl = words.some((word) => word.startsWith('musl'));
  const libc = os[0] === 'linux' ? [musl ? 'musl' : 'glibc'] : null;
  return {
    version,
    cpu,
    ...(dev ? { dev } : {}),
    ...(libc === null ? {} : { libc }),
    optional: true,
    ...(os.length === 0 ? {} : { os }),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const lock = JSON.parse(readFileSync(LOCK, 'utf8'));
  const missing = missingPackages(lock);
  for (const wanted of missing) lock.packages[`node_modules/${wanted.name}`] = entryOf(wanted);
  const sorted = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1));
  lock.packages = Object.fromEntries(sorted);
  writeFileSync(LOCK, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`${missing.length} packages of other platforms added`);
}
