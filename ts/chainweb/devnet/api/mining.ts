/** `/mining/*`: after chainweb-node, `Chainweb.Miner.RestAPI` and `.Server`. */

import type { Coordination } from '../coordination.js';
import { parseMiner } from '../miners.js';
import { acceptable, isOfType } from './media-types.js';
import {
  type ApiAnswer,
  type ApiRequest,
  bare,
  JSON_TYPE,
  OCTETS,
  octets,
  text,
} from './message.js';

const LARGEST_CHAIN = 0xffff_ffff;

export function answerWork(coordination: Coordination, request: ApiRequest): ApiAnswer {
  if (acceptable(request.accept, [OCTETS]) === null) return bare(406);
  if (!isOfType(request.contentType, 'application/json')) return bare(415);
  const suggestion = request.query.get('chain');
  if (suggestion !== null && !isChainId(suggestion)) {
    return text(400, 'Error parsing query parameter chain failed: not a chain id');
  }
  const miner = parseMiner(Buffer.from(request.body).toString('utf8'));
  if (typeof miner === 'string') return text(400, miner);
  const answer = coordination.work(miner, suggestion === null ? null : Number(suggestion));
  switch (answer.kind) {
    case 'work':
      return octets(answer.bytes);
    case 'busy':
      return text(503, 'Too many work requests');
    case 'unauthorized':
      return text(403, `Unauthorized Miner: ${miner.account}`);
    case 'wait':
      return answer;
  }
}

function isChainId(value: string): boolean {
  return /^\d{1,10}$/.test(value) && Number(value) <= LARGEST_CHAIN;
}

/** What is told about a solution: only part of it is in the answer. */
export type TellSolved = (answer: ReturnType<Coordination['solve']>) => void;

export function answerSolved(
  coordination: Coordination,
  request: ApiRequest,
  tell: TellSolved,
): ApiAnswer {
  if (acceptable(request.accept, ['application/json']) === null) return bare(406);
  if (!isOfType(request.contentType, OCTETS)) return bare(415);
  const answer = coordination.solve(request.body);
  tell(answer);
  switch (answer.kind) {
    case 'taken':
      // Extended, orphaned or dropped: the answer does not say.
      return { kind: 'whole', status: 200, contentType: JSON_TYPE, body: new Uint8Array(0) };
    case 'undecodable':
      return text(400, `Decoding error: ${answer.detail}`);
    case 'no-payload':
      return text(404, 'No associated Payload');
    case 'invalid':
      return text(400, `Invalid solved work: ${answer.detail}`);
    case 'broken':
      return text(500, 'Something went wrong');
  }
}

export function answerUpdates(request: ApiRequest): ApiAnswer {
  if (!isOfType(request.contentType, OCTETS)) return bare(415);
  if (request.body.length !== 4) return text(500, 'Something went wrong');
  return { kind: 'stream', chain: Buffer.from(request.body).readUInt32LE(0) };
}
