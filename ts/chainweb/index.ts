/** `@org/pow-native/chainweb`: the codec, a node as a source of work, and a node for development. */

export { type FailureKind, NodeFailure } from '../miner/node-failure.js';
export type { RequestLog } from '../miner/request-log.js';
export type { RetryRule } from '../miner/retry.js';
export type { Notice } from '../miner/source-health.js';
export type { CutTip, NodeInfo } from './client/node-answers.js';
export { ChainwebClient, type ChainwebClientOptions, type FetchedWork } from './client.js';
export * from './codec.js';
export { type Devnet, type DevnetEvent, type DevnetOptions, openDevnet } from './devnet/devnet.js';
export type { Fault, FaultKind, FaultPlace } from './devnet/faults.js';
export type { Miner } from './devnet/miners.js';
export type { ChainwebSourceOptions } from './source/settings.js';
export { ChainwebSource } from './source.js';
