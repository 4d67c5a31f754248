/** Which CPUs threads are pinned to. */

import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** CPUs this process may run on: containers are often given a few out of the middle. */
export function usableCpus(): number[] {
  try {
    const status = readFileSync('/proc/self/status', 'utf8');
    const cpus = parseCpuList(/^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1] ?? '');
    if (cpus.length > 0) return cpus;
  } catch {
    // Not Linux: CPUs are numbered from zero.
  }
  return Array.from({ length: availableParallelism() }, (_, cpu) => cpu);
}

/** Linux's list format: `0-3,8` is 0, 1, 2, 3 and 8. */
export function parseCpuList(list: string): number[] {
  return list.split(',').flatMap((part) => {
    const match = /^(\d+)(?:-(\d+))?$/.exec(part);
    if (match === null) return [];
    const first = Number(match[1]);
    const last = Number(match[2] ?? first);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}

/** The CPU of each thread, evenly over `cpus`; from the first again when there are more threads. */
export function spreadOver(cpus: readonly number[], threads: number): number[] {
  const step = Math.max(1, cpus.length / threads);
  return Array.from({ length: threads }, (_, thread) => {
    return cpus[Math.floor(thread * step) % cpus.length] as number;
  });
}
