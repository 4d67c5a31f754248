import { setTimeout } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Engine, mine, NonceRange, type PowError, Target, verify } from '../../ts/index.js';
import { backends, engineKinds, engineOf, withEngine } from '../backends.js';
import {
  anyWork,
  easyTarget,
  hardTarget,
  plainSearch,
  Random,
  rejection,
  solvedBlocks,
  thrown,
} from '../fixtures.js';

test('mine() needs nothing but work and a target', async () => {
  const solution = await mine(anyWork, { target: easyTarget });
  assert.is(solution?.nonce, plainSearch(anyWork, easyTarget, 0n, 1n << 16n));
  assert.ok(verify(anyWork, solution?.nonce ?? -1n, easyTarget));
});

for (const { kind } of backends) {
  const engineWith = (threads: number) => new Engine({ backend: kind, threads });

  test(`${kind}: 50 searches at once on one engine all finish right`, async () => {
    const random = new Random(50);
    const searches = Array.from({ length: 50 }, () => {
      const { work } = random.pick(solvedBlocks);
      const start = random.bigint(1n << 63n);
      const end = start + BigInt(random.between(0, 3000));
      const target = Target.fromLeadingZeroBits(random.between(8, 12));
      return { work, target, range: new NonceRange(start, end) };
    });
    const answers = await withEngine(engineWith(2), (engine) =>
      Promise.all(searches.map(({ work, ...options }) => engine.mine(work, options))),
    );
    const expected = searches.map(({ work, target, range: { start, end } }) =>
      plainSearch(work, target, start, end),
    );
    assert.equal(
      answers.map((answer) => answer?.nonce ?? null),
      expected,
    );
    assert.ok(expected.includes(null) && expected.some((nonce) => nonce !== null));
  });

  test(`${kind}: one signal stops 50 searches without a warning of too many listeners`, async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => void warnings.push(warning);
    process.on('warning', note);
    const stop = new AbortController();
    await withEngine(engineWith(2), async (engine) => {
      const options = { target: hardTarget, signal: stop.signal };
      const mining = Array.from({ length: 50 }, () => rejection(engine.mine(anyWork, options)));
      stop.abort('all of you');
      assert.equal(await Promise.all(mining), Array(50).fill('all of you'));
    });
    await setTimeout(0);
    process.off('warning', note);
    assert.equal(warnings, []);
  });

  test(`${kind}: closing rejects running and later searches with POW_CLOSED`, async () => {
    const engine = engineWith(2);
    const mining = [1, 2, 3].map(() => rejection(engine.mine(anyWork, { target: hardTarget })));
    const closing = engine.close();
    for (const error of await Promise.all(mining)) {
      assert.is((error as PowError).code, 'POW_CLOSED');
    }
    await closing;
    assert.is(engine.close(), closing);
    const late = await rejection(engine.mine(anyWork, { target: easyTarget }));
    assert.is((late as PowError).code, 'POW_CLOSED');
  });

  test(`${kind}: close() waits for a search that was aborted`, async () => {
    const engine = engineWith(2);
    const stop = new AbortController();
    const mining = rejection(engine.mine(anyWork, { target: hardTarget, signal: stop.signal }));
    await setTimeout(5);
    stop.abort('enough');
    const closing = engine.close();
    assert.is(await mining, 'enough');
    await closing;
    assert.is(engine.stats().searches, 0);
  });

  test(`${kind}: stats tell backend, threads, hashes and kernels`, async () => {
    await withEngine(engineWith(2), async (engine) => {
      const range = new NonceRange(0n, 10_000n);
      assert.is(await engine.mine(anyWork, { target: hardTarget, range }), null);
      const stats = engine.stats();
      assert.is(stats.backend, kind);
      assert.is(stats.searches, 0);
      assert.is(stats.hashes, 10_000);
      assert.is(stats.threads.length, 2);
      assert.is(
        stats.threads.reduce((sum, { hashes }) => sum + hashes, 0),
        10_000,
      );
      assert.equal(Object.keys(stats.kernels).sort(), ['blake2s', 'sha256', 'sha256d']);
    });
  });

  test(`${kind}: a running search is counted in stats`, async () => {
    await withEngine(engineWith(1), async (engine) => {
      const stop = new AbortController();
      const mining = rejection(engine.mine(anyWork, { target: hardTarget, signal: stop.signal }));
      assert.is(engine.stats().searches, 1);
      stop.abort();
      await mining;
    });
  });

  test(`${kind}: an unknown kernel is POW_KERNEL, never a fallback`, () => {
    const error = thrown(() => new Engine({ backend: kind, kernel: 'mmx' })) as PowError;
    assert.is(error.code, 'POW_KERNEL');
    assert.is(error.argument, 'kernel');
    assert.match(error.message, /one of .*\b(scalar|portable)\b.* here, not mmx/);
  });
}

test('a forced kernel is the one in use', async () => {
  for (const kind of engineKinds) {
    await withEngine(engineOf(kind, { threads: 1 }), async (engine) => {
      const { kernels } = engine.stats();
      for (const algorithm of kind.algorithms) assert.is(kernels[algorithm], kind.kernel);
    });
  }
});

test.run();
