export type { Readiness } from './health.js';
export type { Mining } from './mining.js';
export { type RegisteredMetrics, type RegisterOptions, registerMetrics } from './registry.js';
export { type MetricsServer, type MetricsServerOptions, serveMetrics } from './server.js';
