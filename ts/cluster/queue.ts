/**
 * What a cluster is made of, whatever carries it: works, units, leases, results. Two adapters keep
 * these interfaces, the embedded one (`tcp/`) and NATS JetStream (`nats/`). Types only.
 *
 * A work is one job of a source, spread over many machines. Its nonces are carved into units, a
 * unit is lent to one worker at a time by a lease, and the first valid result of a unit counts.
 */

import type { Goal } from '../core/goal.js';
import type { Work } from '../core/work.js';

/** 32 hex digits, made of the bytes of the work: the same job after a restart is the same work. */
export type WorkId = string;
/** `<work>.<index>`. */
export type UnitKey = `${WorkId}.${number}`;

/** What a worker needs to hash for a work. */
export interface WorkSpec {
  readonly id: WorkId;
  readonly lane: string;
  /** Variant 0. Every variant has the same layout and a message of the same length. */
  readonly work: Work;
  readonly target: Goal;
  /**
   * The target, or one that is easier: what meets it is reported, as a proof that the nonces were
   * hashed.
   */
  readonly shareTarget: Goal;
  /** `first`: the work is over with its first solution; `all`: every solution counts. */
  readonly goal: 'first' | 'all';
  /** Root of the dataset that a worker needs first, 64 hex digits. */
  readonly dataset?: string | undefined;
}

/** Every (variant, nonce) of a work, in the order in which units are carved from it. */
export interface WorkSpace {
  readonly variants: bigint;
  /** Half-open, the same of each variant. */
  readonly nonces: { readonly start: bigint; readonly end: bigint };
  /** Nonce that each variant starts at, within `nonces`; it wraps around. */
  readonly first: bigint;
  /** How the message of a variant differs from that of variant 0; `null`: not at all. */
  patchOf(variant: bigint): Patch | null;
}

/** Bytes that stand at `offset` instead of those of variant 0. */
export interface Patch {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Nonces `[start, end)` of one variant, about 1 to 5 seconds of the worker that gets it. */
export interface Unit {
  readonly work: WorkId;
  /** Counts from 0 within the work. */
  readonly index: number;
  readonly variant: bigint;
  readonly start: bigint;
  readonly end: bigint;
  readonly patch: Patch | null;
}

/** `split`: replaced by two halves after too many attempts; `quarantined`: given up. */
export type UnitState =
  | 'pending'
  | 'assigned'
  | 'computing'
  | 'completed'
  | 'failed'
  | 'split'
  | 'quarantined';

export interface Share {
  readonly nonce: bigint;
  /** 32 bytes in wire order. A claim until the master has hashed it again. */
  readonly hash: Uint8Array;
}

/** What became of (a part of) a leased unit. */
export interface UnitResult {
  readonly work: WorkId;
  readonly index: number;
  readonly fence: number;
  /**
   * `exhausted`: everything from where the lease began to the end of the unit is hashed, and
   * `scannedTo` is that end. `found`: the work is of `goal: 'first'` and has a solution, which came
   * with this result, before it, or of another worker, else it is rejected; the lease ends, and the
   * unit is completed as it is: nothing of it is lent again. `partial`: what was found so far; the
   * lease goes on, or its unit is given back right after.
   */
  readonly outcome: 'found' | 'exhausted' | 'partial';
  /**
   * Every nonce of the unit below it is hashed. A unit is hashed at several places at once: shares,
   * and the solution of `found`, may lie above.
   */
  readonly scannedTo: bigint;
  /** What met the share target since the last result of this lease; at most {@link MOST_SHARES}. */
  readonly shares: readonly Share[];
  /** Made for this result. */
  readonly hashes: number;
}

/** Shares of one result at most. */
export const MOST_SHARES = 256;

export type Verdict = 'accepted' | 'duplicate' | 'stale' | 'rejected';
export type CancelReason = 'stale' | 'found' | 'shutdown';

/** Why a lease ended before its unit did: `moved`, to a worker that is idle. */
export type LeaseEnd = CancelReason | 'lost' | 'moved' | 'revoked';

/** A unit in the hands of this worker. */
export interface Lease {
  readonly spec: WorkSpec;
  readonly unit: Unit;
  /**
   * Increases with every lease of the unit: `epoch * 65,536 + attempt`. A result under an older
   * fence is a late one.
   */
  readonly fence: number;
  /** Where to begin: what lies below was hashed by an earlier lease. */
  readonly resumeAt: bigint;
  /** Aborts when the worker must stop; the reason is a {@link LeaseEnd}. */
  readonly signal: AbortSignal;
  /** Tells how far it is. The adapter itself keeps the lease alive. */
  progress(scannedTo: bigint): void;
  /** Resolves when the master has stored it. The verdict is the master's. */
  report(result: Omit<UnitResult, 'work' | 'index' | 'fence'>): Promise<void>;
  /** Gives the unit back: `failed` counts as an attempt. */
  release(how: { readonly scannedTo: bigint; readonly failed?: string }): Promise<void>;
}

/** What a node can do. Rates are measured, in hashes a second by algorithm. */
export interface Capabilities {
  readonly version: string;
  readonly cores: number;
  readonly threads: number;
  readonly ramMb: number;
  /** CPU features that kernels use, and the kernel of each algorithm. */
  readonly features: readonly string[];
  readonly aes: boolean;
  /** Measured once at the start; the master goes by the results from then on. */
  readonly hashesPerSecond: Readonly<Record<string, number>>;
  /** Roots of the datasets that it holds. */
  readonly datasets: readonly string[];
  /** Where it serves datasets to its peers; `null`: it does not. */
  readonly serves: { readonly host: string; readonly port: number } | null;
}

export interface NodeInfo {
  /** Stays the same when the node connects again. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  readonly role: 'master' | 'worker' | 'observer';
  readonly capabilities: Capabilities;
}

/** What an adapter really gives. */
export interface Guarantees {
  readonly durable: 'memory' | 'process-crash' | 'power-loss';
  /** A lease goes on while the master is away. */
  readonly outlivesMaster: boolean;
  readonly mostMessageBytes: number;
}

/** The master's end of the queue. What happens is told to the `onEvent` that it was opened with. */
export interface MasterQueue {
  readonly guarantees: Guarantees;
  /** Of this master: higher than that of every master before it. */
  readonly epoch: number;
  /**
   * Begins to lend units of a work. One that the record knows goes on where it was, and what was
   * found of it is told again.
   *
   * @returns rejects with `POW_WORKER` when it cannot be stored
   */
  publish(spec: WorkSpec, space: WorkSpace): Promise<void>;
  /**
   * Ends a work: workers are told first, then nothing of it is lent any more.
   *
   * @returns once every holder has let go or is lost, two seconds at most; results until then
   *   still count. `purged`: units that had not been lent
   */
  cancel(work: WorkId, reason: CancelReason): Promise<{ readonly purged: number }>;
  status(): ClusterStatus;
  /** Tells workers goodbye. Works stay in the record. Bounded in time; idempotent. */
  close(): Promise<void>;
}

export type QueueEvent =
  | {
      readonly kind: 'result';
      readonly unit: Unit;
      readonly worker: string;
      readonly fence: number;
      readonly outcome: UnitResult['outcome'];
      readonly verdict: Verdict;
      /** Why it was rejected. */
      readonly reason?: string | undefined;
      /** Shares that meet the target, each hashed again. */
      readonly solutions: readonly Share[];
      readonly shares: number;
      readonly hashes: number;
    }
  | {
      readonly kind: 'unit';
      readonly unit: Unit;
      readonly state: UnitState;
      readonly worker: string | null;
      readonly fence: number;
    }
  /** Every unit of the work is completed or quarantined, and none is left to carve. */
  | { readonly kind: 'exhausted'; readonly work: WorkId }
  | { readonly kind: 'node'; readonly op: 'join' | 'update' | 'leave'; readonly node: NodeInfo }
  | { readonly kind: 'strike'; readonly worker: string; readonly reason: string }
  | { readonly kind: 'banned'; readonly worker: string; readonly forMs: number }
  /** Another master has a higher epoch: this one lends nothing any more. */
  | { readonly kind: 'deposed'; readonly epoch: number }
  /** The record cannot be kept: nothing is acknowledged any more. */
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'notice'; readonly level: 'debug' | 'info' | 'warn'; readonly text: string };

/** A worker's end of the queue. It connects again by itself, and keeps its leases meanwhile. */
export interface WorkerQueue {
  readonly guarantees: Guarantees;
  /**
   * Leases, as fast as they are taken, while fewer than `most()` are in hand. Ends when `signal`
   * aborts or the queue closes; throws `POW_SOURCE` for what cannot mend (an unknown key).
   */
  leases(how: { most(): number; signal: AbortSignal }): AsyncIterable<Lease>;
  /** Tells the master what this node can do now. */
  announce(capabilities: Capabilities): void;
  connection(): 'connecting' | 'connected' | 'lost' | 'closed';
  /** The last thing that went wrong, in words. */
  lastError(): string | null;
  /** The master's, over the network. Rejects with `POW_SOURCE`. */
  status(): Promise<ClusterStatus>;
  /** The other nodes, as the master last told them. */
  peers(): readonly NodeInfo[];
  /** Gives back every lease. Bounded in time; idempotent. */
  close(): Promise<void>;
}

/** Plain data: it crosses the network. */
export interface ClusterStatus {
  readonly master: string;
  readonly adapter: 'tcp' | 'nats';
  readonly epoch: number;
  readonly workers: readonly WorkerStatus[];
  readonly works: readonly WorkStatus[];
  readonly totals: ClusterTotals;
}

export interface WorkerStatus {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly state: 'up' | 'suspect' | 'banned';
  readonly threads: number;
  /** By its results of late. */
  readonly hashesPerSecond: number;
  readonly leases: number;
  readonly completed: number;
  readonly shares: number;
  readonly strikes: number;
  readonly sinceMs: number;
}

export interface WorkStatus {
  readonly id: WorkId;
  readonly lane: string;
  readonly pending: number;
  readonly leased: number;
  readonly completed: number;
  readonly quarantined: number;
  /** Of all nonces of all variants, those hashed and on record, and all of completed units; 0 to 1. */
  readonly done: number;
}

/** Since the master started. */
export interface ClusterTotals {
  readonly hashes: number;
  readonly units: number;
  readonly solutions: number;
  readonly shares: number;
  /** Leases of units that had been lent before. */
  readonly redelivered: number;
  readonly duplicates: number;
  readonly stale: number;
  readonly rejected: number;
  readonly quarantined: number;
  readonly strikes: number;
  readonly bans: number;
}
