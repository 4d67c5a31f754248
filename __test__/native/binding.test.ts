import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { digestOf } from '../../ts/core/digest.js';
import { workPlan } from '../../ts/core/work.js';
import { type PowError, Work } from '../../ts/index.js';
import { loadNative, reasonOf } from '../../ts/native/binding.js';
import { ALGORITHMS } from '../../ts/native/contract.js';
import { backends, engineKinds, engineOf, nativeRequired } from '../backends.js';
import { anyWork, easyTarget, rejection, thrown } from '../fixtures.js';

const missing = (message: string) =>
  Object.assign(new Error(message), { code: 'MODULE_NOT_FOUND' });

test('a file that is there and does not load says why, not the places where none is', () => {
  const broken = new Error('/lib/libc.so.6: version GLIBC_2.34 not found', {
    cause: missing("Cannot find module './pow-native.linux-x64-gnu.node'\nRequire stack:\n- x"),
  });
  const error = new Error('Cannot find native binding. npm has a bug', { cause: broken });
  assert.is(reasonOf(error), '/lib/libc.so.6: version GLIBC_2.34 not found');
});

test('where no file is, every place that was tried is named once', () => {
  const places = missing("Cannot find module './a.node'\nRequire stack:\n- x");
  places.cause = missing("Cannot find module '@org/pow-native-linux-x64-gnu'");
  (places.cause as Error).cause = missing("Cannot find module './a.node'");
  const error = new Error('Cannot find native binding. npm has a bug', { cause: places });
  assert.is(
    reasonOf(error),
    "Cannot find module './a.node'; Cannot find module '@org/pow-native-linux-x64-gnu'",
  );
});

test('a loader that fails with one error, a circle of causes, or no error at all still has a reason', () => {
  assert.is(reasonOf(missing('Cannot find module x\nRequire stack')), 'Cannot find module x');
  assert.is(reasonOf('just text'), 'just text');
  const circle = new Error('one');
  circle.cause = new Error('two', { cause: circle });
  assert.is(reasonOf(circle), 'two');
});

test('where Rust is at hand, the addon is among the backends under test', () => {
  const native = backends.some(({ kind }) => kind === 'native');
  assert.ok(native || !nativeRequired);
});

for (const backend of backends.filter(({ kind }) => kind === 'native')) {
  test('the addon is loaded once', () => {
    assert.is(loadNative(), backend);
    assert.is(backend.kind, 'native');
  });

  test('every algorithm has a scalar kernel that runs everywhere, behind the faster ones', () => {
    for (const algorithm of ALGORITHMS) {
      const rows = backend.kernels().filter((row) => row.algorithm === algorithm);
      assert.is(rows.at(-1)?.name, 'scalar');
      assert.ok(rows.at(-1)?.available);
      assert.is(rows.at(-1)?.lanes, 1);
    }
    assert.ok(backend.cpuFeatures().every((feature) => typeof feature === 'string'));
  });

  test('an algorithm that a forced kernel does not know is POW_KERNEL on mine(), not a fallback', async () => {
    for (const kind of engineKinds.filter((row) => row.backend === backend)) {
      const engine = engineOf(kind, { threads: 1 });
      for (const algorithm of ALGORITHMS.filter((name) => !kind.algorithms.includes(name))) {
        const nonce = { offset: 0, encoding: 'u64le' } as const;
        const work = new Work({ algorithm, message: new Uint8Array(8), nonce, hashOrder: 'le' });
        const error = (await rejection(engine.mine(work, { target: easyTarget }))) as PowError;
        assert.is(error.name, 'PowError');
        assert.is(error.code, 'POW_KERNEL');
      }
      await engine.close();
    }
  });

  test('an error of the addon arrives as a PowError with its cause', () => {
    const plan = { threads: 1, priority: 'normal', affinity: null, cpuLimit: 100 } as const;
    const error = thrown(() => backend.openEngine({ ...plan, kernel: 'mmx' })) as PowError;
    assert.is(error.name, 'PowError');
    assert.is(error.code, 'POW_KERNEL');
    assert.ok(error.cause instanceof Error);
  });

  test('digests of whole messages are those of node:crypto', () => {
    const message = new Uint8Array(200).map((_, i) => i);
    const digests = backend.hashMessages({
      algorithms: Uint8Array.of(0, 1, 2),
      bytes: Buffer.concat([message, message, message]),
      ends: Uint32Array.of(200, 400, 600),
    });
    ALGORITHMS.forEach((algorithm, i) => {
      assert.equal(digests.slice(32 * i, 32 * (i + 1)), digestOf(algorithm, message));
    });
  });

  test('a timed kernel has hashed something in some time', () => {
    const row = backend.benchKernel(workPlan(anyWork, 'work'), 'scalar', 5);
    assert.ok(row.hashes > 0 && row.seconds > 0);
    assert.ok(row.cyclesPerHash === null || row.cyclesPerHash > 0);
  });
}

test.run();
