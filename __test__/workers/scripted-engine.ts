import type {
  BackendEngine,
  EngineStats,
  SearchEnd,
  SearchPlan,
} from '../../ts/native/contract.js';

interface ScriptedSearch {
  readonly plan: SearchPlan;
  readonly end: (end: SearchEnd) => void;
  cancelled: boolean;
}

/** Searches end when the test says so: for races that real threads run one time in many. */
export class ScriptedEngine implements BackendEngine {
  readonly searches: ScriptedSearch[] = [];
  threads = 1;
  paused = false;
  cpuLimit = 100;

  search(plan: SearchPlan, end: (end: SearchEnd) => void) {
    const search: ScriptedSearch = { plan, end, cancelled: false };
    this.searches.push(search);
    const cancel = () => {
      search.cancelled = true;
    };
    const stats = () => ({ firstChunkMs: null, leaveMs: null, wastedHashes: 0 });
    return { hashes: () => 10, cancel, stats };
  }

  stats(): EngineStats {
    const kernels = { blake2s: 'none', sha256: 'none', sha256d: 'none' };
    const none = { count: 0, totalMs: 0, maxMs: 0, lastMs: 0 };
    return {
      ...{ backend: 'portable', hashes: 0, searches: 0, threads: [], warnings: [], kernels },
      ...{ paused: this.paused, cpuLimit: this.cpuLimit, panics: 0, wastedHashes: 0 },
      ...{ firstChunk: none, leave: none },
    };
  }

  async resize(threads: number): Promise<void> {
    this.threads = threads;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  limitCpu(percent: number): void {
    this.cpuLimit = percent;
  }

  async close(): Promise<void> {
    for (const { end } of this.searches.splice(0)) end({ kind: 'closed' });
  }
}
