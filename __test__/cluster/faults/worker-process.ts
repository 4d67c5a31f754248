/** A worker that hashes, as a program. */

import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClusterWorkerNode } from '../../../ts/cluster/worker/node.js';
import type { QueueAddress } from '../../../ts/cluster/worker/options.js';
import { Engine, NonceRange } from '../../../ts/index.js';
import { anyWork, hardTarget } from '../../fixtures.js';
import { answerWith } from './child.js';

let node: ClusterWorkerNode | null = null;

function opened(): ClusterWorkerNode {
  if (node === null) throw new Error('not open');
  return node;
}

answerWith({
  async open({ address, threads }: { address: QueueAddress; threads: number }) {
    const more = { threads, priority: 'normal' as const, statsMs: 50 };
    node = await ClusterWorkerNode.open({ queue: address, ...more });
    node.over.catch((error: unknown) => process.stderr.write(`${String(error)}\n`));
  },
  stats() {
    const { connection, lastError, units, hashes, leases, shares, solutions } = opened().stats();
    return { connection, lastError, units, hashes, leases: leases.length, shares, solutions };
  },
  hashes: () => opened().stats().hashes,
  /** Hashes a second of the same thread without a cluster. */
  async 'mine alone'({ ms }: { ms: number }) {
    const engine = new Engine({
      threads: opened().stats().capabilities.threads,
      priority: 'normal',
    });
    const range = NonceRange.full(anyWork);
    const [fromMs, stop] = [performance.now(), new AbortController()];
    const { signal } = stop;
    const mining = engine.mine(anyWork, { target: hardTarget, range, signal }).catch(() => null);
    await sleep(ms);
    while (engine.stats().hashes === 0) await sleep(10); // on a busy machine: until there is a rate
    stop.abort();
    await mining;
    const rate = (engine.stats().hashes * 1000) / (performance.now() - fromMs);
    await engine.close();
    return rate;
  },
  /** Until the file is there. */
  block({ until }: { until: string }) {
    const never = new Int32Array(new SharedArrayBuffer(4));
    while (!existsSync(until)) Atomics.wait(never, 0, 0, 20);
  },
  close: () => opened().close(),
});
