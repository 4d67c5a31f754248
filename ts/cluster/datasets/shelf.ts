/** The folder of a cache: files that come into being whole, drafts of the dead, room for more. */

import { readdirSync, rmSync } from 'node:fs';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PowError } from '../../errors.js';
import type { DatasetRoot } from './host.js';

let drafts = 0;

/** A path that no other process, and nobody else in this one, writes to. */
export function draftIn(folder: string): string {
  drafts += 1;
  return join(folder, `draft-${process.pid}-${drafts}`);
}

/** Those of processes that are no more. */
export function removeDrafts(folder: string): void {
  for (const name of readdirSync(folder)) {
    const pid = Number(/^draft-(\d+)-\d+$/.exec(name)?.[1] ?? Number.NaN);
    if (pid > 0 && pid !== process.pid && !isAlive(pid))
      rmSync(join(folder, name), { force: true });
  }
}

/** On the disk under that name, or not at all. */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const folder = join(path, '..');
  const draft = draftIn(folder);
  const file = await open(draft, 'w');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
  await syncFolder(folder);
}

/** A rename is on the disk once its folder is. */
export async function syncFolder(folder: string): Promise<void> {
  const file = await open(folder, 'r');
  try {
    await file.sync();
  } catch {
    // Some systems sync no folders: their renames are on the disk, or are nobody's to hurry.
  } finally {
    await file.close();
  }
}

interface Shelved {
  readonly root: DatasetRoot;
  bytes: number;
  usedMs: number;
}

/**
 * Removes what was used the longest ago until so many more bytes may come.
 *
 * @param keep - whose own files stay, and count for nothing
 * @returns the roots that are gone
 */
export async function makeRoom(
  folder: string,
  mostBytes: number,
  bytes: number,
  keep: DatasetRoot | null,
): Promise<DatasetRoot[]> {
  if (bytes > mostBytes) {
    const detail = `a dataset of ${bytes} bytes: the cache may have ${mostBytes}`;
    throw new PowError('POW_ARGUMENT', detail, { argument: 'dataset' });
  }
  const shelved = (await contentsOf(folder)).filter(({ root }) => root !== keep);
  shelved.sort((one, other) => one.usedMs - other.usedMs);
  let total = shelved.reduce((sum, one) => sum + one.bytes, bytes);
  const gone: DatasetRoot[] = [];
  for (const one of shelved) {
    if (total <= mostBytes) break;
    total -= one.bytes;
    for (const ending of ['', '.part', '.list']) {
      await rm(join(folder, `${one.root}${ending}`), { force: true });
    }
    gone.push(one.root);
  }
  return gone;
}

async function contentsOf(folder: string): Promise<Shelved[]> {
  const byRoot = new Map<DatasetRoot, Shelved>();
  for (const name of await readdir(folder)) {
    const root = /^([0-9a-f]{64})(\.part|\.list)?$/.exec(name)?.[1];
    const about = await stat(join(folder, name)).catch(() => null);
    if (root === undefined || about === null) continue;
    const shelved = byRoot.get(root) ?? { root, bytes: 0, usedMs: 0 };
    shelved.bytes += about.size;
    shelved.usedMs = Math.max(shelved.usedMs, about.mtimeMs);
    byRoot.set(root, shelved);
  }
  return [...byRoot.values()];
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}
