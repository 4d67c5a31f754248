/**
 * What `crates/pow-addon` exports, written by hand: `native/index.d.ts` exists only after a build,
 * and this package compiles without one.
 */

import type {
  Algorithm,
  BackendSearch,
  BenchRow,
  EngineStats,
  KernelInfo,
  ThreadStats,
} from './contract.js';

/** `kind` is an index: found (`value` is the nonce), exhausted, cancelled, closed, panicked (text). */
export type AddonEnded = (id: number, kind: number, value: bigint | string | undefined) => void;

/** A `WorkPlan`, spelled out: algorithm and encoding as indices, `digits` 0 for natural width. */
export type AddonWork = [
  algorithm: number,
  message: Uint8Array,
  offset: number,
  encoding: number,
  digits: number,
];

/** A thread's row names the search by the id that it was given. */
export interface AddonStats extends Omit<EngineStats, 'backend' | 'threads'> {
  readonly threads: readonly (Omit<ThreadStats, 'job'> & { readonly search: number | null })[];
}

export interface AddonEngine {
  search(
    id: number,
    ...work: [...AddonWork, goal: Uint8Array, start: bigint, end: bigint]
  ): BackendSearch;
  stats(): AddonStats;
  resize(threads: number): Promise<void>;
  pause(): void;
  resume(): void;
  limitCpu(percent: number): void;
  close(): Promise<void>;
}

export interface Addon {
  readonly NativeEngine: new (
    threads: number,
    priority: 'background' | 'normal',
    affinity: readonly number[] | null,
    cpuLimit: number,
    kernel: string | null,
    panicAt: bigint | null,
    ended: AddonEnded,
  ) => AddonEngine;
  hashMessages(algorithms: Uint8Array, bytes: Uint8Array, ends: Uint32Array): Uint8Array;
  verifyMessages(
    algorithms: Uint8Array,
    bytes: Uint8Array,
    ends: Uint32Array,
    goals: Uint8Array,
  ): Uint8Array;
  merkleRoots(
    bytes: Uint8Array,
    ends: Uint32Array,
    branches: Uint8Array,
    spans: Uint32Array,
  ): Uint8Array;
  crc32C(bytes: Uint8Array, seed: number): number;
  kernels(): (KernelInfo & { readonly algorithm: Algorithm })[];
  cpuFeatures(): string[];
  benchKernel(...arguments_: [...AddonWork, kernel: string, milliseconds: number]): BenchRow;
}
