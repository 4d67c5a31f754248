/** The nodes of a cluster, as their bucket tells them. Pure. */

import type { Capabilities, NodeInfo } from '../queue.js';
import { objectOf } from './control.js';

const MOST_BYTES = 8 * 1024;
const MOST_NODES = 4_096;
const MOST_LIST = 128;
const MOST_TEXT = 256;
const ROLES: readonly unknown[] = ['master', 'worker', 'observer'];

export type PeerChange =
  | { readonly op: 'join' | 'update'; readonly node: NodeInfo }
  | { readonly op: 'leave'; readonly node: NodeInfo }
  /** Only that it is still there. */
  | { readonly op: 'alive'; readonly node: NodeInfo };

export class Peers {
  readonly #nodes = new Map<string, { node: NodeInfo; text: string }>();

  all(): readonly NodeInfo[] {
    return [...this.#nodes.values()].map(({ node }) => node);
  }

  get(id: string): NodeInfo | null {
    return this.#nodes.get(id)?.node ?? null;
  }

  /**
   * @param bytes - `null`: the key is gone
   * @returns what that means; `null`: nothing
   */
  hear(key: string, bytes: Uint8Array | null): PeerChange | null {
    const before = this.#nodes.get(key);
    if (bytes === null) {
      this.#nodes.delete(key);
      return before === undefined ? null : { op: 'leave', node: before.node };
    }
    const node = readNode(bytes);
    if (node === null || node.id !== key) return null;
    if (before === undefined && this.#nodes.size >= MOST_NODES) return null;
    const text = JSON.stringify(node);
    if (before?.text === text) return { op: 'alive', node: before.node };
    this.#nodes.set(key, { node, text });
    return { op: before === undefined ? 'join' : 'update', node };
  }

  /** @returns those that are not among `keys`: they have left meanwhile */
  keep(keys: ReadonlySet<string>): readonly NodeInfo[] {
    const gone = [...this.#nodes].filter(([key]) => !keys.has(key));
    for (const [key] of gone) this.#nodes.delete(key);
    return gone.map(([, { node }]) => node);
  }
}

/** @returns `null`: that is no node */
function readNode(bytes: Uint8Array): NodeInfo | null {
  const value = bytes.length > MOST_BYTES ? null : objectOf(bytes);
  if (value === null) return null;
  const { id, name, role, capabilities } = value;
  const able = capabilitiesOf(capabilities);
  if (typeof id !== 'string' || !isText(name) || !ROLES.includes(role) || able === null) {
    return null;
  }
  return { id, name, role: role as NodeInfo['role'], capabilities: able };
}

function capabilitiesOf(value: unknown): Capabilities | null {
  if (typeof value !== 'object' || value === null) return null;
  const { version, cores, threads, ramMb, features, aes, hashesPerSecond, datasets, serves } =
    value as Record<string, unknown>;
  const isWhole =
    isText(version) &&
    isCount(cores) &&
    isCount(threads) &&
    isCount(ramMb) &&
    isTexts(features) &&
    typeof aes === 'boolean' &&
    isRates(hashesPerSecond) &&
    isTexts(datasets) &&
    isAddress(serves);
  if (!isWhole) return null;
  return {
    ...{ version, cores, threads, ramMb, features, aes, hashesPerSecond, datasets },
    serves: serves as Capabilities['serves'],
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MOST_TEXT;
}

function isCount(value: unknown): value is number {
  return Number.isFinite(value) && (value as number) >= 0;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length <= MOST_LIST && value.every(isText);
}

function isRates(value: unknown): value is Readonly<Record<string, number>> {
  if (typeof value !== 'object' || value === null) return false;
  const rates = Object.values(value);
  return rates.length <= MOST_LIST && rates.every(isCount);
}

function isAddress(value: unknown): boolean {
  if (value === null) return true;
  if (typeof value !== 'object') return false;
  const { host, port } = value as Record<string, unknown>;
  return isText(host) && isCount(port);
}
