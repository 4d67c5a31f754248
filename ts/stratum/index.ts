/** `@org/pow-native/stratum`: a server that devices mine on, and a client for pools. */

export type { BitcoinTemplate, ChainwebTemplate, DialectName } from './jobs/template.js';
export type { BanRules } from './server/bans.js';
export type { Authorize, Limits, StratumNotice } from './server/settings.js';
export type { UserStats } from './server/users.js';
export {
  type ShareDifficulty,
  type StratumPort,
  StratumServer,
  type StratumServerOptions,
  type StratumServerStats,
} from './server.js';
export type { RateEstimate } from './session/share-rate.js';
export type { DifficultyMode } from './session/state.js';
export type { VardiffRules } from './session/vardiff.js';
