import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runAlone } from '../alone.js';
import { backends } from '../backends.js';
import { anyWork, easyTarget, plainSearch } from '../fixtures.js';

const FILE = new URL('mining-thread.mjs', import.meta.url);
const answer = plainSearch(anyWork, easyTarget, 0n, 1n << 64n);

/** Starts one, and waits until its easy searches are done. */
async function started(backend: string, ending: string) {
  const env = { ...process.env, POW_NATIVE_BACKEND: backend };
  const thread = new Worker(FILE, { workerData: { backend, ending }, env });
  const exited = once(thread, 'exit').catch(() => ['threw']);
  const [nonces] = (await once(thread, 'message')) as [bigint[]];
  return { thread, exited, nonces };
}

for (const { kind } of backends) {
  test(`${kind}: several worker threads of Node mine at once, on several engines each`, async () => {
    const threads = await Promise.all([1, 2, 3].map(() => started(kind, 'idle')));
    for (const { nonces, exited } of threads) {
      assert.equal(nonces, [answer, answer, answer]);
      assert.equal(await exited, [0], 'ends by itself while its engines idle');
    }
  });

  test(`${kind}: worker threads that end in the middle of searches take nothing else along`, async () => {
    const endings = ['terminate', 'closing', 'exit', 'throw'];
    const [terminated, closing, exiting, throwing] = await Promise.all(
      endings.map((ending) => started(kind, ending)),
    );
    await Promise.all([terminated?.thread.terminate(), closing?.thread.terminate()]);
    for (const ending of [exiting, throwing]) ending?.thread.postMessage('now');
    assert.equal(await exiting?.exited, [0]);
    assert.equal(await throwing?.exited, ['threw']);
    const next = await started(kind, 'idle');
    assert.equal(next.nonces, [answer, answer, answer]);
    await next.exited;
  });
}

/** What a process does with ten searches running on two engines, and the code it ends with. */
const ENDINGS: readonly (readonly [string, number, string])[] = [
  ['exits while its engines close', 7, 'for (const e of engines) e.close(); process.exit(7);'],
  ['exits before the loop turns', 7, 'process.exit(7);'],
  ['throws', 1, "setTimeout(() => { throw new Error('planted'); }, 20);"],
  ['aborts all, and falls off its end', 0, "setTimeout(() => stop.abort('over'), 20);"],
];

for (const { kind } of backends) {
  for (const [what, code, ending] of ENDINGS) {
    test(`${kind}: a process that ${what} in the middle of searches neither hangs nor crashes`, () => {
      const { status, signal, stderr } = runAlone(
        `const stop = new AbortController();
         const engines = [new Engine({ threads: 2 }), new Engine({ threads: 1 })];
         for (const engine of engines) {
           for (let i = 0; i < 5; i++) {
             engine.mine(anyWork, { target: hardTarget, signal: stop.signal }).catch(() => {});
           }
         }
         ${ending}`,
        { POW_NATIVE_BACKEND: kind },
      );
      assert.is(signal, null, stderr);
      assert.is(status, code, stderr);
    });
  }
}

test.run();
