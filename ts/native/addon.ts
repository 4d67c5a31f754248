/**
 * What `crates/pow-addon` exports, written by hand: `native/index.d.ts` exists only after a build,
 * and this package compiles without one.
 */

import type { Algorithm, BenchRow, EngineStats, KernelInfo } from './contract.js';

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

export interface AddonSearch {
  hashes(): number;
  cancel(): void;
}

export interface AddonEngine {
  search(
    id: number,
    ...work: [...AddonWork, goal: Uint8Array, start: bigint, end: bigint]
  ): AddonSearch;
  stats(): Omit<EngineStats, 'backend'>;
  close(): Promise<void>;
}

export interface Addon {
  readonly NativeEngine: new (
    threads: number,
    priority: 'background' | 'normal',
    affinity: readonly number[] | null,
    kernel: string | null,
    ended: AddonEnded,
  ) => AddonEngine;
  hashMessages(algorithms: Uint8Array, bytes: Uint8Array, ends: Uint32Array): Uint8Array;
  verifyMessages(
    algorithms: Uint8Array,
    bytes: Uint8Array,
    ends: Uint32Array,
    goals: Uint8Array,
  ): Uint8Array;
  kernels(): (KernelInfo & { readonly algorithm: Algorithm })[];
  cpuFeatures(): string[];
  benchKernel(...arguments_: [...AddonWork, kernel: string, milliseconds: number]): BenchRow;
}
