import { Tinypool } from 'tinypool';
import type { ThreadStats } from '../contract.js';
import { SharedThread } from './shared-memory.js';
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
  readonly #shared = new SharedThread();
  readonly #madeMs = performance.now();
  readonly #labels = new Map<number, string>();
  #pool: Tinypool | null = null;
  #starvedMs = 0;
  /** Since when this thread has had no search while another thread still had one. */
  #starvedSince: number | null = null;
  #waitingMs = 0;
  #lastError: string | null = null;
  #left: (() => void) | null = null;

  /** @param worker - exports what `worker.ts` does */
  constructor(worker = WORKER) {
    this.#worker = worker;
  }

  /** Takes part in a search. Never rejects: a thread that dies has `panicked`. */
  async search(task: Omit<SearchTask, 'thread'>, label: string): Promise<Departure> {
    this.#noteStarved(null);
    this.#labels.set(task.number, label);
    this.#pool ??= this.#open();
    const pool = this.#pool;
    const [thread] = pool.threads;
    let departure: Departure;
    try {
      departure = await pool.run({ ...task, thread: this.#shared.buffer });
    } catch (error) {
      if (pool.threads[0] !== thread) this.#drop(pool);
      departure = { kind: 'panicked', detail: String(error), at: null };
    }
    this.#labels.delete(task.number);
    if (departure.kind === 'panicked') this.#lastError = departure.detail;
    if (this.#labels.size === 0) this.#left?.();
    return departure;
  }

  /** Whether to leave every search, and take no part until told otherwise. */
  set leaving(leaving: boolean) {
    this.#shared.leaving = leaving;
  }

  set cpuLimit(percent: number) {
    this.#shared.cpuLimit = percent;
  }

  /** Time from here on is starved if it has no search (others have); else, waiting. */
  idle(starving: boolean): void {
    this.#noteStarved(starving && this.#labels.size === 0 ? performance.now() : null);
  }

  stats(): ThreadStats {
    const nowMs = performance.now();
    const starving = this.#starvedSince === null ? 0 : nowMs - this.#starvedSince;
    const starvedMs = this.#starvedMs + starving;
    const { hashes, busyMs, search } = this.#shared;
    // A chunk in hand counts when it is done: what looked like waiting until then does not go back.
    this.#waitingMs = Math.max(this.#waitingMs, nowMs - this.#madeMs - busyMs - starvedMs);
    const job = this.#labels.get(search) ?? null;
    const [waitingMs, lastError] = [this.#waitingMs, this.#lastError];
    return { hashes, busyMs, starvedMs, waitingMs, job, lastError };
  }

  /** Ends the thread once it has left every search, which it must have been told to do. */
  async close(): Promise<void> {
    if (this.#labels.size > 0) {
      await new Promise<void>((resolve) => {
        this.#left = resolve;
      });
    }
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
