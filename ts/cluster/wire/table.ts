/** Every message of version 2, one row each: its number, cap, rate, sender and codec. */

import type { Codec } from './codec.js';
import {
  assignCodec,
  cancelCodec,
  extendCodec,
  extendedCodec,
  releaseCodec,
  requestCodec,
  resultCodec,
  revokeCodec,
  storedCodec,
} from './lease-messages.js';
import type { MessageKind } from './messages.js';
import {
  capabilitiesCodec,
  helloCodec,
  helloReplyCodec,
  MOST_PEER_LIST_BYTES,
  peerListCodec,
} from './node-messages.js';
import {
  datasetChunkCodec,
  datasetRequestCodec,
  errorCodec,
  goodbyeCodec,
  heartbeatCodec,
  MOST_CHUNK_BYTES,
  statusRequestCodec,
} from './plain-messages.js';
import { MOST_STATEMENT_BYTES, statementCodec } from './statement-message.js';
import { statusCodec } from './status-message.js';
import { MOST_WORK_BYTES, workCodec } from './work-spec.js';

/** Messages of one connection. Every message counts as `any`; those of another class there, too. */
export const RATES = {
  any: { perSecond: 200, burst: 400 },
  request: { perSecond: 20, burst: 40 },
  result: { perSecond: 100, burst: 200 },
  extend: { perSecond: 20, burst: 40 },
} as const;
export type RateClass = keyof typeof RATES;

export interface MessageRow<Kind extends MessageKind = MessageKind> {
  readonly type: number;
  readonly name: string;
  readonly kind: Kind;
  /** Bytes of the payload at most, known before any of them is kept. */
  readonly cap: number;
  readonly rate: RateClass;
  readonly from: 'worker' | 'master' | 'both';
  readonly codec: Codec<Kind>;
}
/** A row whose kind is only known when it runs. */
export type AnyRow = { readonly [Kind in MessageKind]: MessageRow<Kind> }[MessageKind];

const KIB = 1024;
/** What stands around a chunk: version, root, index, length, room for a tail. */
const CHUNK_HEAD = 256;

// biome-ignore format: one row per line
export const MESSAGES: readonly AnyRow[] = [
  { type: 1, name: 'HELLO', kind: 'hello', cap: 4 * KIB, rate: 'any', from: 'worker', codec: helloCodec },
  { type: 2, name: 'HELLO_REPLY', kind: 'hello-reply', cap: 4 * KIB, rate: 'any', from: 'master', codec: helloReplyCodec },
  { type: 3, name: 'CAPABILITIES', kind: 'capabilities', cap: 2 * KIB, rate: 'any', from: 'worker', codec: capabilitiesCodec },
  { type: 4, name: 'PEER_LIST', kind: 'peer-list', cap: MOST_PEER_LIST_BYTES, rate: 'any', from: 'master', codec: peerListCodec },
  { type: 5, name: 'WORKUNIT_REQUEST', kind: 'request', cap: 16, rate: 'request', from: 'worker', codec: requestCodec },
  { type: 6, name: 'WORKUNIT_ASSIGN', kind: 'assign', cap: 64 * KIB, rate: 'any', from: 'master', codec: assignCodec },
  { type: 7, name: 'WORKUNIT_RESULT', kind: 'result', cap: 64 * KIB, rate: 'result', from: 'worker', codec: resultCodec },
  { type: 8, name: 'DATASET_REQUEST', kind: 'dataset-request', cap: 64, rate: 'any', from: 'both', codec: datasetRequestCodec },
  { type: 9, name: 'DATASET_CHUNK', kind: 'dataset-chunk', cap: MOST_CHUNK_BYTES + CHUNK_HEAD, rate: 'any', from: 'both', codec: datasetChunkCodec },
  { type: 10, name: 'HEARTBEAT', kind: 'heartbeat', cap: 16, rate: 'any', from: 'both', codec: heartbeatCodec },
  { type: 11, name: 'GOODBYE', kind: 'goodbye', cap: KIB, rate: 'any', from: 'both', codec: goodbyeCodec },
  { type: 12, name: 'EXTEND', kind: 'extend', cap: 4 * KIB, rate: 'extend', from: 'worker', codec: extendCodec },
  { type: 13, name: 'EXTENDED', kind: 'extended', cap: 4 * KIB, rate: 'any', from: 'master', codec: extendedCodec },
  { type: 14, name: 'STORED', kind: 'stored', cap: KIB, rate: 'any', from: 'master', codec: storedCodec },
  { type: 15, name: 'RELEASE', kind: 'release', cap: KIB, rate: 'result', from: 'worker', codec: releaseCodec },
  { type: 16, name: 'WORK', kind: 'work', cap: MOST_WORK_BYTES, rate: 'any', from: 'master', codec: workCodec },
  { type: 17, name: 'CANCEL', kind: 'cancel', cap: 64, rate: 'any', from: 'master', codec: cancelCodec },
  { type: 18, name: 'REVOKE', kind: 'revoke', cap: 64, rate: 'any', from: 'master', codec: revokeCodec },
  { type: 19, name: 'STATUS_REQUEST', kind: 'status-request', cap: 16, rate: 'request', from: 'worker', codec: statusRequestCodec },
  { type: 20, name: 'STATUS', kind: 'status', cap: 256 * KIB, rate: 'any', from: 'master', codec: statusCodec },
  { type: 21, name: 'ERROR', kind: 'error', cap: KIB, rate: 'any', from: 'both', codec: errorCodec({ kindOf, typeOf }) },
  { type: 22, name: 'STATEMENT', kind: 'statement', cap: MOST_STATEMENT_BYTES, rate: 'any', from: 'both', codec: statementCodec },
];

const byType = new Map<number, AnyRow>(MESSAGES.map((row) => [row.type, row]));
const byKind = new Map<MessageKind, AnyRow>(MESSAGES.map((row) => [row.kind, row]));

/** `undefined`: no such message. */
export function rowOfType(type: number): AnyRow | undefined {
  return byType.get(type);
}

export function rowOfKind(kind: MessageKind): AnyRow {
  return byKind.get(kind) as AnyRow;
}

function kindOf(type: number): MessageKind | null {
  return byType.get(type)?.kind ?? null;
}

function typeOf(kind: MessageKind): number {
  return rowOfKind(kind).type;
}
