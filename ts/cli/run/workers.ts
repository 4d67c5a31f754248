import { CpuWorker } from '../../workers/cpu.js';
import { addEngineFlags, type EngineFlags, openWithFlags } from '../engine-flags.js';
import { UsageError } from '../exit.js';
import type { WorkerRow } from './tables.js';

/** Every worker. Help and the tests walk this table. */
export const WORKERS: readonly WorkerRow[] = [
  {
    name: 'cpu',
    summary: 'hashes on threads of this machine',
    proof: 'required',
    addFlags: (command) => addEngineFlags(command, 'With --worker cpu:'),
    open: (flags) => openWithFlags(flags as EngineFlags, (options) => new CpuWorker(options)),
  },
];

/** @throws UsageError */
export function workerNamed(name: string): WorkerRow {
  const row = WORKERS.find((worker) => worker.name === name);
  if (row !== undefined) return row;
  const names = WORKERS.map((worker) => worker.name).join(', ');
  throw new UsageError('--worker', `expected one of ${names}, got ${name}`);
}
