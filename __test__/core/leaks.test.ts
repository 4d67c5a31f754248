import { getEventListeners } from 'node:events';
import { readdirSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Engine } from '../../ts/index.js';
import { backends, withEngine } from '../backends.js';
import { anyWork, easyTarget, hardTarget, rejection } from '../fixtures.js';

const CYCLES = 1000;
/** A search that kept its plan would leave some kilobytes each time; a leak of a thread, megabytes. */
const MOST_GROWTH_BYTES = 48 << 20;

/** Threads of this process; 0 where the system does not say. */
function threads(): number {
  return process.platform === 'linux' ? readdirSync('/proc/self/task').length : 0;
}

/** Waits: a joined thread stays in the list until the kernel has buried it. A leak stays for good. */
async function threadsFallTo(most: number): Promise<void> {
  for (let tries = 0; threads() > most && tries < 1000; tries++) await setTimeout(10);
  assert.ok(threads() <= most, `${threads()} threads, ${most} before`);
}

const handles = () => process.getActiveResourcesInfo().sort().join(' ');

async function cycle(engine: Engine, signals: AbortSignal[]): Promise<void> {
  const stop = new AbortController();
  signals.push(stop.signal);
  const mining = rejection(engine.mine(anyWork, { target: hardTarget, signal: stop.signal }));
  if (signals.length % 4 === 0) await setTimeout(0); // some are aborted at once, some a little later
  stop.abort('next');
  assert.is(await mining, 'next');
}

for (const { kind } of backends) {
  test(`${kind}: ${CYCLES} mine/abort cycles leave no thread, listener, handle or memory`, async () => {
    await withEngine(new Engine({ backend: kind, threads: 2 }), async (engine) => {
      const signals: AbortSignal[] = [];
      for (let i = 0; i < 100; i++) await cycle(engine, signals);
      await settled(engine);
      const before = { threads: threads(), handles: handles(), rss: process.memoryUsage.rss() };

      for (let i = 0; i < CYCLES; i++) await cycle(engine, signals);
      await settled(engine);
      await threadsFallTo(before.threads);
      assert.is(handles(), before.handles);
      assert.ok(signals.every((signal) => getEventListeners(signal, 'abort').length === 0));
      const growth = process.memoryUsage.rss() - before.rss;
      assert.ok(growth < MOST_GROWTH_BYTES, `grew by ${growth} bytes`);
      assert.ok(await engine.mine(anyWork, { target: easyTarget }));
    });
  });

  test(`${kind}: 20 engines opened and closed leave no thread`, async () => {
    await withEngine(new Engine({ backend: kind, threads: 3 }), (engine) =>
      engine.mine(anyWork, { target: easyTarget }),
    );
    const before = threads();
    for (let i = 0; i < 20; i++) {
      const engine = new Engine({ backend: kind, threads: 3 });
      const mining = rejection(engine.mine(anyWork, { target: hardTarget }));
      await engine.close();
      await mining;
    }
    await threadsFallTo(before);
  });
}

/** Until the last thread has left the last search; the test's own time-out is the limit. */
async function settled(engine: Engine): Promise<void> {
  while (engine.stats().searches > 0) await setTimeout(1);
  await setTimeout(5); // the report of the last end, and closed handles, reach the loop
}

test.run();
