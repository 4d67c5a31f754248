/**
 * Other clients' names for our settings, so that their configuration files work as they are: the
 * flat keys of the official Chainweb mining client, and nested keys in snake case.
 */

export interface Alias {
  /** `threadCount`, `node.use_tls`. */
  readonly key: string;
  /** Of ours. */
  readonly path: string;
  /** To our unit or shape. What it does not understand it leaves as it is. */
  readonly convert?: (value: unknown) => unknown;
}

/** Lists of ours are one value there. */
function one(value: unknown): unknown {
  return Array.isArray(value) ? value : [value];
}

/** To seconds. Divided: 1e-6 has no exact double. */
function fromMicros(value: unknown): unknown {
  return typeof value === 'number' ? value / 1e6 : value;
}

/** To milliseconds. */
function fromSeconds(value: unknown): unknown {
  return typeof value === 'number' ? value * 1000 : value;
}

/** Top level keys of the official client. Their names in capitals make `CHAINWEB_MINING_*`. */
export const FLAT_ALIASES: readonly Alias[] = [
  { key: 'node', path: 'chainweb.node' },
  { key: 'useTls', path: 'chainweb.tls' },
  { key: 'insecure', path: 'tls.insecure' },
  { key: 'publicKey', path: 'chainweb.publicKeys', convert: one },
  { key: 'account', path: 'chainweb.account' },
  { key: 'threadCount', path: 'engine.threads' },
  { key: 'logLevel', path: 'log.level' },
  { key: 'worker', path: 'worker' },
  { key: 'externalWorkerCommand', path: 'external.command' },
  { key: 'stratumPort', path: 'stratum.port' },
  { key: 'stratumInterface', path: 'stratum.host' },
  { key: 'stratumDifficulty', path: 'stratum.difficulty' },
  { key: 'stratumRate', path: 'stratum.refreshMs' },
  { key: 'hashRate', path: 'simulation.hashRate' },
  { key: 'constantDelayBlockTime', path: 'constant-delay.blockTimeMs', convert: fromSeconds },
  { key: 'onDemandInterface', path: 'on-demand.host' },
  { key: 'onDemandPort', path: 'on-demand.port' },
  { key: 'defaultHTTPTimeout', path: 'chainweb.timeoutSeconds', convert: fromMicros },
];

/**
 * A key of the official client that makes it do something else than mine. Its own files have it
 * with `false`.
 */
export const NO_SETTING = 'generateKey';

export const NESTED_ALIASES: readonly Alias[] = [
  { key: 'node.url', path: 'chainweb.node' },
  { key: 'node.use_tls', path: 'chainweb.tls' },
  { key: 'node.insecure', path: 'tls.insecure' },
  { key: 'node.timeout_secs', path: 'chainweb.timeoutSeconds' },
  { key: 'node.chain_id', path: 'chainweb.preferredChains', convert: one },
  { key: 'mining.account', path: 'chainweb.account' },
  { key: 'mining.public_key', path: 'chainweb.publicKeys', convert: one },
  { key: 'mining.update_interval_secs', path: 'chainweb.updateIntervalSeconds' },
  { key: 'logging.level', path: 'log.level' },
  { key: 'logging.format', path: 'log.format' },
  { key: 'logging.file', path: 'log.file' },
  { key: 'worker.type', path: 'worker' },
  { key: 'worker.cpu.threads', path: 'engine.threads' },
  { key: 'worker.cpu.batch_size', path: 'cpu.batchNonces' },
  { key: 'worker.external.command', path: 'external.command' },
  { key: 'worker.external.args', path: 'external.args' },
  { key: 'worker.external.env', path: 'external.environment' },
  { key: 'worker.external.timeout_secs', path: 'external.timeoutMs', convert: fromSeconds },
  { key: 'worker.stratum.port', path: 'stratum.port' },
  { key: 'worker.stratum.host', path: 'stratum.host' },
  { key: 'worker.stratum.max_connections', path: 'stratum.connections' },
  { key: 'worker.stratum.difficulty', path: 'stratum.difficulty' },
  { key: 'worker.stratum.rate_ms', path: 'stratum.refreshMs' },
  { key: 'worker.simulation.hash_rate', path: 'simulation.hashRate' },
  {
    ...{ key: 'worker.constant-delay.block_time_secs', path: 'constant-delay.blockTimeMs' },
    convert: fromSeconds,
  },
  { key: 'worker.on-demand.port', path: 'on-demand.port' },
  { key: 'worker.on-demand.host', path: 'on-demand.host' },
];

/** `defaultHTTPTimeout` is `CHAINWEB_MINING_DEFAULT_HTTP_TIMEOUT`. */
export function chainwebMiningVariable(key: string): string {
  const words = key.replace(/([a-z\d])([A-Z])/g, '$1_$2').replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2');
  return `CHAINWEB_MINING_${words.toUpperCase()}`;
}

/** A flag with another name, or in another unit, than that of our own. */
export interface FlagAlias {
  readonly flag: string;
  readonly path: string;
  readonly convert: (value: unknown) => unknown;
}

export const FLAG_ALIASES: readonly FlagAlias[] = [
  { flag: '--thread-count', path: 'engine.threads', convert: (value) => value },
  { flag: '--default-http-timeout', path: 'chainweb.timeoutSeconds', convert: fromMicros },
];
