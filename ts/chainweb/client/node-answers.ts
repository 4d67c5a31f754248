/** JSON of the node, taken apart with suspicion. */

import { NodeFailure } from '../../miner/node-failure.js';

/** `/info`, as much of it as a miner needs. */
export interface NodeInfo {
  /** Name of the network, as it stands in every path: `mainnet01`. */
  readonly network: string;
  /** Ascending; empty when the node does not say. */
  readonly chains: readonly number[];
}

/** Newest block of one chain. */
export interface CutTip {
  readonly height: number;
  /** 32 bytes in hex. */
  readonly hash: string;
}

const MOST_CHAINS = 1000;

/** @throws {@link NodeFailure} `nonsense` */
export function parseInfo(body: Uint8Array): NodeInfo {
  const { nodeVersion, nodeChains } = objectOf(body, '/info');
  // It becomes part of a path.
  if (typeof nodeVersion !== 'string' || !/^[\w.-]{1,64}$/.test(nodeVersion)) {
    throw new NodeFailure('nonsense', '/info names no network: is this a Chainweb node?');
  }
  const list: readonly unknown[] = Array.isArray(nodeChains) ? nodeChains : [];
  const chains = list
    .slice(0, MOST_CHAINS)
    .filter((chain) => typeof chain === 'string' || typeof chain === 'number')
    .filter((chain) => /^\d{1,9}$/.test(`${chain}`))
    .map(Number);
  return { network: nodeVersion, chains: [...new Set(chains)].sort((a, b) => a - b) };
}

/**
 * @returns `null` when the cut does not have the chain
 * @throws {@link NodeFailure} `nonsense`
 */
export function parseCutTip(body: Uint8Array, chain: number): CutTip | null {
  const { hashes } = objectOf(body, '/cut');
  const tips = asObject(hashes);
  const tip = tips === null ? null : asObject(tips[String(chain)]);
  if (tip === null) return null;
  const { height, hash } = tip;
  const bytes = Buffer.from(typeof hash === 'string' ? hash : '', 'base64url');
  if (!Number.isSafeInteger(height) || bytes.length !== 32) {
    throw new NodeFailure('nonsense', '/cut names no block of the chain');
  }
  return { height: height as number, hash: bytes.toString('hex') };
}

function objectOf(body: Uint8Array, what: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(body).toString('utf8'));
  } catch (cause) {
    throw new NodeFailure('nonsense', `${what} is not JSON`, { cause });
  }
  const object = asObject(value);
  if (object === null) throw new NodeFailure('nonsense', `${what} is not a JSON object`);
  return object;
}

function asObject(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
}
