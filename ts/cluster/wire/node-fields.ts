/** What a node is and can do, as a CBOR map. */

import type { Capabilities, NodeInfo } from '../queue.js';
import type { Entries } from './cbor.js';
import { cutText } from './codec.js';

/** Of ids and names. */
export const MOST_NAME_BYTES = 64;
const MOST_VERSION_BYTES = 32;
const MOST_FEATURES = 16;
const MOST_FEATURE_BYTES = 24;
const MOST_RATES = 8;
const MOST_DATASETS = 8;
const MOST_HOST_BYTES = 255;
const ROOT_BYTES = 32;
const MOST_THREADS = 65_535;
const ROLES = ['master', 'worker', 'observer'] as const;

/**
 * Lists are cut at what a reader takes: they inform, nothing depends on them being whole. Of
 * datasets the newest are told: what works need now is among them.
 */
export function capabilitiesMap(capabilities: Capabilities): object {
  const rates = Object.entries(capabilities.hashesPerSecond).slice(0, MOST_RATES);
  return {
    version: cutText(capabilities.version, MOST_VERSION_BYTES),
    cores: capabilities.cores,
    threads: capabilities.threads,
    ramMb: capabilities.ramMb,
    features: capabilities.features
      .slice(0, MOST_FEATURES)
      .map((feature) => cutText(feature, MOST_FEATURE_BYTES)),
    aes: capabilities.aes,
    rates: Object.fromEntries(rates),
    datasets: capabilities.datasets
      .slice(-MOST_DATASETS)
      .map((root) => new Uint8Array(Buffer.from(root, 'hex'))),
    serves: capabilities.serves,
  };
}

export function capabilitiesOf(map: Entries): Capabilities {
  return {
    version: map.text('version', MOST_VERSION_BYTES),
    cores: map.count('cores', MOST_THREADS),
    threads: map.count('threads', MOST_THREADS),
    ramMb: map.amount('ramMb'),
    features: map.texts('features', MOST_FEATURES, MOST_FEATURE_BYTES),
    aes: map.flag('aes'),
    hashesPerSecond: map.amounts('rates', MOST_RATES, MOST_FEATURE_BYTES),
    datasets: map
      .byteStrings('datasets', MOST_DATASETS, ROOT_BYTES)
      .map((root) => Buffer.from(root).toString('hex')),
    serves: map.has('serves') ? placeOf(map.map('serves')) : null,
  };
}

function placeOf(map: Entries): { host: string; port: number } {
  return { host: map.text('host', MOST_HOST_BYTES), port: map.count('port', 65_535) };
}

export function nodeMap(node: NodeInfo): object {
  return {
    id: node.id,
    name: cutText(node.name, MOST_NAME_BYTES),
    role: node.role,
    capabilities: capabilitiesMap(node.capabilities),
  };
}

export function nodeOf(map: Entries): NodeInfo {
  return {
    id: map.text('id', MOST_NAME_BYTES),
    name: map.text('name', MOST_NAME_BYTES),
    role: map.oneOf('role', ROLES),
    capabilities: capabilitiesOf(map.map('capabilities')),
  };
}
