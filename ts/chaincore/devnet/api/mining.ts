/** `/mine_block`, `/submit_block`, `/add_transaction`: answered as ChainCore does. */

import { PowError } from '../../../errors.js';
import { type JsonObject, type JsonValue, NumberText, parseJson } from '../../codec.js';
import type { Block } from '../block.js';
import type { Fate } from '../chain.js';
import { type ApiAnswer, type ApiRequest, answer, rejected } from './message.js';
import type { ApiContext } from './routes.js';

/** Bytes of a block beside its transactions, about. */
const BLOCK_HEAD_BYTES = 330;

export function answerTemplate({ state, node }: ApiContext, { body }: ApiRequest): ApiAnswer {
  if (node.isIsolated()) {
    const error = 'Cannot mine a new block without active peer connections.';
    return rejected(409, 'isolated_node', error);
  }
  const address = (JSON.parse(body) as { miner_address: string }).miner_address;
  const { block, json } = state.template(address);
  const more: readonly (readonly [string, JsonValue])[] = [
    ['version', new NumberText('1')],
    ['transaction_count', new NumberText(String(block.transactions.length))],
    ['block_size', new NumberText(String(BLOCK_HEAD_BYTES * block.transactions.length))],
    ['mining_node', node.name],
  ];
  const created = new Map<string, JsonValue>([
    ['status', 'template_created'],
    ['target_difficulty', new NumberText(String(block.difficulty))],
    ['block_template', new Map([...json, ...more])],
  ]);
  return { status: 200, body: created };
}

export function answerSubmission(context: ApiContext, request: ApiRequest): ApiAnswer {
  const sent = parseJson(request.body) as JsonObject;
  const json = sent.get('block') ?? sent;
  let submitted: { readonly block: Block; readonly fate: Fate };
  const lengthBefore = context.state.chain.length;
  try {
    submitted = context.state.submit(json, request.isLocal ? 'miner' : 'peer');
  } catch (error) {
    if (!(error instanceof PowError)) throw error;
    context.node.tell({ kind: 'refused', reason: error.message });
    return invalid(error.message);
  }
  const { block, fate } = submitted;
  context.node.submitted(block, fate);
  return fateAnswer(block, fate, request.isLocal, lengthBefore, context.state.chain.length);
}

function fateAnswer(
  { index, hash }: Block,
  fate: Fate,
  isLocal: boolean,
  before: number,
  length: number,
): ApiAnswer {
  const stale = () => {
    const error = `Block is stale: mining #${index}, chain now #${before}`;
    return rejected(409, 'stale_block', error, { current_chain_length: length });
  };
  switch (fate.kind) {
    case 'invalid':
      return invalid(fate.reason);
    case 'known':
    case 'late':
      return stale();
    case 'orphan':
      if (index <= before) return index < before ? stale() : invalid('its parent is not known');
      return isLocal ? tooHigh(index, before) : needSync(index, before);
    default:
      return accepted(hash, length, isLocal);
  }
}

function accepted(hash: string, length: number, isLocal: boolean): ApiAnswer {
  return answer(200, {
    status: 'accepted',
    block_hash: hash,
    chain_length: length,
    mining_source: isLocal ? 'local' : 'network',
  });
}

function invalid(detail: string): ApiAnswer {
  return rejected(400, 'invalid_block_data', 'Block validation failed', { detail });
}

function tooHigh(index: number, length: number): ApiAnswer {
  const error = `Block index too high: #${index}, chain at #${length}`;
  return rejected(409, 'invalid_index', error, { current_chain_length: length });
}

function needSync(index: number, length: number): ApiAnswer {
  return answer(202, {
    status: 'need_sync',
    error: `Missing blocks: have #${length - 1}, received #${index}`,
    reason: 'missing_blocks',
    request_blocks_from: length - 1,
    request_blocks_to: index - 1,
  });
}

export function answerTransaction({ state, node }: ApiContext, { body }: ApiRequest): ApiAnswer {
  const json = parseJson(body) as JsonObject;
  try {
    const isNew = !state.pool.has(String(json.get('tx_id')));
    const { transaction, reason } = state.addTransaction(json);
    if (reason !== null) return refusedTransaction(reason);
    if (isNew) node.spreadTransaction(json);
    return answer(200, { status: 'accepted', tx_id: transaction.id });
  } catch (error) {
    if (error instanceof PowError) return refusedTransaction(error.message);
    throw error;
  }
}

function refusedTransaction(detail: string): ApiAnswer {
  return rejected(400, 'invalid_transaction', 'Invalid transaction', { detail });
}
