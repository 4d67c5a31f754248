/**
 * Where sources and workers meet: a source knows where work comes from and where solutions go, a
 * worker knows how a solution is found, and neither knows the other. Types only.
 */

import type { Goal } from '../core/goal.js';
import type { Solution } from '../core/solution.js';
import type { Work } from '../core/work.js';
import type { ThreadStats } from '../native/contract.js';

/**
 * One unit of intent. A lane is a stream of work that replaces itself: a chain, a pool connection,
 * a node's template.
 */
export interface Job {
  /** Unique within its source, for as long as the source lives. */
  readonly id: string;
  readonly lane: string;
  /**
   * What this job means for the lane's older one. `replace`: its solutions are stale from now on.
   * `refresh`: they stay valid (more transactions, newer time).
   */
  readonly change: 'replace' | 'refresh';
  /** A hash at or below a `Target` wins; or one that has a `Pattern`. */
  readonly target: Goal;
  /** `first`: a block, the job is over with its first solution; `all`: every share. */
  readonly goal: 'first' | 'all';
  /**
   * `unchecked`: the node has proof of work switched off, any nonce is a solution to workers that
   * simulate (simulation, constant-delay, on-demand). A worker that hashes mines the target.
   */
  readonly proof: 'required' | 'unchecked';
  /** On the monotonic clock (`performance.now()`): the job is over from here on. */
  readonly deadlineMs?: number | undefined;
  /** How many distinct works can be rolled (time, extranonce, version bits): 1 or more. */
  readonly variants: bigint;
  /** The nonces of each variant that may be hashed, half-open. Default: all that the layout holds. */
  readonly nonces?: { readonly start: bigint; readonly end: bigint } | undefined;
  /**
   * The work of one variant. A pure function: the same variant gives the same bytes, different
   * variants give different ones.
   *
   * @param variant - `0 <= variant < variants`
   */
  work(variant: bigint): RolledWork;
  /** What a Stratum worker needs (coinbase, branches, header); each protocol refines it. */
  readonly template?: { readonly kind: string } | undefined;
}

export interface RolledWork {
  readonly work: Work;
  readonly roll: Roll;
}

/** What one variant changed, as the source needs it back with a solution. */
export interface Roll {
  readonly timeOffsetMicros?: bigint | undefined;
  readonly extranonce2?: Uint8Array | undefined;
  readonly version?: number | undefined;
}

/** A solution on its way to the source. */
export interface Found {
  readonly job: Job;
  readonly roll: Roll;
  readonly solution: Solution;
  /**
   * Set by the miner: the job had been replaced, or had left the live set, when the solution came.
   * It is delivered all the same; the source decides whether to send it.
   */
  readonly stale?: boolean | undefined;
}

export interface Outcome {
  /** `unknown`: the answer to the submission was lost. */
  readonly result: 'accepted' | 'stale' | 'duplicate' | 'rejected' | 'unknown';
  /** The solution is a block, not only a share. */
  readonly block: boolean;
  readonly reason?: string | undefined;
}

export interface WorkSource {
  /**
   * Each item is the whole live set, newest job per lane; a lane that is missing stops. A slow
   * reader sees only the newest set. Ends when `signal` aborts; throws only what it cannot mend
   * itself (bad credentials, a node of another network).
   */
  jobs(signal: AbortSignal): AsyncIterable<readonly Job[]>;
  /**
   * Resolves with what became of the solution. `found.job` may be a copy: jobs are told apart by
   * `id`. A lost answer is `unknown`; it rejects only where
   * nothing was sent.
   *
   * @param signal - gives up waiting
   */
  submit(found: Found, signal: AbortSignal): Promise<Outcome>;
  /**
   * Told when nothing is left of a job: every nonce of it was hashed, or a `goal: 'first'` job has
   * its solution. Its solutions were submitted before. `job` may be a copy; it does not throw.
   */
  exhausted?(job: Job): void;
  /** Cheap: read at every scrape. */
  status(): SourceStatus;
  /** Bounded in time; idempotent. */
  close(): Promise<void>;
}

/** How a source is doing. Counts are since it was made. */
export interface SourceStatus {
  readonly connection: 'connecting' | 'connected' | 'lost' | 'closed';
  readonly lanes: readonly LaneStatus[];
  /** Connections made after the first one. */
  readonly reconnects: number;
  /** Requests by purpose (`work`, `solved`, `updates`): a fixed, small set of names. */
  readonly requests: Readonly<Record<string, RequestStats>>;
  /** How often each error code came up: `POW_*` codes, or those of the protocol's own short list. */
  readonly errors: Readonly<Record<string, number>>;
  /** The last failure in words, control characters taken out; `null`: none so far. */
  readonly lastError: string | null;
  readonly warnings: readonly string[];
}

export interface LaneStatus {
  readonly lane: string;
  /** Since the lane's work was last known to be the newest; `null`: no work yet. */
  readonly workAgeMs: number | null;
  /** Jobs given out. */
  readonly jobs: number;
}

/** Durations as Prometheus keeps them. */
export interface RequestStats {
  readonly count: number;
  readonly failures: number;
  readonly totalMs: number;
  /** Ascending and cumulative: how many took at most so long. */
  readonly buckets: readonly { readonly atMostMs: number; readonly count: number }[];
}

export interface MiningHow {
  /** Called for every solution. It does not throw. */
  found(found: Found): void;
  /**
   * Called once, before the promise settles, with every hash made on the job. Until then they show
   * in {@link WorkerStats.running}.
   */
  hashed(hashes: number): void;
  /** Stop now: in about a millisecond for what hashes here. Its reason may be `MINER_ENDS`. */
  readonly stop: AbortSignal;
  /** Stop when the batch in hand is done. */
  readonly finishBatch: AbortSignal;
}

export interface Worker {
  /** Its name in `workers/registry.ts`. */
  readonly kind: string;
  /** How many jobs at once. While a job is switched, one more runs for a moment. */
  readonly lanes: number;
  /** Why this worker cannot mine that job; `null` when it can. */
  refuses(job: Job): string | null;
  /**
   * Calls `found` for every solution until exhausted or stopped, the first solution of a
   * `goal: 'first'` job included in "exhausted". A solution found while stopping is still
   * reported, before the promise settles. Rejects with a `PowError` when it cannot go on.
   */
  mine(job: Job, how: MiningHow): Promise<'exhausted' | 'stopped'>;
  /** Cheap: read at every scrape. */
  stats(): WorkerStats;
  /** Stops every job; bounded in time; idempotent. */
  close(): Promise<void>;
}

/** What a worker did. Counts are since it was made. */
export interface WorkerStats {
  /** Estimated where the worker cannot count (devices that send shares). A rate is a difference. */
  readonly hashes: number;
  /** Part of `hashes`: made on a job after it had been told to stop. */
  readonly wastedHashes: number;
  readonly solutions: number;
  /** Jobs in hand now. */
  readonly running: readonly RunningJob[];
  /** Threads of this process that hash for it; empty when others do. */
  readonly threads: readonly ThreadStats[];
  /** Children, devices or connections that died and were started again. */
  readonly restarts: number;
  /** How often each `POW_*` code came up. */
  readonly errors: Readonly<Record<string, number>>;
  readonly warnings: readonly string[];
}

export interface RunningJob {
  readonly id: string;
  readonly lane: string;
  readonly hashes: number;
  /** Since the worker took it. */
  readonly ageMs: number;
}
