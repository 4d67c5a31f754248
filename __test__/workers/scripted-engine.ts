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

  search(plan: SearchPlan, end: (end: SearchEnd) => void) {
    const search: ScriptedSearch = { plan, end, cancelled: false };
    this.searches.push(search);
    const cancel = () => {
      search.cancelled = true;
    };
    return { hashes: () => 10, cancel };
  }

  stats(): EngineStats {
    const kernels = { blake2s: 'none', sha256: 'none', sha256d: 'none' };
    return { backend: 'portable', hashes: 0, searches: 0, threads: [], warnings: [], kernels };
  }

  async close(): Promise<void> {
    for (const { end } of this.searches.splice(0)) end({ kind: 'closed' });
  }
}
