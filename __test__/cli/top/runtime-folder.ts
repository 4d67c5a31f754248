/** Miners of a test meet in a folder of its own, so that miners of others are not seen. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';

/** On Windows they meet at named pipes, which have no folder, and cannot be told to end. */
export const onUnix = process.platform === 'win32' ? test.skip : test;

const folders: string[] = [];

/** Also of every process started from now on. */
export function freshRuntimeFolder(): void {
  const folder = mkdtempSync(join(tmpdir(), 'pow-'));
  folders.push(folder);
  process.env['XDG_RUNTIME_DIR'] = folder;
}

export function removeRuntimeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}
