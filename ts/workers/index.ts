/** `@org/pow-native/workers`: what finds solutions, by name and by class. */

export { type ConstantDelayOptions, ConstantDelayWorker } from './constant-delay.js';
export { CpuWorker, type CpuWorkerOptions } from './cpu.js';
export type { ExternalOptions } from './external/options.js';
export { ExternalWorker } from './external.js';
export { type OnDemandOptions, OnDemandWorker } from './on-demand.js';
export { openWorker, WORKERS } from './registry.js';
export type { WorkerHow, WorkerNotice, WorkerRow } from './row.js';
export { type SimulationOptions, SimulationWorker } from './simulation.js';
