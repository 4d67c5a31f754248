import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { usableCpus } from '../../ts/core/affinity.js';
import { availableCpus, cgroupCpus } from '../../ts/core/available-cpus.js';

const V2_MOUNT = '31 24 0:27 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate';
const V1_MOUNT = '32 24 0:28 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct';
const MEMORY_MOUNT = '33 24 0:29 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory';
const ROOT_MOUNT = '24 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw';

interface Machine {
  readonly what: string;
  readonly cgroup: string;
  readonly mounts: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  readonly cpus: number | null;
}

/** Texts as these machines show them, shortened. */
const MACHINES: readonly Machine[] = [
  {
    what: 'a service limited by systemd (version 2)',
    cgroup: '0::/system.slice/miner.service\n',
    mounts: [ROOT_MOUNT, V2_MOUNT],
    files: { '/sys/fs/cgroup/system.slice/miner.service/cpu.max': '250000 100000\n' },
    cpus: 2,
  },
  {
    what: 'a slice above the service that grants less',
    cgroup: '0::/system.slice/miner.service\n',
    mounts: [ROOT_MOUNT, V2_MOUNT],
    files: {
      '/sys/fs/cgroup/system.slice/miner.service/cpu.max': 'max 100000\n',
      '/sys/fs/cgroup/system.slice/cpu.max': '300000 100000\n',
    },
    cpus: 3,
  },
  {
    what: 'half a CPU',
    cgroup: '0::/half\n',
    mounts: [V2_MOUNT],
    files: { '/sys/fs/cgroup/half/cpu.max': '50000 100000\n' },
    cpus: 1,
  },
  {
    what: 'a container that sees its own group as the root (version 2)',
    cgroup: '0::/\n',
    mounts: [ROOT_MOUNT, V2_MOUNT],
    files: { '/sys/fs/cgroup/cpu.max': '400000 100000\n' },
    cpus: 4,
  },
  {
    what: 'a group without a limit',
    cgroup: '0::/free\n',
    mounts: [V2_MOUNT],
    files: { '/sys/fs/cgroup/free/cpu.max': 'max 100000\n' },
    cpus: null,
  },
  {
    what: 'a container of version 1, whose path is the one of its host',
    cgroup: '5:memory:/docker/4f\n4:cpu,cpuacct:/docker/4f\n1:name=systemd:/docker/4f\n',
    mounts: [
      ROOT_MOUNT,
      MEMORY_MOUNT,
      '32 24 0:28 /docker/4f /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct',
    ],
    files: {
      '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '600000\n',
      '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000\n',
    },
    cpus: 6,
  },
  {
    what: 'version 1 without a limit, beside an empty version 2',
    cgroup: '4:cpu,cpuacct:/a\n0::/a\n',
    mounts: [V1_MOUNT, '31 24 0:27 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw'],
    files: {
      '/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us': '-1\n',
      '/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us': '100000\n',
    },
    cpus: null,
  },
  {
    what: 'version 1 with a limit on the group above, at a mount with a blank',
    cgroup: '4:cpu:/a/b\n',
    mounts: ['32 24 0:28 / /my\\040groups rw - cgroup cgroup rw,cpu'],
    files: {
      '/my groups/a/cpu.cfs_quota_us': '200000\n',
      '/my groups/a/cpu.cfs_period_us': '100000\n',
    },
    cpus: 2,
  },
  {
    what: 'a path outside what the mount shows',
    cgroup: '0::/../sibling\n',
    mounts: ['31 24 0:27 /mine /sys/fs/cgroup rw - cgroup2 cgroup2 rw'],
    files: { '/sys/fs/cgroup/cpu.max': '100000 100000\n' },
    cpus: 1,
  },
  { what: 'no cgroups at all', cgroup: '', mounts: [ROOT_MOUNT], cpus: null },
  {
    what: 'files that say something else one day',
    cgroup: '0::/a\nnonsense\n7:cpu',
    mounts: [V2_MOUNT, 'nonsense', '1 - cgroup2'],
    files: { '/sys/fs/cgroup/a/cpu.max': 'lots' },
    cpus: null,
  },
];

for (const { what, cgroup, mounts, files = {}, cpus } of MACHINES) {
  test(`${what}: ${cpus ?? 'no limit'}`, () => {
    const all: Record<string, string> = {
      ...files,
      '/proc/self/cgroup': cgroup,
      '/proc/self/mountinfo': mounts.join('\n'),
    };
    assert.is(
      cgroupCpus((path) => all[path] ?? null),
      cpus,
    );
  });
}

test('a machine without these files has no limit', () => {
  assert.is(
    cgroupCpus(() => null),
    null,
  );
});

test('there is at least one CPU, and never more than Node may use', () => {
  assert.ok(availableCpus() >= 1 && availableCpus() <= availableParallelism());
});

test('a process that is pinned to one CPU takes one thread', () => {
  const [cpu = 0] = usableCpus();
  const engine = new URL('../../ts/core/engine-options.ts', import.meta.url).href;
  const program = `import { threadCount } from '${engine}'; console.log(threadCount('auto'));`;
  const flags = ['--import', 'tsx', '--input-type=module', '--eval', program];
  const { stdout, stderr, error } = spawnSync(
    'taskset',
    ['-c', String(cpu), process.execPath, ...flags],
    { cwd: fileURLToPath(new URL('../../', import.meta.url)), encoding: 'utf8', timeout: 60_000 },
  );
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') return; // no such program here
  assert.is(stdout, '1\n', stderr);
});

test.run();
