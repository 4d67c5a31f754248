import type { Command } from 'commander';
import type { Worker } from '../../miner/ports.js';
import { CpuWorker } from '../../workers/cpu.js';
import { WORKERS } from '../../workers/registry.js';
import type { WorkerHow, WorkerRow } from '../../workers/row.js';
import { type EngineFlags, openWithFlags } from '../engine-flags.js';
import { UsageError } from '../exit.js';
import { flagError, workerOptions } from './worker-flags.js';

/** @throws UsageError */
export function workerNamed(name: string): WorkerRow {
  const row = WORKERS.find((worker) => worker.name === name);
  if (row !== undefined) return row;
  const names = WORKERS.map((worker) => worker.name).join(', ');
  throw new UsageError('--worker', `expected one of ${names}, got ${name}`);
}

/**
 * Opens the worker with what the flags say.
 *
 * @param flags - those of the engine, which `cpu` takes
 * @returns rejects with a UsageError that names the flag
 */
export async function openWorkerWith(
  row: WorkerRow,
  { command, flags, how }: { command: Command; flags: EngineFlags; how: WorkerHow },
): Promise<Worker> {
  if (row.name === 'cpu') {
    const own = workerOptions(command, row);
    return openWithFlags(flags, (options) => new CpuWorker({ ...options, ...own }));
  }
  try {
    return await row.open(workerOptions(command, row), how);
  } catch (error) {
    throw flagError(row, error);
  }
}
