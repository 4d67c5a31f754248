/** Which path is whose. */

import { chainwebVersionName } from '../../codec/versions.js';
import type { Coordination } from '../coordination.js';
import { answerCut, answerHeader, answerHeaders, answerHealth, answerInfo } from './chain-data.js';
import { type ApiAnswer, type ApiRequest, bare } from './message.js';
import { answerSolved, answerUpdates, answerWork, type TellSolved } from './mining.js';

export interface ApiContext {
  readonly coordination: Coordination;
  readonly tellSolved: TellSolved;
}

interface Route {
  readonly name: RouteName;
  /** Behind the network's prefix, unless `bare`; groups are handed to `answer`. */
  readonly path: RegExp;
  readonly prefix: 'bare' | 'network';
  /** `null`: any. */
  readonly method: 'GET' | 'POST' | null;
  answer(context: ApiContext, request: ApiRequest, groups: readonly string[]): ApiAnswer;
}

export const ROUTE_NAMES = [
  'work',
  'solved',
  'updates',
  'info',
  'cut',
  'header',
  'health-check',
] as const;
export type RouteName = (typeof ROUTE_NAMES)[number];

/** Every endpoint of the node. */
const ROUTES: readonly Route[] = [
  {
    name: 'work',
    path: /^\/mining\/work\/?$/,
    prefix: 'network',
    method: 'GET',
    answer: ({ coordination }, request) => answerWork(coordination, request),
  },
  {
    name: 'solved',
    path: /^\/mining\/solved\/?$/,
    prefix: 'network',
    method: 'POST',
    answer: ({ coordination, tellSolved }, request) =>
      answerSolved(coordination, request, tellSolved),
  },
  {
    name: 'updates',
    path: /^\/mining\/updates\/?$/,
    prefix: 'network',
    method: null, // a raw application of the node, which looks at no method
    answer: (_, request) => answerUpdates(request),
  },
  {
    name: 'cut',
    path: /^\/cut\/?$/,
    prefix: 'network',
    method: 'GET',
    answer: ({ coordination }, request) => answerCut(coordination.chains, request),
  },
  {
    name: 'header',
    path: /^\/chain\/(\d{1,9})\/header\/?$/,
    prefix: 'network',
    method: 'GET',
    answer: ({ coordination }, request, [chain]) =>
      onChain(coordination, chain, (id) => answerHeaders(coordination.chains, request, id)),
  },
  {
    name: 'header',
    path: /^\/chain\/(\d{1,9})\/header\/([\w-]+)$/,
    prefix: 'network',
    method: 'GET',
    answer: ({ coordination }, request, [chain, hash = '']) =>
      onChain(coordination, chain, (id) => answerHeader(coordination.chains, request, id, hash)),
  },
  {
    name: 'info',
    path: /^\/info\/?$/,
    prefix: 'bare',
    method: 'GET',
    answer: ({ coordination }, request) => answerInfo(coordination.chains, request),
  },
  {
    name: 'health-check',
    path: /^\/health-check\/?$/,
    prefix: 'bare',
    method: 'GET',
    answer: answerHealth,
  },
];

/** A chain that is not there has no route. */
function onChain(
  { chains }: Coordination,
  chain: string | undefined,
  answer: (chain: number) => ApiAnswer,
): ApiAnswer {
  const id = Number(chain);
  return id < chains.rules.graph.length ? answer(id) : bare(404);
}

export interface RouteMatch {
  readonly name: RouteName;
  answer(context: ApiContext, request: ApiRequest): ApiAnswer;
}

/** The route of a path on a network; `null`: nothing is there. */
export function matchRoute(path: string, version: number): RouteMatch | null {
  const prefix = `/chainweb/0.0/${chainwebVersionName(version)}`;
  for (const route of ROUTES) {
    const inside = route.prefix === 'bare' ? path : afterPrefix(path, prefix);
    const groups = inside === null ? null : route.path.exec(inside);
    if (groups === null) continue;
    return {
      name: route.name,
      answer: (context, request) =>
        isAllowed(route, request.method)
          ? route.answer(context, request, groups.slice(1))
          : bare(405),
    };
  }
  return null;
}

function afterPrefix(path: string, prefix: string): string | null {
  return path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : null;
}

/** What can be asked with GET can be asked with HEAD. */
function isAllowed({ method: allowed }: Route, method: string): boolean {
  return allowed === null || method === allowed || (allowed === 'GET' && method === 'HEAD');
}
