/** `@org/pow-native/chaincore`: codec, difficulty rules, a node as a source of work, and a node for development. */

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
