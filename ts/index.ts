/** Proof of work for Node.js: everything the package root exports. */

export { type HashItem, hashBatch, type VerifyItem, verifyBatch } from './core/batch.js';
export type { DifficultyScale } from './core/difficulty.js';
export { Engine } from './core/engine.js';
export type { EngineOptions } from './core/engine-options.js';
export type { Goal } from './core/goal.js';
export { mine } from './core/mine.js';
export { NonceRange, type RandomRangeOptions } from './core/nonce-range.js';
export { Pattern } from './core/pattern.js';
export type { MineOptions, Progress } from './core/search.js';
export type { Solution } from './core/solution.js';
export { Target } from './core/target.js';
export { hash, verify } from './core/verify.js';
export { type NonceLayout, Work, type WorkOptions } from './core/work.js';
export { POW_CODES, type PowCode, PowError, type PowErrorOptions } from './errors.js';
export type {
  Algorithm,
  BackendKind,
  ByteOrder,
  EngineStats,
  NonceEncoding,
  ThreadStats,
} from './native/contract.js';
