import { getEventListeners } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type MineOptions, search } from '../../ts/core/search.js';
import { NonceRange, type PowError, Target, Work } from '../../ts/index.js';
import type { BackendEngine, SearchEnd, SearchPlan } from '../../ts/native/contract.js';
import { anyWork, easyTarget, hardTarget, plainSearch, rejection } from '../fixtures.js';

/** A backend that does what the test says, when the test says it. */
class ScriptedEngine {
  readonly plans: SearchPlan[] = [];
  cancels = 0;
  end: (end: SearchEnd) => void = () => {};
  readonly engine = {
    search: (plan, ended) => {
      this.plans.push(plan);
      this.end = ended;
      return { hashes: () => 1234, cancel: () => void this.cancels++ };
    },
  } as Partial<BackendEngine> as BackendEngine;

  start(options: Partial<MineOptions> = {}) {
    return search(this.engine, anyWork, { target: hardTarget, ...options });
  }
}

test('the backend is given the whole layout when no range is', async () => {
  const script = new ScriptedEngine();
  const mining = script.start();
  assert.is(script.plans[0]?.start, 0n);
  assert.is(script.plans[0]?.end, 1n << 64n);
  script.end({ kind: 'exhausted' });
  assert.is(await mining, null);
});

test('a solution is the nonce, its digest in wire order and the bytes hashed', async () => {
  const nonce = plainSearch(anyWork, easyTarget, 0n, 1n << 16n) as bigint;
  const script = new ScriptedEngine();
  const mining = script.start({ target: easyTarget });
  script.end({ kind: 'found', nonce });
  const solution = await mining;
  assert.is(solution?.nonce, nonce);
  assert.is(Buffer.from(solution?.message ?? []).readBigUInt64LE(278), nonce);
  assert.ok(easyTarget.isMetBy(solution?.hash ?? new Uint8Array(), 'le'));
});

test('a nonce that does not win is POW_MISMATCH, never a wrong answer', async () => {
  const nonce = plainSearch(anyWork, easyTarget, 0n, 1n << 16n) as bigint;
  const script = new ScriptedEngine();
  const mining = script.start({ target: easyTarget });
  script.end({ kind: 'found', nonce: nonce + 1n });
  assert.is(((await rejection(mining)) as PowError).code, 'POW_MISMATCH');
});

test('a panic in a kernel is POW_PANIC, with its words', async () => {
  const script = new ScriptedEngine();
  const mining = script.start();
  script.end({ kind: 'panicked', detail: 'index out of bounds' });
  const error = (await rejection(mining)) as PowError;
  assert.is(error.code, 'POW_PANIC');
  assert.match(error.message, 'index out of bounds');
});

test('an end that comes after the abort changes nothing', async () => {
  const script = new ScriptedEngine();
  const stop = new AbortController();
  const mining = script.start({ signal: stop.signal, target: easyTarget });
  stop.abort('stopped');
  assert.is(script.cancels, 1);
  script.end({ kind: 'found', nonce: 0n });
  assert.is(await rejection(mining), 'stopped');
});

test('an abort after the end changes nothing, and no listener is left to hear it', async () => {
  const script = new ScriptedEngine();
  const stop = new AbortController();
  const mining = script.start({ signal: stop.signal });
  assert.is(getEventListeners(stop.signal, 'abort').length, 1);
  script.end({ kind: 'exhausted' });
  assert.is(getEventListeners(stop.signal, 'abort').length, 0);
  stop.abort();
  assert.is(await mining, null);
  assert.is(script.cancels, 0);
});

test('an already aborted signal starts nothing', async () => {
  const script = new ScriptedEngine();
  const reason = new Error('too late');
  const mining = script.start({ signal: AbortSignal.abort(reason) });
  assert.is(await rejection(mining), reason);
  assert.is(script.plans.length, 0);
});

test('a backend that refuses rejects, and leaves no listener', async () => {
  const refusal = new Error('closed');
  const stop = new AbortController();
  const engine = {
    search: () => {
      throw refusal;
    },
  } as Partial<BackendEngine> as BackendEngine;
  const mining = search(engine, anyWork, { target: hardTarget, signal: stop.signal });
  assert.is(await rejection(mining), refusal);
  assert.is(getEventListeners(stop.signal, 'abort').length, 0);
});

test('progress has the numbers of the search, and stops with it', async () => {
  const script = new ScriptedEngine();
  let calls = 0;
  const target = Target.fromLeadingZeroBits(20);
  await new Promise<void>((resolve, reject) => {
    const mining = script.start({
      target,
      onProgress: ({ hashes, hashesPerSecond, elapsedMs, expectedHashes }) => {
        calls += 1;
        assert.is(hashes, 1234);
        assert.is(expectedHashes, 2 ** 20);
        assert.ok(Math.abs(hashesPerSecond - 1234 / (elapsedMs / 1e3)) < 1e-6 * hashesPerSecond);
        if (calls === 2) script.end({ kind: 'exhausted' });
      },
    });
    mining.then(() => resolve(), reject);
  });
  const after = process.getActiveResourcesInfo().filter((name) => name === 'Timeout');
  assert.is(after.length, 0);
  assert.is(calls, 2);
});

test('progress comes at most ten times a second', async () => {
  const script = new ScriptedEngine();
  const elapsed: number[] = [];
  const mining = script.start({
    onProgress: ({ elapsedMs }) => {
      elapsed.push(elapsedMs);
      if (elapsed.length === 5) script.end({ kind: 'exhausted' });
    },
  });
  await mining;
  // Node may run a timer a millisecond early. Late is always possible.
  assert.ok((elapsed[4] as number) >= 5 * 100 - 5, `5 calls in ${elapsed[4]} ms`);
});

test('what onProgress throws, the search rejects with, and it is cancelled', async () => {
  const script = new ScriptedEngine();
  const bug = { not: 'even an Error' };
  const mining = script.start({
    onProgress: () => {
      throw bug;
    },
  });
  assert.is(await rejection(mining), bug);
  assert.is(script.cancels, 1);
});

test('an onProgress that aborts and then throws settles the search once', async () => {
  const script = new ScriptedEngine();
  const stop = new AbortController();
  const mining = script.start({
    signal: stop.signal,
    onProgress: () => {
      stop.abort('first');
      throw new Error('second');
    },
  });
  assert.is(await rejection(mining), 'first');
  await setImmediate();
  assert.is(script.cancels, 1);
});

test('options are read once: a getter cannot swap what was checked', async () => {
  const script = new ScriptedEngine();
  let reads = 0;
  const mining = search(script.engine, anyWork, {
    get target() {
      reads += 1;
      return reads === 1 ? hardTarget : (null as never);
    },
  });
  script.end({ kind: 'exhausted' });
  assert.is(await mining, null);
  assert.is(reads, 1);
});

const shortWork = new Work({
  algorithm: 'sha256',
  message: new Uint8Array(8),
  nonce: { offset: 0, encoding: 'u32le' },
  hashOrder: 'be',
});
const BAD: readonly (readonly [string, string, string, unknown, unknown])[] = [
  ['no work', 'POW_ARGUMENT', 'work', undefined, { target: hardTarget }],
  ['bytes for work', 'POW_ARGUMENT', 'work', new Uint8Array(80), { target: hardTarget }],
  ['no options', 'POW_ARGUMENT', 'options', anyWork, undefined],
  ['null options', 'POW_ARGUMENT', 'options', anyWork, null],
  ['no target', 'POW_ARGUMENT', 'target', anyWork, {}],
  ['hex for a target', 'POW_ARGUMENT', 'target', anyWork, { target: 'ff'.repeat(32) }],
  ['a bigint for a target', 'POW_ARGUMENT', 'target', anyWork, { target: 1n }],
  [
    'a false target',
    'POW_ARGUMENT',
    'target',
    anyWork,
    { target: Object.create(Target.prototype) },
  ],
  ['a pair for a range', 'POW_ARGUMENT', 'range', anyWork, { target: hardTarget, range: [0n, 1n] }],
  ['null for a range', 'POW_ARGUMENT', 'range', anyWork, { target: hardTarget, range: null }],
  [
    'a range beyond the layout',
    'POW_RANGE',
    'range',
    shortWork,
    { target: hardTarget, range: new NonceRange(0n, (1n << 32n) + 1n) },
  ],
  [
    'a controller for a signal',
    'POW_ARGUMENT',
    'signal',
    anyWork,
    { target: hardTarget, signal: new AbortController() },
  ],
  ['null for a signal', 'POW_ARGUMENT', 'signal', anyWork, { target: hardTarget, signal: null }],
  [
    'text for onProgress',
    'POW_ARGUMENT',
    'onProgress',
    anyWork,
    { target: hardTarget, onProgress: 'x' },
  ],
];

for (const [what, code, argument, work, options] of BAD) {
  test(`${what}: rejects with ${code} naming '${argument}', before anything starts`, async () => {
    const script = new ScriptedEngine();
    const mining = search(script.engine, work as Work, options as MineOptions);
    const error = (await rejection(mining)) as PowError;
    assert.is(error.code, code);
    assert.is(error.argument, argument);
    assert.is(script.plans.length, 0);
  });
}

test.run();
