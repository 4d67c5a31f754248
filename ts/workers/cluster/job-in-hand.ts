/** A job that waits for what the cluster finds of its work. */

import type { Found, Job, MiningHow } from '../../miner/ports.js';

export type JobEnd = 'exhausted' | 'stopped' | { readonly error: unknown };

export class JobInHand {
  readonly job: Job;
  readonly sinceMs: number;
  /** Of its work since it came; of several jobs of one work, the oldest has them. */
  hashes = 0;
  readonly over: Promise<'exhausted' | 'stopped'>;
  readonly #how: MiningHow;
  #settle: (end: JobEnd) => void = () => {};
  #isOver = false;

  constructor(job: Job, how: MiningHow, sinceMs: number) {
    this.job = job;
    this.sinceMs = sinceMs;
    this.#how = how;
    this.over = new Promise((resolve, reject) => {
      this.#settle = (end) => {
        if (typeof end === 'object') reject(end.error);
        else resolve(end);
      };
    });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  found(found: Found): void {
    this.#how.found(found);
  }

  /** The first end counts. */
  end(end: JobEnd): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#how.hashed(this.hashes);
    this.#settle(end);
  }
}
