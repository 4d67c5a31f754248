/** `@org/pow-native/chaincore`: codec, difficulty rules, a node as a source of work, and a node for development. */

export type { FailureKind } from '../miner/node-failure.js';
export { NodeFailure } from '../miner/node-failure.js';
export type { ChainTip, Verdict } from './client/answers.js';
export { ChaincoreClient, type ChaincoreClientOptions } from './client.js';
export * from './codec.js';
export {
  type ChaincoreDevnet,
  type ChaincoreDevnetEvent,
  type ChaincoreDevnetOptions,
  openChaincoreDevnet,
} from './devnet/devnet.js';
export {
  type AuditEntry,
  type Change,
  DEFAULT_RULE,
  type DifficultyRule,
  DifficultySchedule,
  GENESIS_DIFFICULTY,
  type StepRule,
  type TimedBlock,
} from './difficulty.js';
export type { ChaincoreSourceOptions } from './source/settings.js';
export { ChaincoreSource } from './source.js';
