/** A runner over a scripted queue, for each backend. */

import { test } from 'uvu';
import type { LeaseRunnerOptions } from '../../../ts/cluster/worker/lease-runner.js';
import { LeaseRunner } from '../../../ts/cluster/worker/lease-runner.js';
import { enginePlan } from '../../../ts/core/engine-options.js';
import type { Backend } from '../../../ts/native/contract.js';
import { until } from '../../until.js';
import { type ScriptedLease, ScriptedQueue } from './scripted-queue.js';

/** So many nonces are never hashed in a test. */
export const ENDLESS = 1n << 60n;

export interface Setting {
  readonly queue: ScriptedQueue;
  readonly runner: LeaseRunner;
  readonly errors: unknown[];
  readonly running: Promise<void>;
}

/** Its engine is closed when all tests are done. */
export function runnersOn(backend: Backend) {
  const open = () => backend.openEngine(enginePlan({ threads: 2 }));
  // One for all: the portable one takes a second to start.
  const shared = open();
  test.after(() => shared.close());

  async function withRunner(
    use: (setting: Setting) => Promise<void>,
    options: Partial<LeaseRunnerOptions> = {},
    engine = shared,
  ): Promise<void> {
    const queue = new ScriptedQueue();
    const errors: unknown[] = [];
    const onError = (error: unknown) => void errors.push(error);
    const guess = () => 20_000;
    const runner = new LeaseRunner(queue, engine, { threads: 2, onError, guess, ...options });
    const running = runner.run();
    running.catch(() => undefined);
    try {
      await use({ queue, runner, errors, running });
    } finally {
      await runner.close();
      await queue.close();
    }
  }

  return { open, withRunner };
}

export async function over(...leases: ScriptedLease[]): Promise<void> {
  await until('leases are over', () => leases.every(({ isOver }) => isOver));
}
