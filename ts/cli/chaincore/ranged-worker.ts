/** A worker that gives a job up after one batch of its nonces, and says so. */

import { hearAbort, unhearAbort } from '../../core/abort.js';
import type { Job, MiningHow, Worker, WorkerStats } from '../../miner/ports.js';

export interface RangedWorkerOptions {
  readonly worker: Worker;
  /** `one-batch`: what the worker calls a batch is the range of a job. */
  readonly range: 'all' | 'one-batch';
  /** Called when the range of a job held no solution. */
  onExhausted(job: Job, hashes: number): void;
}

export class RangedWorker implements Worker {
  readonly kind: string;
  readonly lanes: number;
  readonly #options: RangedWorkerOptions;

  constructor(options: RangedWorkerOptions) {
    this.#options = options;
    this.kind = options.worker.kind;
    this.lanes = options.worker.lanes;
  }

  refuses(job: Job): string | null {
    return this.#options.worker.refuses(job);
  }

  async mine(job: Job, how: MiningHow): Promise<'exhausted' | 'stopped'> {
    const { worker, range, onExhausted } = this.#options;
    const finish = new AbortController();
    const finishNow = () => finish.abort();
    let hashes = 0;
    let isFound = false;
    hearAbort(how.finishBatch, finishNow);
    if (how.finishBatch.aborted) finishNow();
    try {
      const mining = worker.mine(job, {
        stop: how.stop,
        finishBatch: finish.signal,
        found: (found) => {
          isFound = true;
          how.found(found);
        },
        hashed: (count) => {
          hashes = count;
          how.hashed(count);
        },
      });
      // The first batch has begun: no other follows.
      if (range === 'one-batch') finishNow();
      const end = await mining;
      if (isFound || how.stop.aborted || how.finishBatch.aborted) return end;
      onExhausted(job, hashes);
      return 'exhausted';
    } finally {
      unhearAbort(how.finishBatch, finishNow);
    }
  }

  stats(): WorkerStats {
    return this.#options.worker.stats();
  }

  close(): Promise<void> {
    return this.#options.worker.close();
  }
}
