import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseCpuList, spreadOver, usableCpus } from '../../ts/core/affinity.js';
import { availableCpus } from '../../ts/core/available-cpus.js';
import { enginePlan, threadCount } from '../../ts/core/engine-options.js';
import { Engine, type EngineOptions, type PowError } from '../../ts/index.js';
import { thrown } from '../fixtures.js';

test('nothing asked for is all CPUs, in the background, unpinned, on the fastest kernel', () => {
  delete process.env['POW_NATIVE_KERNEL'];
  assert.equal(enginePlan({}), {
    threads: availableCpus(),
    priority: 'background',
    affinity: null,
    cpuLimit: 100,
    kernel: null,
  });
});

const THREADS: readonly (readonly [unknown, number, number])[] = [
  ['auto', 24, 24],
  [7, 2, 7],
  ['75%', 24, 18],
  ['75%', 2, 1],
  ['50%', 3, 1],
  ['1%', 8, 1],
  ['100%', 8, 8],
];

for (const [threads, available, count] of THREADS) {
  test(`threads ${threads} of ${available} CPUs is ${count}`, () => {
    assert.is(threadCount(threads, available), count);
  });
}

test('a forced kernel comes from the option, else from POW_NATIVE_KERNEL', () => {
  process.env['POW_NATIVE_KERNEL'] = 'scalar';
  assert.is(enginePlan({}).kernel, 'scalar');
  assert.is(enginePlan({ kernel: 'avx2' }).kernel, 'avx2');
  process.env['POW_NATIVE_KERNEL'] = '';
  assert.is(enginePlan({}).kernel, null);
  delete process.env['POW_NATIVE_KERNEL'];
});

test('spread is even over the CPUs this process may use, however many threads there are', () => {
  assert.equal(spreadOver([0, 1, 2, 3, 8, 9, 10, 11]), [0, 8, 2, 10, 1, 9, 3, 11]);
  assert.equal(spreadOver([3, 5]), [3, 5]);
  assert.equal(spreadOver([7]), [7]);
  assert.equal(spreadOver([0, 1, 2, 3, 4, 5]), [0, 3, 1, 4, 2, 5]);
  const cpus = usableCpus();
  assert.ok(cpus.length > 0);
  assert.is(new Set(spreadOver(cpus)).size, cpus.length);
});

test('a list of CPUs reads as the kernel writes it', () => {
  assert.equal(parseCpuList('0-3,8,10-11'), [0, 1, 2, 3, 8, 10, 11]);
  assert.equal(parseCpuList('7'), [7]);
  assert.equal(parseCpuList(''), []);
});

const BAD: readonly (readonly [string, string, unknown])[] = [
  ['null', 'options', null],
  ['NaN threads', 'threads', { threads: Number.NaN }],
  ['no threads', 'threads', { threads: 0 }],
  ['half a thread', 'threads', { threads: 0.5 }],
  ['a million threads', 'threads', { threads: 1e6 }],
  ['a bigint of threads', 'threads', { threads: 2n }],
  ['0%', 'threads', { threads: '0%' }],
  ['101%', 'threads', { threads: '101%' }],
  ['threads in words', 'threads', { threads: 'all' }],
  ['null threads', 'threads', { threads: null }],
  ['a limit of nothing', 'cpuLimit', { cpuLimit: 0 }],
  ['a limit above all', 'cpuLimit', { cpuLimit: 101 }],
  ['half a per cent', 'cpuLimit', { cpuLimit: 0.5 }],
  ['a limit in words', 'cpuLimit', { cpuLimit: '50%' }],
  ['an unknown priority', 'priority', { priority: 'realtime' }],
  ['an unknown affinity', 'affinity', { affinity: 'pin' }],
  ['no CPUs', 'affinity', { affinity: [] }],
  ['a negative CPU', 'affinity[1]', { affinity: [0, -1] }],
  ['a CPU that is a hole', 'affinity[0]', { affinity: Array(1) }],
  ['an empty kernel', 'kernel', { kernel: '' }],
  ['a kernel that is no name', 'kernel', { kernel: 5 }],
  ['an unknown backend', 'backend', { backend: 'gpu' }],
];

for (const [what, argument, options] of BAD) {
  test(`${what}: the error names '${argument}'`, () => {
    const error = thrown(() => new Engine(options as EngineOptions)) as PowError;
    assert.is(error.code, 'POW_ARGUMENT');
    assert.is(error.argument, argument);
  });
}

test.run();
