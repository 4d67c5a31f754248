import { type Command, Option } from 'commander';
import { PowError } from '../../errors.js';
import { CpuWorker } from '../../workers/cpu.js';
import { UsageError } from '../exit.js';
import { type ThreadsValue, threadsValue } from '../flag-values.js';
import type { WorkerRow } from './tables.js';

interface CpuFlags {
  readonly threads: ThreadsValue;
  readonly backend: 'auto' | 'native' | 'portable';
  readonly kernel?: string;
}

/** Every worker. Help and the tests walk this table. */
export const WORKERS: readonly WorkerRow[] = [
  {
    name: 'cpu',
    summary: 'hashes on threads of this machine',
    proof: 'required',
    addFlags: addCpuFlags,
    open: (flags) => openCpu(flags as CpuFlags),
  },
];

/** @throws UsageError */
export function workerNamed(name: string): WorkerRow {
  const row = WORKERS.find((worker) => worker.name === name);
  if (row !== undefined) return row;
  const names = WORKERS.map((worker) => worker.name).join(', ');
  throw new UsageError('--worker', `expected one of ${names}, got ${name}`);
}

function addCpuFlags(command: Command): void {
  command
    .optionsGroup('With --worker cpu:')
    .option('--threads <n>', 'auto, a number, or a share like 75%', threadsValue, 'auto')
    .addOption(
      new Option('--backend <name>', 'what does the hashing')
        .choices(['auto', 'native', 'portable'])
        .default('auto'),
    )
    .option('--kernel <name>', 'one kernel instead of the fastest (pow-native doctor lists them)');
}

function openCpu({ threads, backend, kernel }: CpuFlags): CpuWorker {
  try {
    return new CpuWorker({ threads, backend, kernel });
  } catch (error) {
    if (!(error instanceof PowError)) throw error;
    if (error.code === 'POW_BACKEND') throw new UsageError('--backend', error.message);
    if (error.code === 'POW_KERNEL') throw new UsageError('--kernel', error.message);
    throw error;
  }
}
