/** One search as a promise: options checked, the abort heard, progress told, the end verified. */

import { performance } from 'node:perf_hooks';
import { PowError } from '../errors.js';
import type { BackendEngine, BackendSearch, SearchEnd, SearchPlan } from '../native/contract.js';
import { hearAbort, unhearAbort } from './abort.js';
import { badArgument, requireObject } from './arguments.js';
import { type Goal, goalPlan } from './goal.js';
import { holdProcess, releaseProcess } from './keep-alive.js';
import { type NonceRange, requireRange } from './nonce-range.js';
import { endWith, type Searcher, tracedSearcher } from './search-trace.js';
import { type Solution, solutionOf } from './solution.js';
import { Trace, traced } from './tracing.js';
import { type Work, workPlan } from './work.js';

/** Ten times a second. */
const PROGRESS_INTERVAL_MS = 100;

export interface Progress {
  /** Nonces hashed so far. */
  readonly hashes: number;
  /** Mean since the start. */
  readonly hashesPerSecond: number;
  readonly elapsedMs: number;
  /** Hashes that a solution costs on average. */
  readonly expectedHashes: number;
}

export interface MineOptions {
  /** A hash at or below a `Target` wins; or one that has a `Pattern`. */
  readonly target: Goal;
  /** `[start, end)`. Default: every nonce the layout holds. */
  readonly range?: NonceRange | undefined;
  /** The only way to stop a search. For a time-out pass `AbortSignal.timeout(ms)`. */
  readonly signal?: AbortSignal | undefined;
  /** Called at most ten times a second. What it throws, the search rejects with. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/**
 * Searches on `engine`.
 *
 * @returns rejects, never throws: see `mine()`
 */
export function search(
  engine: BackendEngine,
  work: Work,
  options: MineOptions,
): Promise<Solution | null> {
  const trace = Trace.start('pow.mine');
  if (trace === null) return start(engine, work, options, null);
  const searching = start(tracedSearcher(engine, trace), work, options, trace);
  return endWith(trace, searching, options);
}

function start(
  engine: Searcher,
  work: Work,
  options: MineOptions,
  trace: Trace | null,
): Promise<Solution | null> {
  return new Promise((resolve, reject) => {
    requireObject(options, 'options');
    const { target, range, signal, onProgress } = options;
    const plan = traced(trace, 'pow.plan', () => searchPlan(work, target, range));
    requireSignal(signal);
    if (onProgress !== undefined && typeof onProgress !== 'function') {
      throw badArgument('onProgress', 'a function', onProgress);
    }
    if (signal?.aborted) throw signal.reason;

    let left = false;
    const leave = () => {
      left = true;
      releaseProcess();
      if (signal !== undefined) unhearAbort(signal, abort);
      stopProgress?.();
    };
    const ended = (end: SearchEnd) => {
      if (left) return; // settled before the last thread had gone
      leave();
      try {
        resolve(outcome(end, plan, target, trace));
      } catch (error) {
        reject(error);
      }
    };
    const fail = (reason: unknown) => {
      if (left) return;
      leave();
      running.cancel();
      reject(reason);
    };
    const abort = () => fail((signal as AbortSignal).reason);

    const running = engine.search(plan, ended);
    const stopProgress = onProgress && tellProgress(running, target, onProgress, fail);
    if (signal !== undefined) hearAbort(signal, abort);
    holdProcess();
  });
}

function searchPlan(work: unknown, target: unknown, range: unknown): SearchPlan {
  const plan = workPlan(work, 'work');
  const goal = goalPlan(target, 'target');
  const { start, end } = requireRange(plan, range);
  return { work: plan, goal, start, end };
}

/** By shape and not by class: signals of other realms and polyfills are as good. */
function requireSignal(signal: AbortSignal | undefined): void {
  if (signal === undefined) return;
  if (
    typeof signal !== 'object' ||
    typeof signal?.aborted !== 'boolean' ||
    typeof signal.addEventListener !== 'function' ||
    typeof signal.removeEventListener !== 'function'
  ) {
    throw badArgument('signal', 'an AbortSignal', signal);
  }
}

function outcome(
  end: SearchEnd,
  plan: SearchPlan,
  goal: Goal,
  trace: Trace | null,
): Solution | null {
  switch (end.kind) {
    case 'found':
      return traced(trace, 'pow.verify', () => solutionOf(plan.work, goal, end.nonce));
    case 'exhausted':
      return null;
    case 'panicked':
      throw new PowError('POW_PANIC', end.detail);
    case 'cancelled': // by nobody here: an abort does not wait for it
    case 'closed':
      throw new PowError('POW_CLOSED', 'closed while the search ran');
  }
}

/** Calls `onProgress` until the returned function is called; `fail` gets what it throws. */
function tellProgress(
  running: BackendSearch,
  goal: Goal,
  onProgress: (progress: Progress) => void,
  fail: (reason: unknown) => void,
): () => void {
  const { expectedHashes } = goal;
  const startMs = performance.now();
  const timer = setInterval(() => {
    const elapsedMs = performance.now() - startMs;
    const hashes = running.hashes();
    try {
      onProgress({
        hashes,
        hashesPerSecond: (hashes / elapsedMs) * 1e3,
        elapsedMs,
        expectedHashes,
      });
    } catch (error) {
      fail(error);
    }
  }, PROGRESS_INTERVAL_MS);
  return () => clearInterval(timer);
}
