/** What comes in and goes out, without sockets. */

import { type JsonValue, parseJson } from '../../codec.js';

export interface ApiRequest {
  readonly query: URLSearchParams;
  /** `X-Local-Mining: true`: from a miner of this node, not from a peer. */
  readonly isLocal: boolean;
  readonly body: string;
}

export interface ApiAnswer {
  readonly status: number;
  readonly body: JsonValue;
}

/** A plain value as JSON. */
export function answer(status: number, value: object): ApiAnswer {
  return { status, body: parseJson(JSON.stringify(value)) };
}

/** As ChainCore refuses: `reason` is for machines, `error` for people. */
export function rejected(status: number, reason: string, error: string, more = {}): ApiAnswer {
  return answer(status, { status: 'rejected', reason, error, ...more });
}
