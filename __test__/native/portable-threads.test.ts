/** Threads that die, with a worker planted for that. */

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { SearchEnd } from '../../ts/native/contract.js';
import { PortableEngine } from '../../ts/native/portable/engine.js';
import { SearchThread } from '../../ts/native/portable/search-thread.js';
import { endless, endOf } from './portable-plans.js';

/** It dies when the range starts at 13, if `deadly`. A search is drained only if `end` is 0. */
const PLANTED = (deadly: boolean) => `
  import { setTimeout } from 'node:timers/promises';
  export default async function search({ plan, search }) {
    if (plan.start === 13n && ${deadly}) setImmediate(() => { throw new Error('planted'); });
    const stop = new Int32Array(search, 0, 1);
    while (plan.end !== 0n && Atomics.load(stop, 0) === 0) await setTimeout(1);
    return { kind: plan.end === 0n ? 'drained' : 'stopped' };
  }`;

function engineOf(...workers: string[]): PortableEngine {
  const threads = workers.length;
  const plan = {
    threads,
    priority: 'normal',
    affinity: null,
    cpuLimit: 100,
    kernel: null,
  } as const;
  const urls = workers.map((worker) => new URL(worker));
  return new PortableEngine(plan, () => new SearchThread(urls.shift()));
}

const planted = `data:text/javascript,${encodeURIComponent(PLANTED(true))}`;
const harmless = `data:text/javascript,${encodeURIComponent(PLANTED(false))}`;
const deadly = { ...endless, start: 13n };
const short = { ...endless, end: 0n };

test('a thread that dies ends the searches it took part in, and the next gets a new thread', async () => {
  const engine = engineOf(planted, harmless);
  const caught = endOf(engine, endless);
  assert.equal(await endOf(engine, short), { kind: 'exhausted' });
  const end = await endOf(engine, deadly);
  assert.equal(end, { kind: 'panicked', detail: 'Error: planted' });
  assert.is((await caught).kind, 'panicked');
  assert.equal(await endOf(engine, short), { kind: 'exhausted' });
  assert.is(engine.stats().searches, 0);
  await engine.close();
});

test('many searches begin at once on a thread that replaces a dead one', async () => {
  const engine = engineOf(planted);
  await endOf(engine, deadly);
  // None of them waits for the first, which never ends by itself.
  const waiting = engine.search(endless, () => {});
  const ends = await Promise.all([1, 2, 3].map(() => endOf(engine, short)));
  assert.equal(ends, Array(3).fill({ kind: 'exhausted' } satisfies SearchEnd));
  waiting.cancel();
  await engine.close();
});

test('a worker file that is missing ends each search as panicked, and close still resolves', async () => {
  const engine = engineOf('file:///nowhere/worker.js');
  for (let i = 0; i < 3; i++) {
    const end = await endOf(engine, endless);
    assert.is(end.kind, 'panicked');
    assert.match((end as { detail: string }).detail, 'nowhere');
  }
  await engine.close();
});

test.run();
