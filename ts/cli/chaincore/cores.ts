/** The processors of this machine: cores, and the threads that the system runs on them. */

import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { availableCpus } from '../../core/available-cpus.js';

export interface Cores {
  /** `null`: the system does not say. */
  readonly physical: number | null;
  readonly logical: number;
  /** What this process may use: fewer in a container. */
  readonly usable: number;
}

const LINUX = '/sys/devices/system/cpu';

/** @param root - where Linux describes its processors */
export function detectCores(root = LINUX): Cores {
  const usable = availableCpus();
  return { physical: physicalCores(root), logical: Math.max(cpus().length, usable), usable };
}

/** As many threads as there are cores that this process may use. */
export function defaultThreads({ physical, usable }: Cores): number {
  return Math.max(1, Math.min(physical ?? usable, usable));
}

function physicalCores(root: string): number | null {
  try {
    const names = readdirSync(root).filter((name) => /^cpu\d+$/.test(name));
    const read = (name: string, what: string) =>
      readFileSync(`${root}/${name}/topology/${what}`, 'utf8').trim();
    const cores = names.map(
      (name) => `${read(name, 'physical_package_id')}/${read(name, 'core_id')}`,
    );
    return cores.length === 0 ? null : new Set(cores).size;
  } catch {
    return null; // another system, or one that hides it
  }
}
