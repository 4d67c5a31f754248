/** What an engine tells of its threads and searches, and of one that a kernel failed. */

import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { goalPlan } from '../../ts/core/goal.js';
import { holdProcess, releaseProcess } from '../../ts/core/keep-alive.js';
import { workPlan } from '../../ts/core/work.js';
import { Engine, NonceRange, type PowError } from '../../ts/index.js';
import type { Backend, BackendEngine, SearchEnd } from '../../ts/native/contract.js';
import { backends, withEngine } from '../backends.js';
import { anyWork, easyTarget, hardTarget, plainSearch, rejection } from '../fixtures.js';
import { until } from '../until.js';

const FULL = 1n << 64n;
const EASY = plainSearch(anyWork, easyTarget, 0n, 1n << 16n);

function openEngine(backend: Backend, threads: number): BackendEngine {
  const plan = { priority: 'normal', affinity: null, cpuLimit: 100, kernel: null } as const;
  return backend.openEngine({ ...plan, threads });
}

/** A search on a backend's engine, as `mine()` makes one. */
function start(engine: BackendEngine, target = hardTarget, label?: string) {
  const [work, goal] = [workPlan(anyWork, 'work'), goalPlan(target, 'target')];
  let tell: (end: SearchEnd) => void = () => {};
  const ended = new Promise<SearchEnd>((resolve) => {
    tell = resolve;
  });
  const search = engine.search({ work, goal, start: 0n, end: FULL, label }, tell);
  return { search, ended };
}

for (const backend of backends) {
  const { kind } = backend;

  test(`${kind}: a thread's times add up to its life, and none of them falls`, async () => {
    const openedMs = performance.now(); // before the threads: they live from somewhere in openEngine
    const engine = openEngine(backend, 2);
    let last = engine.stats().threads;
    for (const _ of [1, 2, 3]) {
      const { search, ended } = start(engine);
      await until('it hashes', () => search.hashes() > 0);
      engine.pause();
      await sleep(2);
      engine.resume();
      search.cancel();
      await ended;
      await sleep(2);
      const { threads } = engine.stats();
      threads.forEach((thread, i) => {
        for (const time of ['busyMs', 'starvedMs', 'waitingMs'] as const) {
          assert.ok(thread[time] >= (last[i]?.[time] ?? 0), `${time} fell`);
        }
      });
      last = threads;
    }
    const livedMs = performance.now() - openedMs;
    for (const { busyMs, starvedMs, waitingMs } of last) {
      assert.ok(busyMs + starvedMs + waitingMs <= livedMs + 1, 'more than its life');
      assert.ok(waitingMs > 0);
    }
    assert.ok(last.some(({ busyMs }) => busyMs > 0));
    await engine.close();
  });

  test(`${kind}: a thread names the job in hand, by its label or its number, and none when idle`, async () => {
    const engine = openEngine(backend, 1);
    const jobs = () => engine.stats().threads.map(({ job }) => job);
    assert.equal(jobs(), [null]);
    const first = start(engine);
    await until('the first name is shown', () => jobs()[0] === 'search 1');
    first.search.cancel();
    await first.ended;
    const second = start(engine, hardTarget, 'chain 7');
    await until('the other name is shown', () => jobs()[0] === 'chain 7');
    second.search.cancel();
    await second.ended;
    await until('the thread is idle', () => jobs()[0] === null);
    await engine.close();
  });

  test(`${kind}: a search tells its first chunk, and once stopped its leave and the hashes in vain`, async () => {
    const engine = openEngine(backend, 2);
    engine.pause();
    const { search, ended } = start(engine);
    assert.equal(search.stats(), { firstChunkMs: null, leaveMs: null, wastedHashes: 0 });
    engine.resume();
    await until('it hashes', () => search.hashes() > 0);
    assert.ok((search.stats().firstChunkMs ?? -1) >= 0);
    assert.is(search.stats().leaveMs, null);
    const before = search.hashes();
    search.cancel();
    assert.equal(await ended, { kind: 'cancelled' });
    const { leaveMs, wastedHashes } = search.stats();
    assert.ok((leaveMs ?? -1) >= 0);
    assert.ok(wastedHashes <= search.hashes() - before);
    const stats = engine.stats();
    assert.is(stats.wastedHashes, wastedHashes);
    assert.equal([stats.firstChunk.count, stats.leave.count], [1, 1]);
    assert.is(stats.leave.lastMs, leaveMs);
    assert.is(stats.leave.totalMs, stats.leave.maxMs);
    await engine.close();
  });

  test(`${kind}: hashes above the winner are in vain, those up to it are not`, async () => {
    const engine = openEngine(backend, 2);
    const { search, ended } = start(engine, easyTarget);
    assert.equal(await ended, { kind: 'found', nonce: EASY });
    assert.is(search.stats().wastedHashes, search.hashes() - Number(EASY) - 1);
    assert.is(engine.stats().wastedHashes, search.stats().wastedHashes);
    assert.is(search.stats().leaveMs, null);
    await engine.close();
  });

  test(`${kind}: a kernel that panics fails its search alone, is counted, and its thread goes on`, async () => {
    const planted = 1n << 40n;
    process.env['POW_NATIVE_TEST_PANIC'] = String(planted);
    const engine = new Engine({ backend: kind, threads: 2 });
    delete process.env['POW_NATIVE_TEST_PANIC'];
    await withEngine(engine, async () => {
      const stop = new AbortController();
      const beside = rejection(engine.mine(anyWork, { target: hardTarget, signal: stop.signal }));
      for (const round of [1, 2, 3]) {
        const range = new NonceRange(planted - 2000n, FULL);
        const [error, ...answers] = await Promise.all([
          rejection(engine.mine(anyWork, { target: hardTarget, range })),
          engine.mine(anyWork, { target: easyTarget }),
          engine.mine(anyWork, { target: hardTarget, range: new NonceRange(0n, 5000n) }),
        ]);
        assert.is((error as PowError).code, 'POW_PANIC');
        assert.match((error as PowError).message, `planted at nonce ${planted}`);
        assert.equal(
          answers.map((answer) => answer?.nonce ?? null),
          [EASY, null],
        );
        assert.is(engine.stats().panics, round);
      }
      const errors = engine.stats().threads.map(({ lastError }) => lastError);
      assert.ok(errors.some((error) => error?.includes(`planted at nonce ${planted}`)));
      assert.is(engine.stats().searches, 1);
      stop.abort('the other one went on');
      assert.is(await beside, 'the other one went on');
    });
  });

  test(`${kind}: a panic above the winner costs no answer`, async () => {
    // Behind the chunk of the winner: another thread may come to it or not.
    process.env['POW_NATIVE_TEST_PANIC'] = '10000';
    const engine = new Engine({ backend: kind, threads: 2 });
    delete process.env['POW_NATIVE_TEST_PANIC'];
    await withEngine(engine, async () => {
      for (let i = 0; i < 20; i++) {
        assert.is((await engine.mine(anyWork, { target: easyTarget }))?.nonce, EASY);
      }
    });
  });

  test(`${kind}: an engine opened without the switch never panics there`, async () => {
    await withEngine(new Engine({ backend: kind, threads: 1 }), async (engine) => {
      process.env['POW_NATIVE_TEST_PANIC'] = '5';
      const range = new NonceRange(0n, 10n);
      assert.is(await engine.mine(anyWork, { target: hardTarget, range }), null);
      delete process.env['POW_NATIVE_TEST_PANIC'];
    });
  });
}

// A backend leaves it to its caller.
test.before(holdProcess);
test.after(releaseProcess);

test.run();
