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
  /** Asks every thread to leave the search. Returns at once; safe to call twice or after the end. */
  cancel(): void;
}

export interface ThreadStats {
  readonly hashes: number;
  /** Holding a claimed chunk. */
  readonly busyMs: number;
  /** Awake with a search running, but nothing left to claim. */
  readonly starvedMs: number;
}

export interface EngineStats {
  readonly backend: BackendKind;
  /** Searches running now. */
  readonly searches: number;
  readonly hashes: number;
  readonly threads: readonly ThreadStats[];
  /** Kernel in use for each algorithm. */
  readonly kernels: Readonly<Record<Algorithm, string>>;
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
  /** Ends every search with `closed`, then resolves when its threads are gone. Idempotent. */
  close(): Promise<void>;
}

export interface EnginePlan {
  readonly threads: number;
  readonly priority: 'background' | 'normal';
  /** CPU of each thread in turn; `null`: none. */
  readonly affinity: readonly number[] | null;
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
  /** Every kernel of this build, fastest first within an algorithm. */
  kernels(): readonly KernelInfo[];
  /** CPU features that matter here, by name. */
  cpuFeatures(): readonly string[];
  /** Times one kernel on one thread with no winner in sight; about `milliseconds` long. */
  benchKernel(work: WorkPlan, kernel: string, milliseconds: number): BenchRow;
}
