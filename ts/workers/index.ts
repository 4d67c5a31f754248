/** `@org/pow-native/workers`: what finds solutions, by name and by class, and what feeds it. */

export type { MinerEvent } from '../miner/events.js';
export { Miner, type MinerOptions } from '../miner/loop.js';
export type * from '../miner/ports.js';
export type { PreemptionOptions, PreemptionRule } from '../miner/preemption.js';
export type { MinerStats } from '../miner/stats.js';
export type { ClusterWorkerOptions } from './cluster/options.js';
export { ClusterWorker, type ClusterWorkerHow } from './cluster.js';
export { type ConstantDelayOptions, ConstantDelayWorker } from './constant-delay.js';
export { CpuWorker, type CpuWorkerOptions } from './cpu.js';
export type { ExternalOptions } from './external/options.js';
export { ExternalWorker } from './external.js';
export { type OnDemandOptions, OnDemandWorker } from './on-demand.js';
export { openWorker, WORKERS } from './registry.js';
export type { WorkerHow, WorkerNotice, WorkerRow } from './row.js';
export { type SimulationOptions, SimulationWorker } from './simulation.js';
export type { StratumWorkerOptions } from './stratum/options.js';
export { StratumWorker } from './stratum.js';
