/** A source over a scripted queue, by a virtual clock. */

import * as assert from 'uvu/assert';
import { ClusterSource, type ClusterSourceOptions } from '../../../ts/cluster/source.js';
import type { Job } from '../../../ts/miner/ports.js';
import { VirtualClock } from '../../miner/jobs.js';
import { ScriptedQueue } from '../worker/scripted-queue.js';

export interface Setting {
  readonly queue: ScriptedQueue;
  readonly source: ClusterSource;
  readonly clock: VirtualClock;
  /** The newest live set. */
  live(): readonly Job[];
  readonly reading: AbortController;
}

export async function withSource(
  options: ClusterSourceOptions,
  use: (setting: Setting) => Promise<void>,
): Promise<void> {
  const [queue, clock, reading] = [new ScriptedQueue(), new VirtualClock(), new AbortController()];
  const source = new ClusterSource(queue, { clock, ...options });
  let live: readonly Job[] = [];
  const read = (async () => {
    for await (const set of source.jobs(reading.signal)) live = set;
  })();
  read.catch(() => undefined);
  try {
    await use({ queue, source, clock, reading, live: () => live });
  } finally {
    const closing = source.close();
    await clock.pass(60_000);
    await closing;
    reading.abort();
    await read;
    assert.is(clock.alarms, 0);
  }
}
