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

/**
 * The CPUs in an order in which any number of them, from the first on, is spread evenly (that of
 * van der Corput: 0, 4, 2, 6, 1, 5, 3, 7 of eight), so that threads may come and go.
 */
export function spreadOver(cpus: readonly number[]): number[] {
  const bits = Math.ceil(Math.log2(cpus.length));
  const order = Array.from({ length: 2 ** bits }, (_, i) => {
    return Math.floor((reversed(i, bits) * cpus.length) / 2 ** bits);
  });
  return [...new Set(order)].map((index) => cpus[index] as number);
}

function reversed(value: number, bits: number): number {
  let result = 0;
  for (let bit = 0; bit < bits; bit++) result += ((value >> bit) & 1) << (bits - 1 - bit);
  return result;
}
