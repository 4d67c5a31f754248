import type {
  BackendEngine,
  BackendSearch,
  EnginePlan,
  EngineStats,
  SearchEnd,
  SearchPlan,
} from '../contract.js';
import { SearchThread } from './search-thread.js';
import { SharedSearch } from './shared-memory.js';
import type { Departure } from './worker.js';

/** The one kernel of this backend. */
export const KERNEL = 'portable';

interface RunningSearch {
  readonly shared: SharedSearch;
  /** Settles after `ended` was called. */
  readonly over: Promise<void>;
}

/** Worker threads that search any number of ranges at once. */
export class PortableEngine implements BackendEngine {
  readonly #threads: readonly SearchThread[];
  readonly #warnings: readonly string[];
  readonly #running = new Set<RunningSearch>();
  #closing: Promise<void> | null = null;

  constructor(
    plan: EnginePlan,
    threads = Array.from({ length: plan.threads }, () => new SearchThread()),
  ) {
    this.#threads = threads;
    this.#warnings = warningsOf(plan);
  }

  search(plan: SearchPlan, ended: (end: SearchEnd) => void): BackendSearch {
    // A closed engine has no threads to offer; the search is over in the next turn.
    const threads = this.#closing === null ? this.#threads : [];
    const shared = SharedSearch.create(threads.length);
    const departures = threads.map(async (thread, index) => {
      const departure = await thread.search({ plan, thread: index, search: shared.buffer });
      // A thread that died could not stop the others itself.
      if (departure.kind === 'panicked') shared.stop();
      return departure;
    });
    const over = Promise.all(departures).then((all) => {
      this.#running.delete(running);
      if (this.#running.size === 0) for (const thread of this.#threads) thread.rest();
      ended(this.#closing === null ? endOf(all) : { kind: 'closed' });
    });
    const running = { shared, over };
    this.#running.add(running);
    return { hashes: () => shared.hashes, cancel: () => shared.stop() };
  }

  stats(): EngineStats {
    const threads = this.#threads.map((thread) => thread.stats());
    return {
      backend: 'portable',
      searches: this.#running.size,
      hashes: threads.reduce((sum, { hashes }) => sum + hashes, 0),
      threads,
      kernels: { blake2s: KERNEL, sha256: KERNEL, sha256d: KERNEL },
      warnings: this.#warnings,
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close([...this.#running]);
    return this.#closing;
  }

  async #close(running: readonly RunningSearch[]): Promise<void> {
    for (const { shared } of running) shared.stop();
    await Promise.allSettled(running.map(({ over }) => over));
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}

/** How a search ended, from how each thread left it. */
function endOf(departures: readonly Departure[]): SearchEnd {
  let lowest: bigint | null = null;
  for (const departure of departures) {
    if (departure.kind === 'panicked') return departure;
    if (departure.kind === 'found' && (lowest === null || departure.nonce < lowest)) {
      lowest = departure.nonce;
    }
  }
  // Every claimed chunk was finished, so these two are the truth even when a cancel came as well.
  if (lowest !== null) return { kind: 'found', nonce: lowest };
  const drained = departures.some(({ kind }) => kind === 'drained');
  return { kind: drained ? 'exhausted' : 'cancelled' };
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
