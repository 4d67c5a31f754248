/** `@org/pow-native/stratum`: a server that devices mine on, and a client for pools. */

export { type PoolAddress, poolAddress } from './client/address.js';
export type { Dial, DialEvents, Dialled, DialTls } from './client/dial.js';
export type { StratumSourceOptions } from './client/settings.js';
export type { BitcoinTemplate, ChainwebTemplate, DialectName } from './jobs/template.js';
export type { BanRules } from './server/bans.js';
export type { ShareDifficulty, StratumPort, StratumServerOptions } from './server/options.js';
export type { Authorize, Limits, StratumNotice } from './server/settings.js';
export type { UserStats } from './server/users.js';
export { type StratumOverview, StratumServer, type StratumServerStats } from './server.js';
export type { RateEstimate } from './session/share-rate.js';
export type { DifficultyMode } from './session/state.js';
export type { VardiffRules } from './session/vardiff.js';
export { StratumSource } from './source.js';
