/**
 * The interface both backends keep: `native` (the Rust addon) and `portable` (TypeScript).
 *
 * Everything that crosses it has been checked by `core`: a backend converts and computes, it does
 * not validate.
 */

export const ALGORITHMS = ['blake2s', 'sha256', 'sha256d'] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

export const NONCE_ENCODINGS = [
  'u32le',
  'u32be',
  'u48le',
  'u48be',
  'u64le',
  'u64be',
  'decimal',
  'hex',
] as const;
export type NonceEncoding = (typeof NONCE_ENCODINGS)[number];

/** How the 32 hash bytes read as an integer: `le`, the last byte is the most significant. */
export type ByteOrder = 'le' | 'be';

/** What is hashed. */
export interface WorkPlan {
  readonly algorithm: Algorithm;
  /** A private copy, never longer than 1 MiB. */
  readonly message: Uint8Array;
  readonly nonceOffset: number;
  readonly nonceEncoding: NonceEncoding;
  /** Text only: fixed width; `null` is natural width. */
  readonly nonceDigits: number | null;
  readonly hashOrder: ByteOrder;
}

/** What wins. Arrays are 32 bytes. */
export type GoalPlan =
  | {
      readonly kind: 'target';
      /** Most significant byte first. */
      readonly value: Uint8Array;
    }
  | {
      readonly kind: 'pattern';
      readonly value: Uint8Array;
      /** Digest bits that count; from digest byte 0. */
      readonly mask: Uint8Array;
    };

/** One search. `0 <= start <= end <= 2^64`, within the layout. */
export interface SearchPlan {
  readonly work: WorkPlan;
  readonly goal: GoalPlan;
  readonly start: bigint;
  readonly end: bigint;
  /** What {@link ThreadStats.job} says of a thread that works on it. Default: its number. */
  readonly label?: string | undefined;
}

/** How a search ended. Reported exactly once, after the last thread has left it. */
export type SearchEnd =
  | {
      readonly kind: 'found';
      /** The lowest winning nonce of the range. */
      readonly nonce: bigint;
    }
  | { readonly kind: 'exhausted' }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'closed' }
  | { readonly kind: 'panicked'; readonly detail: string };

export interface BackendSearch {
  /** Nonces hashed so far. */
  hashes(): number;
  stats(): SearchStats;
  /** Asks every thread to leave the search. Returns at once; safe to call twice or after the end. */
  cancel(): void;
}

export interface SearchStats {
  /** From the start to the first claimed chunk; `null` until then. */
  readonly firstChunkMs: number | null;
  /** From the first cancel (or close) until the last thread had left; `null` until then. */
  readonly leaveMs: number | null;
  /** Hashed after the cancel, chunk by chunk, or above the winner. Known at the end. */
  readonly wastedHashes: number;
}

/** One thread, since it was started: the three times add up to its life so far. */
export interface ThreadStats {
  readonly hashes: number;
  /** Holding a claimed chunk. */
  readonly busyMs: number;
  /** Awake with a search running, but nothing left to claim. */
  readonly starvedMs: number;
  /** No search running, paused, or asleep for the CPU limit. */
  readonly waitingMs: number;
  /** Label of the search it is hashing for; `null` while it has none. */
  readonly job: string | null;
  /** Its last panic, in words; `null`: none so far. */
  readonly lastError: string | null;
}

/** Durations, added up. */
export interface LatencyStats {
  readonly count: number;
  readonly totalMs: number;
  readonly maxMs: number;
  /** The newest one. */
  readonly lastMs: number;
}

/** Totals are since the engine was opened. */
export interface EngineStats {
  readonly backend: BackendKind;
  /** Searches running now. */
  readonly searches: number;
  /** Of all threads, also of those that are gone. */
  readonly hashes: number;
  /** A row for each thread there is; after a close, as they ended. */
  readonly threads: readonly ThreadStats[];
  /** Kernel in use for each algorithm. */
  readonly kernels: Readonly<Record<Algorithm, string>>;
  readonly paused: boolean;
  /** Per cent of its time that a thread may hash. */
  readonly cpuLimit: number;
  /** Chunks in which a kernel panicked; each cost one search. */
  readonly panics: number;
  /** Of all searches that have ended: see {@link SearchStats.wastedHashes}. */
  readonly wastedHashes: number;
  /** {@link SearchStats.firstChunkMs} of all searches that came so far. */
  readonly firstChunk: LatencyStats;
  /** {@link SearchStats.leaveMs} of all searches that were cancelled. */
  readonly leave: LatencyStats;
  /** What could not be had (an affinity pin, a priority), in words. */
  readonly warnings: readonly string[];
}

export interface BackendEngine {
  /**
   * Starts a search; `ended` is called once, never before `search` returned. Not called after
   * {@link BackendEngine.close}.
   * The backend itself never keeps the process alive: the caller does, while a search runs.
   */
  search(plan: SearchPlan, ended: (end: SearchEnd) => void): BackendSearch;
  stats(): EngineStats;
  /**
   * Changes the number of threads: those too many finish their chunk and leave. Of several calls
   * the last one counts. Resolves when there are as many.
   *
   * @throws PowError `POW_CLOSED`
   */
  resize(threads: number): Promise<void>;
  /** Threads sleep after the chunk in hand; searches stay, and new ones wait. Idempotent. */
  pause(): void;
  resume(): void;
  /** See {@link EnginePlan.cpuLimit}. */
  limitCpu(percent: number): void;
  /** Ends every search with `closed`, then resolves when its threads are gone. Idempotent. */
  close(): Promise<void>;
}

export interface EnginePlan {
  readonly threads: number;
  readonly priority: 'background' | 'normal';
  /** CPU of each thread in turn, from the first again when threads are more; `null`: none. */
  readonly affinity: readonly number[] | null;
  /** Per cent of the time that passes which each thread may use, 1 to 100 (no limit). */
  readonly cpuLimit: number;
  /** A kernel forced by name for every algorithm; `null`: the fastest available. */
  readonly kernel: string | null;
}

/** Whole messages, nonce already written: item i is `bytes[ends[i - 1] ?? 0, ends[i])`. */
export interface MessageBatch {
  /** Index into {@link ALGORITHMS}, one per message. */
  readonly algorithms: Uint8Array;
  readonly bytes: Uint8Array;
  readonly ends: Uint32Array;
}

/** Coinbases, and of each the branch that leads to the root: see `bitcoin/merkle.ts`. */
export interface TreeBatch {
  /** Coinbase i is `bytes[ends[i - 1] ?? 0, ends[i])`. */
  readonly bytes: Uint8Array;
  readonly ends: Uint32Array;
  /** Hashes of 32 bytes; coinbases of one job share theirs. */
  readonly branches: Uint8Array;
  /** Two numbers per coinbase: its branch are the hashes `spans[2 * i]` up to `spans[2 * i + 1]`. */
  readonly spans: Uint32Array;
}

/** Bytes each goal takes in {@link Backend.verifyMessages}: kind, order, value, mask. */
export const GOAL_BYTES = 66;

export interface KernelInfo {
  readonly algorithm: Algorithm;
  readonly name: string;
  readonly lanes: number;
  readonly available: boolean;
}

export interface BenchRow {
  readonly hashes: number;
  readonly seconds: number;
  /** Core cycles per hash, minimum over many short runs; `null` where there is no TSC. */
  readonly cyclesPerHash: number | null;
}

export type BackendKind = 'native' | 'portable';

export interface Backend {
  readonly kind: BackendKind;
  /** @throws PowError `POW_KERNEL` when a forced kernel is not available here */
  openEngine(plan: EnginePlan): BackendEngine;
  /** Digests in wire order, 32 bytes each. */
  hashMessages(batch: MessageBatch): Uint8Array;
  /**
   * One byte per message: 1 where its goal is met.
   *
   * @param goals - {@link GOAL_BYTES} each: 0 target or 1 pattern; 0 `le` or 1 `be`; value; mask
   */
  verifyMessages(batch: MessageBatch, goals: Uint8Array): Uint8Array;
  /** Merkle roots in wire order, 32 bytes for each coinbase. */
  merkleRoots(batch: TreeBatch): Uint8Array;
  /** CRC32C of `bytes` after those whose CRC is `seed`; 0: none. Unsigned. */
  crc32c(bytes: Uint8Array, seed: number): number;
  /** Every kernel of this build, fastest first within an algorithm. */
  kernels(): readonly KernelInfo[];
  /** CPU features that matter here, by name. */
  cpuFeatures(): readonly string[];
  /** Times one kernel on one thread with no winner in sight; about `milliseconds` long. */
  benchKernel(work: WorkPlan, kernel: string, milliseconds: number): BenchRow;
}
