/** Engine: threads that search, for as many searches at once as one likes. */

import { PowError } from '../errors.js';
import type { BackendEngine, EngineStats } from '../native/contract.js';
import { selectBackend } from '../native/select.js';
import {
  type EngineOptions,
  enginePlan,
  requireCpuLimit,
  requireKernel,
  type ThreadCount,
  threadCount,
} from './engine-options.js';
import { holdProcess, releaseProcess } from './keep-alive.js';
import { type MineOptions, search } from './search.js';
import type { Solution } from './solution.js';
import type { Work } from './work.js';

/**
 * Threads that search, shared fairly by every search on the engine. An idle engine does not keep
 * the process alive; a running search does.
 *
 * @throws {@link PowError} `POW_ARGUMENT`; `POW_KERNEL` when a forced kernel is not available;
 *   `POW_BACKEND` when the backend asked for is not
 */
export class Engine {
  readonly #engine: BackendEngine;
  #closed: Promise<void> | null = null;

  constructor(options: EngineOptions = {}) {
    const plan = enginePlan(options);
    const backend = selectBackend(options.backend);
    if (plan.kernel !== null) {
      const argument = options.kernel === undefined ? 'POW_NATIVE_KERNEL' : 'kernel';
      requireKernel(plan.kernel, backend.kernels(), argument);
    }
    this.#engine = backend.openEngine(plan);
  }

  /**
   * As `mine()`, on this engine.
   *
   * @throws {@link PowError} (as a rejection) as `mine()`; `POW_CLOSED` once it is closed;
   *   `POW_KERNEL` when the kernel forced is none of this algorithm
   */
  mine(work: Work, options: MineOptions): Promise<Solution | null> {
    if (this.#closed !== null) {
      return Promise.reject(new PowError('POW_CLOSED', 'mine() after close()'));
    }
    return search(this.#engine, work, options);
  }

  /** A snapshot. Counts an aborted search until its last thread has left it. */
  stats(): EngineStats {
    return this.#engine.stats();
  }

  /**
   * Changes the number of threads while searches run, and resolves when there are as many: new ones
   * take part at once, those too many finish their chunk and leave. Of several calls the last counts.
   *
   * @param threads - as the option of that name
   * @throws {@link PowError} (as a rejection) `POW_ARGUMENT`; `POW_CLOSED` once it is closed;
   *   `POW_BACKEND` when the system refuses a thread
   */
  async resize(threads: ThreadCount): Promise<void> {
    const count = threadCount(threads);
    if (this.#closed !== null) throw new PowError('POW_CLOSED', 'resize() after close()');
    holdProcess();
    try {
      await this.#engine.resize(count);
    } finally {
      releaseProcess();
    }
  }

  /**
   * Threads sleep once they have finished their chunk. Searches stay, keep the process alive, and
   * can be aborted; new ones wait. Safe to call again.
   */
  pause(): void {
    this.#engine.pause();
  }

  /** Ends a pause. Safe to call again. */
  resume(): void {
    this.#engine.resume();
  }

  /**
   * Limits the CPU time of each thread from now on.
   *
   * @param percent - of the time that passes: an integer from 1 to 100 (no limit)
   * @throws {@link PowError} `POW_ARGUMENT`
   */
  limitCpu(percent: number): void {
    this.#engine.limitCpu(requireCpuLimit(percent, 'percent'));
  }

  /**
   * Rejects every running search with `POW_CLOSED`; resolves when the threads are gone. Safe to
   * call again.
   */
  close(): Promise<void> {
    if (this.#closed === null) {
      holdProcess(); // or a process with nothing else to do would end before its `await` does
      this.#closed = this.#engine.close().finally(releaseProcess);
    }
    return this.#closed;
  }
}
