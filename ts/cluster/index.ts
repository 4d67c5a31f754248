/** `@org/pow-native/cluster`: one job over many machines. */

export { joinNats } from './nats/client.js';
export { openNatsMaster } from './nats/master.js';
export type * from './nats/options.js';
export { type NatsKeys, serverAuthorization } from './nats/rights.js';
export type * from './queue.js';
export { ClusterSource, type ClusterSourceOptions } from './source.js';
export { joinMaster } from './tcp/client.js';
export { addKey, type ClusterKey, listKeys, revokeKey } from './tcp/keys.js';
export { TCP_LIMITS, type TcpLimits } from './tcp/limits.js';
export { openMaster } from './tcp/master.js';
export type * from './tcp/options.js';
export { type WorkOfJob, type WorkOfJobOptions, workIdOf, workOfJob } from './work-of-job.js';
export { ClusterWorkerNode } from './worker/node.js';
export type * from './worker/options.js';
