/** Requests and answers without sockets. */

export interface ApiRequest {
  readonly method: string;
  /** Without the query, still percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Header values as received; `undefined` when there was none. */
  readonly contentType: string | undefined;
  readonly accept: string | undefined;
  readonly body: Uint8Array;
}

export interface WholeAnswer {
  readonly kind: 'whole';
  readonly status: number;
  /** `null`: no body that would need one. */
  readonly contentType: string | null;
  readonly body: Uint8Array;
}

export type ApiAnswer =
  | WholeAnswer
  /** Nothing to mine yet: ask again after the next change. */
  | { readonly kind: 'wait' }
  /** Updates of one chain, as soon as it has work; a chain that is not there never has. */
  | { readonly kind: 'stream'; readonly chain: number };

export const OCTETS = 'application/octet-stream';
export const JSON_TYPE = 'application/json;charset=utf-8';
export const JSON_OBJECT_TYPE = 'application/json;blockheader-encoding=object';
const TEXT_TYPE = 'text/plain;charset=utf-8';

/** A status alone, as the node answers what its router refuses. */
export function bare(status: number): WholeAnswer {
  return { kind: 'whole', status, contentType: null, body: new Uint8Array(0) };
}

export function text(status: number, message: string): WholeAnswer {
  return { kind: 'whole', status, contentType: TEXT_TYPE, body: Buffer.from(message) };
}

export function json(status: number, value: unknown, contentType = JSON_TYPE): WholeAnswer {
  return { kind: 'whole', status, contentType, body: Buffer.from(JSON.stringify(value)) };
}

export function octets(body: Uint8Array): WholeAnswer {
  return { kind: 'whole', status: 200, contentType: OCTETS, body };
}

/** Hashes and numbers as the node writes them in JSON. */
export function base64Url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
