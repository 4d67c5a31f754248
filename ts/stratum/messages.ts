/**
 * JSON-RPC as Stratum speaks it: one object per line, no `jsonrpc` member, answers told apart by
 * their `id` alone. What the methods mean is in `wire/`.
 */

/** A call; with `id` null nobody waits for an answer. */
export interface Request {
  readonly kind: 'request';
  /** Any JSON value: it is echoed. */
  readonly id: unknown;
  readonly method: string;
  readonly params: readonly unknown[];
}

export interface Response {
  readonly kind: 'response';
  readonly id: unknown;
  readonly result: unknown;
  readonly error: unknown;
}

export type Message = Request | Response;

/** @returns `null` for what is no message: no JSON, no object, or members of the wrong type */
export function parseMessage(text: string): Message | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const {
    id = null,
    method,
    params,
    result = null,
    error = null,
    // Why a share was refused, as ckpool says it: beside an error that is null.
    'reject-reason': reason = null,
  } = value as Record<string, unknown>;
  if (typeof method === 'string') {
    if (params !== undefined && params !== null && !Array.isArray(params)) return null;
    return { kind: 'request', id, method, params: params ?? [] };
  }
  if (method !== undefined || (result === null && error === null && !('id' in value))) return null;
  return { kind: 'response', id, result, error: error ?? reason };
}

export function requestLine(id: unknown, method: string, params: readonly unknown[]): string {
  return `{"id":${JSON.stringify(id)},"method":"${method}","params":${JSON.stringify(params)}}\n`;
}

export function responseLine(id: unknown, result: unknown, error: unknown): string {
  const answer = `"result":${JSON.stringify(result)},"error":${JSON.stringify(error)}`;
  return `{"id":${JSON.stringify(id)},${answer}}\n`;
}
