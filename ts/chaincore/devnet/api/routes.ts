/** Every endpoint: where it is, how long its body may be, what shape it has, who answers. */

import type { ZodType } from 'zod';
import type { JsonObject } from '../../codec.js';
import type { Block } from '../block.js';
import type { Fate } from '../chain.js';
import type { NodeState } from '../node-state.js';
import {
  answerBlockchain,
  answerChainInfo,
  answerDetailedStatus,
  answerPool,
  answerRange,
  answerSideBlocks,
  answerStatus,
} from './chain-data.js';
import { answerDifficulty, answerRefresh } from './difficulty.js';
import { type ApiAnswer, type ApiRequest, answer, rejected } from './message.js';
import { answerSubmission, answerTemplate, answerTransaction } from './mining.js';
import {
  blockRequest,
  complaint,
  difficultyRequest,
  refreshRequest,
  templateRequest,
  transactionRequest,
} from './schemas.js';

/** What answers may ask of the node around its state. */
export interface ApiNode {
  readonly name: string;
  port(): number;
  uptimeSeconds(): number;
  peers(): number;
  activePeers(): number;
  /** Whether it may not be mined on, for want of peers. */
  isIsolated(): boolean;
  tell(event: { readonly kind: 'refused' | 'failed'; readonly reason: string }): void;
  submitted(block: Block, fate: Fate): void;
  spreadTransaction(json: JsonObject): void;
  /** @returns why not; `null`: done */
  reloadRule(reason: string): string | null;
}

export interface ApiContext {
  readonly state: NodeState;
  readonly node: ApiNode;
}

export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly mostBytes: number;
  /** Of the body; `null`: there is none. */
  readonly schema: ZodType | null;
  answer(context: ApiContext, request: ApiRequest): ApiAnswer;
}

const SMALL = 1 << 12;
/** ChainCore's `BLOCK_SIZE_LIMIT`, which it states and does not keep. */
const MOST_BLOCK_BYTES = 1 << 20;

const GET = { method: 'GET', mostBytes: SMALL, schema: null } as const;

export const ROUTES: readonly Route[] = [
  { ...GET, path: '/status', answer: answerStatus },
  { ...GET, path: '/status/detailed', answer: answerDetailedStatus },
  { ...GET, path: '/blockchain', answer: answerBlockchain },
  { ...GET, path: '/blocks/range', answer: answerRange },
  { ...GET, path: '/chain/info', answer: answerChainInfo },
  { ...GET, path: '/transaction_pool', answer: answerPool },
  { ...GET, path: '/orphaned_blocks', answer: answerSideBlocks },
  post('/mine_block', SMALL, templateRequest, answerTemplate),
  post('/submit_block', MOST_BLOCK_BYTES, blockRequest, answerSubmission),
  post('/add_transaction', MOST_BLOCK_BYTES, transactionRequest, answerTransaction),
  post('/difficulty/set', SMALL, difficultyRequest, answerDifficulty),
  post('/config/refresh', SMALL, refreshRequest, answerRefresh),
];

function post(path: string, mostBytes: number, schema: ZodType, answer: Route['answer']): Route {
  return { method: 'POST', path, mostBytes, schema, answer };
}

/** Checks the body, then answers. */
export function answerRoute(route: Route, context: ApiContext, request: ApiRequest): ApiAnswer {
  if (route.schema !== null) {
    const wrong = bodyComplaint(route.schema, request.body);
    if (wrong !== null) return rejected(400, 'invalid_request', wrong);
  }
  return route.answer(context, request);
}

function bodyComplaint(schema: ZodType, body: string): string | null {
  let value: unknown;
  try {
    value = body === '' ? {} : JSON.parse(body);
  } catch {
    return 'the body is not JSON';
  }
  const parsed = schema.safeParse(value);
  return parsed.success ? null : complaint(parsed.error);
}

export const NOT_FOUND = answer(404, { status: 'error', error: 'there is nothing at this path' });
export const NOT_ALLOWED = answer(405, { status: 'error', error: 'not with this method' });
