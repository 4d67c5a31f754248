/** An engine that gives way: resized, paused and limited while searches run. */

import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Engine, NonceRange, type PowError, Target } from '../../ts/index.js';
import { runAlone } from '../alone.js';
import { backends, withEngine } from '../backends.js';
import { anyWork, easyTarget, hardTarget, plainSearch, rejection, thrown } from '../fixtures.js';

const target = Target.fromLeadingZeroBits(14);
const lowest = plainSearch(anyWork, target, 0n, 1n << 20n);
const EASY = plainSearch(anyWork, easyTarget, 0n, 1n << 16n);

/** Until the engine has hashed something more. */
async function goesOn(engine: Engine): Promise<void> {
  const { hashes } = engine.stats();
  while (engine.stats().hashes === hashes) await sleep(1);
}

/** Until no thread holds a search: after that none hashes, since a pause lets none claim. */
async function asleep(engine: Engine): Promise<void> {
  while (engine.stats().threads.some(({ job }) => job !== null)) await sleep(1);
}

for (const { kind } of backends) {
  const open = (threads = 2) => new Engine({ backend: kind, threads });

  test(`${kind}: an engine that grows and shrinks has as many threads, and loses no hashes`, async () => {
    await withEngine(open(1), async (engine) => {
      const stop = new AbortController();
      const mining = rejection(engine.mine(anyWork, { target: hardTarget, signal: stop.signal }));
      let before = 0;
      for (const threads of [3, 1, 2, 2, 1] as const) {
        await engine.resize(threads);
        assert.is(engine.stats().threads.length, threads);
        const { hashes } = engine.stats();
        assert.ok(hashes >= before, `${hashes} hashes after ${before}`);
        // What is lost with a thread shows only if it has hashed.
        while (engine.stats().threads.some((thread) => thread.hashes === 0)) await sleep(1);
        before = engine.stats().hashes;
      }
      stop.abort('enough');
      assert.is(await mining, 'enough');
    });
  });

  test(`${kind}: a range is exhausted once, each nonce hashed once, while threads come and go`, async () => {
    const nonces = kind === 'native' ? 50_000_000n : 60_000n;
    await withEngine(open(2), async (engine) => {
      const range = new NonceRange(5n, nonces + 5n);
      let running = true;
      const mining = engine.mine(anyWork, { target: hardTarget, range }).finally(() => {
        running = false;
      });
      for (let i = 0; running; i++) await engine.resize(1 + (i % 3));
      assert.is(await mining, null);
      assert.is(engine.stats().hashes, Number(nonces));
    });
  });

  test(`${kind}: the answer is the lowest nonce through a storm of resizes, pauses and aborts`, async () => {
    const rounds = kind === 'native' ? 50 : 5; // a thread of Node takes its time to start
    await withEngine(open(2), async (engine) => {
      const resizes: Promise<void>[] = [];
      for (let i = 0; i < rounds; i++) {
        const stop = new AbortController();
        const noise = rejection(engine.mine(anyWork, { target: hardTarget, signal: stop.signal }));
        const mining = engine.mine(anyWork, { target: easyTarget });
        resizes.push(engine.resize(1 + ((i * 7) % 4)), engine.resize(1 + ((i * 5) % 3)));
        if (i % 3 === 0) engine.pause();
        engine.limitCpu(i % 2 === 0 ? 50 : 100);
        if (i % 4 === 0) await sleep(0);
        stop.abort(i);
        engine.resume();
        assert.is((await mining)?.nonce, EASY);
        assert.is(await noise, i);
      }
      await Promise.all(resizes);
      assert.is(engine.stats().threads.length, 1 + (((rounds - 1) * 5) % 3));
      while (engine.stats().searches > 0) await sleep(1);
    });
  });

  test(`${kind}: of two resizes at once the last one counts, and a share is one of the CPUs`, async () => {
    await withEngine(open(1), async (engine) => {
      await Promise.all([engine.resize(4), engine.resize(2)]);
      assert.is(engine.stats().threads.length, 2);
      await engine.resize('1%');
      assert.is(engine.stats().threads.length, 1);
      assert.is((await engine.mine(anyWork, { target: easyTarget }))?.nonce, EASY);
    });
  });

  test(`${kind}: a paused engine hashes nothing, takes new searches, and goes on where it was`, async () => {
    await withEngine(open(), async (engine) => {
      const range = new NonceRange(0n, lowest === null ? 0n : lowest + 1n);
      const mining = engine.mine(anyWork, { target, range });
      engine.pause();
      engine.pause();
      assert.is(engine.stats().paused, true);
      await asleep(engine);
      const { hashes } = engine.stats();
      const later = engine.mine(anyWork, { target: easyTarget });
      await sleep(20);
      assert.is(engine.stats().hashes, hashes);
      engine.resume();
      engine.resume();
      assert.is(engine.stats().paused, false);
      assert.is((await mining)?.nonce, lowest);
      assert.is((await later)?.nonce, EASY);
    });
  });

  test(`${kind}: searches can be aborted in a pause, and an engine resized and closed in it`, async () => {
    const engine = open();
    const stop = new AbortController();
    const started = rejection(engine.mine(anyWork, { target: hardTarget, signal: stop.signal }));
    engine.pause();
    const waiting = rejection(engine.mine(anyWork, { target: hardTarget, signal: stop.signal }));
    await asleep(engine);
    stop.abort('not now');
    assert.equal(await Promise.all([started, waiting]), ['not now', 'not now']);
    while (engine.stats().searches > 0) await sleep(1);
    await engine.resize(3);
    await engine.resize(1);
    const mining = rejection(engine.mine(anyWork, { target: hardTarget }));
    await engine.close();
    assert.is(((await mining) as PowError).code, 'POW_CLOSED');
  });

  test(`${kind}: a limited engine finds the same, and an abort, a new limit and a close reach its sleepers`, async () => {
    await withEngine(new Engine({ backend: kind, threads: 2, cpuLimit: 1 }), async (engine) => {
      assert.is(engine.stats().cpuLimit, 1);
      const stop = new AbortController();
      const noise = rejection(engine.mine(anyWork, { target: hardTarget, signal: stop.signal }));
      await goesOn(engine);
      stop.abort('enough');
      assert.is(await noise, 'enough');
      while (engine.stats().searches > 0) await sleep(1);
      engine.limitCpu(100);
      assert.is((await engine.mine(anyWork, { target }))?.nonce, lowest);
      engine.limitCpu(1);
      assert.is((await engine.mine(anyWork, { target: easyTarget }))?.nonce, EASY);
      const mining = rejection(engine.mine(anyWork, { target: hardTarget }));
      await goesOn(engine);
      await engine.close();
      assert.is(((await mining) as PowError).code, 'POW_CLOSED');
    });
  });

  test(`${kind}: a bad size or limit is named, and a closed engine has no size`, async () => {
    const engine = open(1);
    for (const threads of [0, 1.5, '0%', 'all', undefined]) {
      const error = (await rejection(engine.resize(threads as number))) as PowError;
      assert.is(error.code, 'POW_ARGUMENT');
      assert.is(error.argument, 'threads');
    }
    for (const percent of [0, 101, 0.5, '50']) {
      const error = thrown(() => engine.limitCpu(percent as number)) as PowError;
      assert.is(error.argument, 'percent');
    }
    await engine.close();
    assert.is(((await rejection(engine.resize(2))) as PowError).code, 'POW_CLOSED');
    engine.pause();
    engine.resume();
    engine.limitCpu(50);
  });

  test(`${kind}: a paused engine with a search keeps the process alive, one without does not`, () => {
    const { status, stdout, stderr } = runAlone(
      `const engine = new Engine({ threads: 2 });
       engine.pause();
       engine.mine(anyWork, { target: easyTarget }).then(({ nonce }) => console.log(String(nonce)));
       setTimeout(() => engine.resume(), 300).unref();`,
      { POW_NATIVE_BACKEND: kind },
    );
    assert.is(status, 0, stderr);
    assert.is(stdout, `${EASY}\n`);
    const idle = runAlone('const engine = new Engine({ threads: 2 }); engine.pause();', {
      POW_NATIVE_BACKEND: kind,
    });
    assert.is(idle.status, 0, idle.stderr);
  });

  test(`${kind}: awaiting a resize with nothing else to do is not cut short`, () => {
    const { status, stdout, stderr } = runAlone(
      `const engine = new Engine({ threads: 1 });
       await engine.resize(3);
       await engine.resize(1);
       console.log(engine.stats().threads.length);`,
      { POW_NATIVE_BACKEND: kind },
    );
    assert.is(status, 0, stderr);
    assert.is(stdout, '1\n');
  });

  test(`${kind}: a pin that cannot be had is a warning, said once`, async () => {
    const engine = new Engine({ backend: kind, threads: 2, affinity: [65_535] });
    await withEngine(engine, async () => {
      await engine.resize(4);
      const { warnings } = engine.stats();
      assert.is(warnings.filter((text) => /pin/.test(text)).length, 1, warnings.join('; '));
      assert.is((await engine.mine(anyWork, { target: easyTarget }))?.nonce, EASY);
    });
  });
}

test.run();
