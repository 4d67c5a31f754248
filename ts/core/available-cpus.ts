/** How many CPUs this process may use: what is there, what it is pinned to, what its cgroup grants. */

import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { posix } from 'node:path';

/** The text of a file; `null` where there is none. */
export type ReadFile = (path: string) => string | null;

/** CPUs for `'auto'`: one or more. */
export function availableCpus(): number {
  const cpus = availableParallelism();
  if (process.platform !== 'linux') return cpus;
  return Math.min(cpus, cgroupCpus(readText) ?? cpus);
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/**
 * The CPU time that the cgroups of this process grant, as whole CPUs, 1 or more; `null`: no limit.
 * (Node learns to ask for it with libuv 1.49; Node 20 has an older one.)
 *
 * Version 2 has `cpu.max` ("quota period" or "max period", Linux cgroup-v2.rst), version 1
 * `cpu.cfs_quota_us` and `cpu.cfs_period_us` (sched-bwc.rst). The limit of each group holds for
 * all below it, so every group up to the mount counts, and the tightest limit wins.
 *
 * @param read - of `/proc/self/cgroup`, `/proc/self/mountinfo` and files below the mounts
 */
export function cgroupCpus(read: ReadFile): number | null {
  const mounts = cgroupMounts(read('/proc/self/mountinfo') ?? '');
  const shares = groupsOf(read('/proc/self/cgroup') ?? '').flatMap(({ version, path }) => {
    const mount = mounts.find((row) => row.version === version);
    if (mount === undefined) return [];
    return foldersUp(mount, path).map((folder) => shareOf(version, folder, read));
  });
  const share = Math.min(...shares);
  return share === Number.POSITIVE_INFINITY ? null : Math.max(1, Math.floor(share));
}

interface Group {
  readonly version: 1 | 2;
  readonly path: string;
}

interface Mount {
  readonly version: 1 | 2;
  /** The group that shows at {@link at}: in a container often the container's own. */
  readonly root: string;
  readonly at: string;
}

/** Lines of proc_pid_mountinfo(5): `id parent dev root at options [tags] - type source options`. */
function cgroupMounts(text: string): Mount[] {
  return text.split('\n').flatMap((line): Mount[] => {
    const [left = '', right = ''] = line.split(' - ');
    const [root, at] = left.split(' ').slice(3, 5).map(unescapePath);
    const [type, , options = ''] = right.split(' ');
    if (root === undefined || at === undefined) return [];
    if (type === 'cgroup2') return [{ version: 2, root, at }];
    return type === 'cgroup' && options.split(',').includes('cpu')
      ? [{ version: 1, root, at }]
      : [];
  });
}

/** Blanks and the like are octal there: `\040`. */
function unescapePath(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}

/** Lines of cgroups(7): `0::path` for version 2, `number:controllers:path` for version 1. */
function groupsOf(text: string): Group[] {
  return text.split('\n').flatMap((line): Group[] => {
    const [, number, controllers = '', path = ''] = /^(\d+):([^:]*):(\/.*)$/.exec(line) ?? [];
    if (number === '0' && controllers === '') return [{ version: 2, path }];
    return controllers.split(',').includes('cpu') ? [{ version: 1, path }] : [];
  });
}

/** The folder of a group, and of every group above it that the mount shows. */
function foldersUp({ root, at }: Mount, path: string): string[] {
  const below = posix.relative(root, path);
  // A path outside the mount is as the host sees it; the mount itself is what holds here.
  const parts = below.startsWith('..') ? [] : below.split('/').filter((part) => part !== '');
  return Array.from({ length: parts.length + 1 }, (_, i) => posix.join(at, ...parts.slice(0, i)));
}

/** CPUs that one group grants; infinite without a limit. */
function shareOf(version: 1 | 2, folder: string, read: ReadFile): number {
  const [quota, period] =
    version === 2
      ? (read(`${folder}/cpu.max`) ?? '').trim().split(' ')
      : [read(`${folder}/cpu.cfs_quota_us`)?.trim(), read(`${folder}/cpu.cfs_period_us`)?.trim()];
  const share = Number(quota) / Number(period); // NaN for `max`, below zero for no limit
  return share > 0 ? share : Number.POSITIVE_INFINITY;
}
