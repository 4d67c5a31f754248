/** `/status`, `/blockchain` and what else can be looked at. */

import { type JsonObject, type JsonValue, parseJson } from '../../codec.js';
import { GENESIS_DIFFICULTY } from '../../difficulty.js';
import type { Block } from '../block.js';
import { type ApiAnswer, type ApiRequest, answer, rejected } from './message.js';
import type { ApiContext } from './routes.js';
import { complaint, rangeQuery } from './schemas.js';

/** As the node limits it. */
const MOST_RANGE = 1000;
const USUAL_RANGE = 100;
const AUDIT_SHOWN = 20;

const blocksOf = (blocks: readonly Block[]): JsonValue => blocks.map(({ json }) => json);

function withBlocks(head: object, name: string, blocks: JsonValue): ApiAnswer {
  const plain = parseJson(JSON.stringify(head)) as JsonObject;
  return { status: 200, body: new Map([...plain, [name, blocks]]) };
}

export function answerStatus({ state, node }: ApiContext): ApiAnswer {
  const { chain, pool } = state;
  return answer(200, {
    status: 'online',
    node_id: node.name,
    blockchain_length: chain.length,
    pending_transactions: pool.size,
    peers: node.activePeers(),
    total_peers: node.peers(),
    node_role: 'full_node',
    target_difficulty: chain.nextDifficulty,
    uptime: node.uptimeSeconds(),
    version: '2.0',
    thread_safe: true,
  });
}

export function answerDetailedStatus({ state }: ApiContext): ApiAnswer {
  const { chain, pool } = state;
  const { rule, override, audit } = chain.schedule;
  const current = chain.nextDifficulty;
  return answer(200, {
    genesis_difficulty: GENESIS_DIFFICULTY,
    mining_difficulty: rule.baseline,
    current_target_difficulty: current,
    config_in_sync: rule.baseline === current,
    difficulty_adjustment_enabled: rule.adjust,
    difficulty_rule: rule,
    difficulty_override: override,
    difficulty_audit: audit.slice(-AUDIT_SHOWN),
    chain_length: chain.length,
    chain_work: String(chain.work),
    pending_transactions: pool.size,
  });
}

export function answerBlockchain({ state: { chain } }: ApiContext): ApiAnswer {
  const blocks = chain.range(0, chain.length);
  return withBlocks({ length: blocks.length }, 'chain', blocksOf(blocks));
}

export function answerRange({ state }: ApiContext, { query }: ApiRequest): ApiAnswer {
  const parsed = rangeQuery.safeParse(Object.fromEntries(query));
  if (!parsed.success) return rejected(400, 'invalid_range', complaint(parsed.error));
  const { start, end = start + USUAL_RANGE } = parsed.data;
  const last = Math.min(end, start + MOST_RANGE - 1);
  const blocks = state.chain.range(start, last);
  const head = { status: 'success', start_index: start, end_index: last };
  return withBlocks({ ...head, actual_count: blocks.length }, 'blocks', blocksOf(blocks));
}

export function answerChainInfo({ state: { chain }, node }: ApiContext): ApiAnswer {
  const [genesis] = chain.range(0, 0);
  const { hash, timestamp, index } = chain.tip;
  return answer(200, {
    status: 'success',
    chain_info: {
      length: chain.length,
      genesis_hash: genesis?.hash,
      latest_hash: hash,
      latest_timestamp: timestamp,
      latest_index: index,
    },
    node_id: node.name,
    api_port: node.port(),
  });
}

export function answerPool({ state: { pool } }: ApiContext): ApiAnswer {
  const transactions = pool.all().map(({ json }) => json);
  return withBlocks({ count: transactions.length }, 'transactions', transactions);
}

/** Valid blocks that lost a race: nothing that was accepted is forgotten. */
export function answerSideBlocks({ state: { chain } }: ApiContext): ApiAnswer {
  const blocks = chain.sideBlocks;
  return withBlocks({ count: blocks.length }, 'orphaned_blocks', blocksOf(blocks));
}
