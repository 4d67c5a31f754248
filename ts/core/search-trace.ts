/** What a search tells its span: algorithm, threads, hashes, how it ended. */

import type { BackendEngine, SearchEnd, SearchPlan } from '../native/contract.js';
import type { Solution } from './solution.js';
import type { Trace } from './tracing.js';

/** What a search needs of an engine. */
export type Searcher = Pick<BackendEngine, 'search'>;

/** The same engine with a span around what its threads do. */
export function tracedSearcher(engine: BackendEngine, trace: Trace): Searcher {
  return {
    search(plan, ended) {
      const attributes = attributesOf(engine, plan);
      trace.set(attributes);
      const step = trace.child('pow.search', attributes);
      let open = true;
      const endStep = (how: SearchEnd['kind'], hashes: number) => {
        if (!open) return;
        open = false;
        trace.set({ 'pow.hashes': hashes });
        step.end({ 'pow.hashes': hashes, 'pow.result': how });
      };
      const running = engine.search(plan, (end) => {
        endStep(end.kind, running.hashes());
        ended(end);
      });
      return {
        hashes: () => running.hashes(),
        stats: () => running.stats(),
        cancel() {
          running.cancel();
          endStep('cancelled', running.hashes());
        },
      };
    },
  };
}

function attributesOf(engine: BackendEngine, { work }: SearchPlan) {
  const { backend, threads, kernels } = engine.stats();
  return {
    'pow.algorithm': work.algorithm,
    'pow.backend': backend,
    'pow.kernel': kernels[work.algorithm],
    'pow.threads': threads.length,
  };
}

/** Ends `trace` as the search ends. An abort is no error: the caller wished it. */
export async function endWith(
  trace: Trace,
  searching: Promise<Solution | null>,
  options: { readonly signal?: AbortSignal | undefined } | undefined,
): Promise<Solution | null> {
  try {
    const solution = await searching;
    trace.end(
      solution === null
        ? { 'pow.result': 'exhausted' }
        : { 'pow.result': 'found', 'pow.nonce': String(solution.nonce) },
    );
    return solution;
  } catch (error) {
    const aborted = options?.signal?.aborted === true && error === options.signal.reason;
    if (!aborted) trace.fail(error);
    trace.end({ 'pow.result': aborted ? 'aborted' : 'failed' });
    throw error;
  }
}
