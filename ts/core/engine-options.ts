/** Engine options: what users write, checked and turned into what a backend needs. */

import { PowError } from '../errors.js';
import type { BackendKind, EnginePlan, KernelInfo } from '../native/contract.js';
import { spreadOver, usableCpus } from './affinity.js';
import { badArgument, requireInteger, requireObject, requireOneOf } from './arguments.js';
import { availableCpus } from './available-cpus.js';

/** More threads than any machine has CPUs for; so that a typing error does not start a million. */
const MOST_THREADS = 1024;
const HIGHEST_CPU = 0xffff;

/**
 * `auto`: one per CPU that this process may use, as its affinity and its cgroup limit it. A share
 * of those (`'75%'`) rounds down, to 1 or more.
 */
export type ThreadCount = 'auto' | number | `${number}%`;

export interface EngineOptions {
  /** Default: `auto`. */
  readonly threads?: ThreadCount | undefined;
  /** `background` (default): the rest of the machine goes first. */
  readonly priority?: 'background' | 'normal' | undefined;
  /**
   * `none` (default); `spread`: each thread on one CPU, evenly over those this process may use;
   * or the CPU of each thread in turn, from the first again when there are more threads.
   */
  readonly affinity?: 'none' | 'spread' | readonly number[] | undefined;
  /**
   * The CPU time of each thread, in per cent of the time that passes: an integer from 1 to 100
   * (default, no limit). Kept on average; a thread that was idle may use 20 ms at once.
   */
  readonly cpuLimit?: number | undefined;
  /** `auto` (default): `POW_NATIVE_BACKEND`, else native, else portable with one warning. */
  readonly backend?: 'auto' | BackendKind | undefined;
  /** A kernel by name, for every algorithm. Default: `POW_NATIVE_KERNEL`, else the fastest. */
  readonly kernel?: string | undefined;
}

/** Checks everything before any thread starts. */
export function enginePlan(options: EngineOptions): EnginePlan {
  requireObject(options, 'options');
  const { threads = 'auto', priority = 'background', affinity = 'none', cpuLimit = 100 } = options;
  return {
    threads: threadCount(threads),
    priority: requireOneOf(priority, ['background', 'normal'], 'priority'),
    affinity: cpusOf(affinity),
    cpuLimit: requireCpuLimit(cpuLimit, 'cpuLimit'),
    kernel: kernelOf(options.kernel),
  };
}

/** Per cent of a thread's time. */
export function requireCpuLimit(value: unknown, argument: string): number {
  return requireInteger(value, 1, 100, argument);
}

/** @param available - CPUs this process may use */
export function threadCount(threads: unknown, available = availableCpus()): number {
  if (threads === 'auto') return available;
  if (typeof threads === 'number') return requireInteger(threads, 1, MOST_THREADS, 'threads');
  const share = typeof threads === 'string' ? /^(\d{1,3})%$/.exec(threads) : null;
  const percent = Number(share?.[1] ?? Number.NaN);
  if (!(percent >= 1 && percent <= 100)) {
    throw badArgument('threads', "'auto', a number from 1 or a share from '1%' to '100%'", threads);
  }
  return Math.max(1, Math.floor((available * percent) / 100));
}

function cpusOf(affinity: unknown): readonly number[] | null {
  if (affinity === 'none') return null;
  if (affinity === 'spread') return spreadOver(usableCpus());
  if (!Array.isArray(affinity) || affinity.length === 0) {
    throw badArgument('affinity', "'none', 'spread' or a list of CPU numbers", affinity);
  }
  return Array.from(affinity, (cpu, i) => requireInteger(cpu, 0, HIGHEST_CPU, `affinity[${i}]`));
}

function kernelOf(option: unknown): string | null {
  const [kernel, argument] =
    option === undefined
      ? [process.env['POW_NATIVE_KERNEL'] || null, 'POW_NATIVE_KERNEL']
      : [option, 'kernel'];
  if (kernel === null) return null;
  if (typeof kernel !== 'string' || kernel === '') {
    throw badArgument(argument, 'the name of a kernel', kernel);
  }
  return kernel;
}

/** A kernel that at least one algorithm has here. One that has it not is refused when it mines. */
export function requireKernel(kernel: string, rows: readonly KernelInfo[], argument: string): void {
  const names = new Set(rows.filter(({ available }) => available).map(({ name }) => name));
  if (names.has(kernel)) return;
  const detail = `${argument} must be one of ${[...names].join(', ')} here, not ${kernel}`;
  throw new PowError('POW_KERNEL', detail, { argument });
}
