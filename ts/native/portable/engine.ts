import { PowError } from '../../errors.js';
import type {
  BackendEngine,
  BackendSearch,
  EnginePlan,
  EngineStats,
  SearchEnd,
  SearchPlan,
} from '../contract.js';
import { plantedPanic } from '../planted-panic.js';
import { Latency } from './latency.js';
import { type Host, RunningSearch } from './running-search.js';
import { SearchThread } from './search-thread.js';
import type { Departure } from './worker.js';

/** The one kernel of this backend. */
export const KERNEL = 'portable';

/** Worker threads that search any number of ranges at once. */
export class PortableEngine implements BackendEngine, Host {
  readonly panicAt = plantedPanic();
  readonly #warnings: readonly string[];
  readonly #openThread: () => SearchThread;
  readonly #threads: SearchThread[] = [];
  /** Threads on their way out, until they are gone. */
  readonly #leaving = new Map<SearchThread, Promise<void>>();
  /** Each until its end was told. */
  readonly #running = new Map<RunningSearch, Promise<void>>();
  readonly #firstChunk = new Latency();
  readonly #leave = new Latency();
  readonly #totals = { searches: 0, pastHashes: 0, panics: 0, wastedHashes: 0 };
  #paused = false;
  #cpuLimit: number;
  #closing: Promise<void> | null = null;

  /** @param openThread - default: one with the worker of this package */
  constructor(plan: EnginePlan, openThread = () => new SearchThread()) {
    this.#openThread = openThread;
    this.#cpuLimit = plan.cpuLimit;
    this.#warnings = warningsOf(plan);
    this.#grow(plan.threads);
  }

  search(plan: SearchPlan, ended: (end: SearchEnd) => void): BackendSearch {
    this.#totals.searches += 1;
    const search = new RunningSearch(this.#totals.searches, plan, this);
    const told = search.over.then((end) => {
      this.#forget(search);
      ended(this.#closing === null ? end : { kind: 'closed' });
    });
    this.#running.set(search, told);
    // A closed engine has no threads to offer; the search is over in the next turn.
    if (this.#closing !== null) search.cancel();
    else if (!this.#paused) for (const thread of this.#threads) search.join(thread);
    return search;
  }

  stats(): EngineStats {
    const threads = [...this.#threads, ...this.#leaving.keys()].map((thread) => thread.stats());
    const { pastHashes, panics, wastedHashes } = this.#totals;
    return {
      backend: 'portable',
      searches: this.#running.size,
      hashes: threads.reduce((sum, { hashes }) => sum + hashes, pastHashes),
      threads,
      kernels: { blake2s: KERNEL, sha256: KERNEL, sha256d: KERNEL },
      paused: this.#paused,
      cpuLimit: this.#cpuLimit,
      panics,
      wastedHashes,
      firstChunk: this.#firstChunk.stats,
      leave: this.#leave.stats,
      warnings: this.#warnings,
    };
  }

  async resize(threads: number): Promise<void> {
    if (this.#closing !== null) throw new PowError('POW_CLOSED', 'resize() after close()');
    for (const thread of this.#threads.splice(threads)) {
      thread.leaving = true;
      this.#leaving.set(thread, this.#bury(thread));
    }
    this.#grow(threads);
    await Promise.all(this.#leaving.values());
  }

  pause(): void {
    this.#paused = true;
    for (const thread of this.#threads) {
      thread.leaving = true;
      thread.idle(false);
    }
  }

  resume(): void {
    if (!this.#paused || this.#closing !== null) return;
    this.#paused = false;
    for (const thread of this.#threads) this.#admit(thread);
  }

  limitCpu(percent: number): void {
    this.#cpuLimit = percent;
    for (const thread of this.#threads) thread.cpuLimit = percent;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  departed(thread: SearchThread, { kind }: Departure): boolean {
    if (kind === 'panicked') this.#totals.panics += 1;
    thread.idle(this.#running.size > 0 && !this.#paused);
    // Asked to leave for a pause that is over by now?
    return kind === 'left' && !this.#paused && this.#threads.includes(thread);
  }

  #grow(size: number): void {
    while (this.#threads.length < size) {
      const thread = this.#openThread();
      thread.cpuLimit = this.#cpuLimit;
      this.#threads.push(thread);
      if (this.#paused) thread.leaving = true;
      else this.#admit(thread);
    }
  }

  #admit(thread: SearchThread): void {
    thread.leaving = false;
    for (const search of this.#running.keys()) search.join(thread);
  }

  async #bury(thread: SearchThread): Promise<void> {
    await thread.close();
    this.#totals.pastHashes += thread.stats().hashes;
    this.#leaving.delete(thread);
  }

  #forget(search: RunningSearch): void {
    this.#running.delete(search);
    if (this.#running.size === 0) for (const thread of this.#threads) thread.idle(false);
    const { firstChunkMs, leaveMs, wastedHashes } = search.stats();
    if (firstChunkMs !== null) this.#firstChunk.note(firstChunkMs);
    if (leaveMs !== null) this.#leave.note(leaveMs);
    this.#totals.wastedHashes += wastedHashes;
  }

  async #close(): Promise<void> {
    for (const search of this.#running.keys()) search.cancel();
    await Promise.allSettled(this.#running.values());
    await Promise.all(this.#threads.map((thread) => thread.close()));
    await Promise.all(this.#leaving.values());
  }
}

function warningsOf({ priority, affinity }: EnginePlan): readonly string[] {
  const warnings: string[] = [];
  if (priority === 'background') {
    warnings.push('priority: the portable backend cannot lower the priority of its threads');
  }
  if (affinity !== null) {
    warnings.push('affinity: the portable backend cannot pin its threads to CPUs');
  }
  return warnings;
}
