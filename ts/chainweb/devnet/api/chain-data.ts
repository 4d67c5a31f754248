/**
 * What a node tells about its chains: `/info`, `/cut`, `/header`. After chainweb-node:
 * `Chainweb.RestAPI.NodeInfo`, `Chainweb.Cut.CutHashes`, `Chainweb.BlockHeaderDB.RestAPI`.
 */

import { sha512t256 } from '../../codec/block-hash.js';
import { decodeHeader } from '../../codec/header.js';
import { u256Bytes } from '../../codec/unsigned.js';
import { chainwebVersionName } from '../../codec/versions.js';
import type { Chains } from '../chains.js';
import type { KeptHeader } from '../history.js';
import { acceptable } from './media-types.js';
import {
  type ApiAnswer,
  type ApiRequest,
  bare,
  base64Url,
  JSON_OBJECT_TYPE,
  json,
  OCTETS,
  octets,
  text,
} from './message.js';

/** The node that this one speaks like: its last upstream release. */
export const NODE_VERSION = '2.32.0';

export function answerHealth(): ApiAnswer {
  return text(200, 'Health check OK.\n');
}

export function answerInfo({ rules }: Chains, request: ApiRequest): ApiAnswer {
  if (acceptable(request.accept, ['application/json']) === null) return bare(406);
  const chains = rules.graph.map((_, chain) => String(chain));
  const graph = rules.graph.map((adjacents, chain) => [chain, adjacents]);
  return json(200, {
    nodeVersion: chainwebVersionName(rules.version),
    nodePackageVersion: NODE_VERSION,
    nodeApiVersion: '0.0',
    nodeChains: chains,
    nodeNumberOfChains: chains.length,
    nodeGraphHistory: [[0, graph]],
    nodeLatestBehaviorHeight: 0,
    nodeGenesisHeights: chains.map((chain) => [chain, 0]),
    nodeHistoricalChains: [[0, graph]],
    nodeBlockDelay: Number(rules.blockDelayMicros),
  });
}

export function answerCut({ cut, rules }: Chains, request: ApiRequest): ApiAnswer {
  if (acceptable(request.accept, ['application/json']) === null) return bare(406);
  const heads = cut.map(({ head }) => head.header);
  const weight = heads.reduce((sum, header) => sum + header.weight, 0n);
  return json(200, {
    hashes: Object.fromEntries(
      heads.map(({ height, blockHash }, chain) => [
        chain,
        { height: Number(height), hash: base64Url(blockHash) },
      ]),
    ),
    origin: null,
    weight: base64Url(u256Bytes(BigInt.asUintN(256, weight))),
    height: heads.reduce((sum, { height }) => sum + Number(height), 0),
    instance: chainwebVersionName(rules.version),
    id: base64Url(sha512t256(...heads.map(({ blockHash }) => blockHash))),
  });
}

/** @param hash - base64url without padding */
export function answerHeader(
  chains: Chains,
  request: ApiRequest,
  chain: number,
  hash: string,
): ApiAnswer {
  const offers = ['application/json', JSON_OBJECT_TYPE, OCTETS] as const;
  const offer = acceptable(request.accept, offers);
  if (offer === null) return bare(406);
  const bytes = Buffer.from(hash, 'base64url');
  if (bytes.length !== 32) return bare(400);
  const kept = chains.histories[chain]?.find(bytes.toString('hex')) ?? null;
  if (kept === null) return json(404, { reason: 'key not found', key: hash });
  if (offer === OCTETS) return octets(kept.bytes);
  return offer === JSON_OBJECT_TYPE
    ? json(200, headerObject(kept), JSON_OBJECT_TYPE)
    : json(200, base64Url(kept.bytes));
}

/** Most headers of one page (`defaultEntryLimit` of the node). */
const MOST_HEADERS = 360;

/** Query: `limit`, `minheight`, `maxheight`, `next` (`inclusive:HASH`, `exclusive:HASH`). */
export function answerHeaders(chains: Chains, request: ApiRequest, chain: number): ApiAnswer {
  const offer = acceptable(request.accept, ['application/json', JSON_OBJECT_TYPE]);
  if (offer === null) return bare(406);
  const limit = queryNumber(request.query, 'limit', MOST_HEADERS);
  const least = queryNumber(request.query, 'minheight', 0);
  const most = queryNumber(request.query, 'maxheight', Number.MAX_SAFE_INTEGER);
  const next = /^(inclusive|exclusive):([\w-]{43})$/.exec(request.query.get('next') ?? '');
  if (limit === null || least === null || most === null) return bare(400);
  if (next === null && request.query.has('next')) return bare(400);
  const all = [...(chains.histories[chain]?.all() ?? [])];
  const nextKey = Buffer.from(next?.[2] ?? '', 'base64url').toString('hex');
  const from = next === null ? 0 : all.findIndex(({ key }) => key === nextKey);
  if (from < 0) return json(404, { reason: 'key not found', key: next?.[2] });
  const rest = all
    .slice(from + (next?.[1] === 'exclusive' ? 1 : 0))
    .filter(({ height }) => height >= least && height <= most);
  const page = rest.slice(0, Math.min(limit, MOST_HEADERS));
  const after = rest[page.length];
  return json(
    200,
    {
      limit: page.length,
      items: page.map((kept): unknown =>
        offer === JSON_OBJECT_TYPE ? headerObject(kept) : base64Url(kept.bytes),
      ),
      next: after === undefined ? null : `inclusive:${base64Url(Buffer.from(after.key, 'hex'))}`,
    },
    offer === JSON_OBJECT_TYPE ? JSON_OBJECT_TYPE : undefined,
  );
}

function queryNumber(query: URLSearchParams, name: string, absent: number): number | null {
  const value = query.get(name);
  if (value === null) return absent;
  return /^\d{1,15}$/.test(value) ? Number(value) : null;
}

function headerObject({ bytes }: KeptHeader) {
  const header = decodeHeader(bytes);
  return {
    nonce: String(header.nonce),
    creationTime: Number(header.creationTimeMicros),
    parent: base64Url(header.parent),
    adjacents: Object.fromEntries(
      header.adjacents.map(({ chain, hash }) => [chain, base64Url(hash)]),
    ),
    target: base64Url(header.target.toBytes('le')),
    payloadHash: base64Url(header.payloadHash),
    chainId: header.chain,
    weight: base64Url(u256Bytes(header.weight)),
    height: Number(header.height),
    chainwebVersion: chainwebVersionName(header.version),
    epochStart: Number(header.epochStartMicros),
    featureFlags: Number(header.forkState),
    hash: base64Url(header.blockHash),
  };
}
