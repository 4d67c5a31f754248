import { Tinypool } from 'tinypool';
import type { ThreadStats } from '../contract.js';
import { SharedCounters } from './shared-memory.js';
import type { Departure, SearchTask } from './worker.js';

/** Not written inside `new URL()`: a bundler would look for the source file beside `dist`. */
const WORKER_FILE = import.meta.url.endsWith('.ts') ? './worker-from-source.mjs' : './worker.js';
const WORKER = new URL(WORKER_FILE, import.meta.url);

/**
 * One worker thread, started by its first search. A tinypool of its own for each thread, because
 * a pool places tasks by load alone and a search needs exactly one task on every thread.
 */
export class SearchThread {
  readonly #worker: URL;
  readonly #counters = new SharedCounters();
  #pool: Tinypool | null = null;
  #searches = 0;
  #starvedMs = 0;
  /** Since when this thread has had no search while another thread still had one. */
  #starvedSince: number | null = null;

  /** @param worker - exports what `worker.ts` does */
  constructor(worker = WORKER) {
    this.#worker = worker;
  }

  /** Takes part in a search. Never rejects: a thread that dies has `panicked`. */
  async search(task: Omit<SearchTask, 'counters'>): Promise<Departure> {
    this.#noteStarved(null);
    this.#searches += 1;
    this.#pool ??= this.#open();
    const pool = this.#pool;
    const [thread] = pool.threads;
    try {
      return await pool.run({ ...task, counters: this.#counters.buffer });
    } catch (error) {
      if (pool.threads[0] !== thread) this.#drop(pool);
      return { kind: 'panicked', detail: String(error) };
    } finally {
      this.#searches -= 1;
      if (this.#searches === 0) this.#noteStarved(performance.now());
    }
  }

  /** No thread has a search any more: time from here on is not starved but idle. */
  rest(): void {
    this.#noteStarved(null);
  }

  stats(): ThreadStats {
    const starving = this.#starvedSince === null ? 0 : performance.now() - this.#starvedSince;
    const { hashes, busyMs } = this.#counters;
    return { hashes, busyMs, starvedMs: this.#starvedMs + starving };
  }

  /** Ends the thread, which must have left every search. */
  async close(): Promise<void> {
    const pool = this.#pool;
    this.#pool = null;
    await pool?.destroy();
  }

  #open(): Tinypool {
    const pool = new Tinypool({
      filename: this.#worker.href,
      minThreads: 1,
      maxThreads: 1,
      concurrentTasksPerWorker: Number.MAX_SAFE_INTEGER,
      // Loaders and inspectors of the host are none of the worker's business.
      execArgv: [],
    });
    // Reported only when the thread dies without a search; the next one gets a new thread.
    pool.on('error', () => this.#drop(pool));
    return pool;
  }

  /** Gives up a pool whose thread died: tinypool would run searches on its next thread in turn. */
  #drop(pool: Tinypool): void {
    if (this.#pool === pool) {
      this.#pool = null;
      // Its next thread may die of the same cause before it is ended; that was reported already.
      pool.destroy().catch(() => undefined);
    }
  }

  #noteStarved(since: number | null): void {
    if (this.#starvedSince !== null) this.#starvedMs += performance.now() - this.#starvedSince;
    this.#starvedSince = since;
  }
}
