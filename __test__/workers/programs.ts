/** External workers with the programs of `mining-program.mjs`, and what is left of them. */

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ExternalOptions } from '../../ts/workers/external/options.js';
import { ExternalWorker } from '../../ts/workers/external.js';
import type { WorkerHow, WorkerNotice } from '../../ts/workers/row.js';
import { until } from '../until.js';

export const PROGRAM = fileURLToPath(new URL('mining-program.mjs', import.meta.url));

/** Options for the program in a mode. */
export function program(mode: string, ...args: readonly string[]): ExternalOptions {
  return { command: process.execPath, args: [PROGRAM, mode, ...args] };
}

export interface Tried {
  readonly worker: ExternalWorker;
  readonly notices: WorkerNotice[];
  /** A path for what the program writes. */
  readonly file: string;
}

/** Closes the worker and removes the file, whatever happens. */
export async function withProgram(
  options: (file: string) => ExternalOptions,
  how: WorkerHow,
  use: (tried: Tried) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pow-native program '));
  const file = join(folder, 'file');
  const notices: WorkerNotice[] = [];
  const onNotice = (notice: WorkerNotice) => void notices.push(notice);
  const worker = new ExternalWorker({ graceMs: 20, ...options(file) }, { onNotice, ...how });
  try {
    await use({ worker, notices, file });
  } finally {
    await worker.close();
    rmSync(folder, { recursive: true });
  }
}

/** The process id that a program wrote. */
export async function pidIn(file: string): Promise<number> {
  await until(
    'the program wrote its id',
    () => existsSync(file) && readFileSync(file, 'utf8') !== '',
  );
  return Number(readFileSync(file, 'utf8'));
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    // A zombie is dead: whether anybody waits for it depends on what process 1 is here.
    return !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return process.platform !== 'linux';
  }
}
