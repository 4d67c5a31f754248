import { getEventListeners } from 'node:events';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Engine, mine, NonceRange, Target } from '../../ts/index.js';
import { backends, withEngine } from '../backends.js';
import { anyWork, easyTarget, hardTarget, rejection } from '../fixtures.js';

test('an abort rejects with the very reason it was given', async () => {
  const stop = new AbortController();
  const mining = mine(anyWork, { target: hardTarget, signal: stop.signal });
  const reason = new Error('new block');
  stop.abort(reason);
  assert.is(await rejection(mining), reason);
});

test('an abort without a reason rejects with an AbortError, a time-out with a TimeoutError', async () => {
  const stop = new AbortController();
  const mining = rejection(mine(anyWork, { target: hardTarget, signal: stop.signal }));
  stop.abort();
  assert.is(((await mining) as Error).name, 'AbortError');
  const timed = mine(anyWork, { target: hardTarget, signal: AbortSignal.timeout(5) });
  assert.is(((await rejection(timed)) as Error).name, 'TimeoutError');
});

for (const { kind } of backends) {
  const open = () => new Engine({ backend: kind, threads: 2 });
  const listeners = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;

  test(`${kind}: already aborted`, async () => {
    await withEngine(open(), async (engine) => {
      const signal = AbortSignal.abort('before');
      assert.is(await rejection(engine.mine(anyWork, { target: easyTarget, signal })), 'before');
      assert.is(engine.stats().searches, 0);
      assert.is(listeners(signal), 0);
    });
  });

  test(`${kind}: aborted before the first chunk is done`, async () => {
    await withEngine(open(), async (engine) => {
      const stop = new AbortController();
      const mining = engine.mine(anyWork, { target: hardTarget, signal: stop.signal });
      assert.is(listeners(stop.signal), 1);
      stop.abort('at once');
      assert.is(await rejection(mining), 'at once');
      assert.is(listeners(stop.signal), 0);
    });
  });

  test(`${kind}: aborted in the middle, and the engine goes on`, async () => {
    await withEngine(open(), async (engine) => {
      const stop = new AbortController();
      const mining = engine.mine(anyWork, {
        target: hardTarget,
        signal: stop.signal,
        onProgress: ({ hashes }) => {
          if (hashes > 0) stop.abort('halfway');
        },
      });
      assert.is(await rejection(mining), 'halfway');
      assert.ok(await engine.mine(anyWork, { target: easyTarget }));
    });
  });

  test(`${kind}: aborted twice keeps the first reason`, async () => {
    await withEngine(open(), async (engine) => {
      const stop = new AbortController();
      const mining = engine.mine(anyWork, { target: hardTarget, signal: stop.signal });
      stop.abort('first');
      stop.abort('second');
      assert.is(await rejection(mining), 'first');
    });
  });

  test(`${kind}: aborted after the end changes nothing`, async () => {
    await withEngine(open(), async (engine) => {
      const stop = new AbortController();
      const options = { target: easyTarget, signal: stop.signal };
      const solution = await engine.mine(anyWork, options);
      stop.abort('too late');
      assert.ok(solution);
      assert.is(listeners(stop.signal), 0);
    });
  });

  test(`${kind}: one search aborted leaves the others alone`, async () => {
    await withEngine(open(), async (engine) => {
      const stop = new AbortController();
      const range = new NonceRange(0n, 20_000n);
      const other = engine.mine(anyWork, { target: hardTarget, range });
      const mining = engine.mine(anyWork, { target: hardTarget, signal: stop.signal });
      stop.abort('only me');
      assert.is(await rejection(mining), 'only me');
      assert.is(await other, null);
    });
  });

  test(`${kind}: an abort is heard while a search of 2^64 nonces runs with a target near zero`, async () => {
    await withEngine(open(), async (engine) => {
      const signal = AbortSignal.timeout(20);
      const error = await rejection(
        engine.mine(anyWork, { target: Target.fromBigInt(1n), signal }),
      );
      assert.is(error, signal.reason);
    });
  });
}

test.run();
