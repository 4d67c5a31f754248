import { type Command, Option } from 'commander';
import type { EngineOptions } from '../core/engine-options.js';
import { PowError } from '../errors.js';
import { UsageError } from './exit.js';
import { affinityValue, type ThreadsValue, threadsValue, wholeNumber } from './flag-values.js';

/** The flags of every command that hashes on threads of this machine. */
export interface EngineFlags {
  readonly threads: ThreadsValue;
  readonly priority: 'background' | 'normal';
  readonly affinity: 'none' | 'spread' | readonly number[];
  readonly cpuLimit: number;
  readonly backend: 'auto' | 'native' | 'portable';
  readonly kernel?: string;
}

/** @param heading - what `--help` puts above them */
export function addEngineFlags(command: Command, heading: string): void {
  command
    .optionsGroup(heading)
    .option('--threads <n>', 'auto, a number, or a share like 75%', threadsValue, 'auto')
    .addOption(
      new Option('--priority <level>', 'background lets the rest of the machine go first')
        .choices(['background', 'normal'])
        .default('background'),
    )
    .option(
      '--affinity <cpus>',
      'which CPUs threads stay on: none, spread, or one each, like 0,2,4',
      affinityValue,
      'none',
    )
    .option(
      '--cpu-limit <percent>',
      'per cent of the time of each thread',
      wholeNumber(1, 100),
      100,
    )
    .addOption(
      new Option('--backend <name>', 'what does the hashing')
        .choices(['auto', 'native', 'portable'])
        .default('auto'),
    )
    .option('--kernel <name>', 'one kernel instead of the fastest (pow-native doctor lists them)');
}

/**
 * Opens what the flags describe.
 *
 * @throws UsageError that names the flag, where this machine lacks the backend or the kernel
 */
export function openWithFlags<T>(flags: EngineFlags, open: (options: EngineOptions) => T): T {
  const { threads, priority, affinity, cpuLimit, backend, kernel } = flags;
  try {
    return open({ threads, priority, affinity, cpuLimit, backend, kernel });
  } catch (error) {
    throw engineFlagError(error, flags);
  }
}

/** The error for a backend or a kernel that this machine lacks, under its flag; others as they are. */
export function engineFlagError(error: unknown, { kernel }: EngineFlags): unknown {
  if (!(error instanceof PowError)) return error;
  if (error.code === 'POW_BACKEND') return new UsageError('--backend', error.message);
  if (error.code !== 'POW_KERNEL') return error;
  return new UsageError(kernel === undefined ? 'POW_NATIVE_KERNEL' : '--kernel', error.message);
}
