/** What the answers of a node mean, and what happens next. Pure: every row of the tables is here. */

import { PowError } from '../../errors.js';
import { NodeFailure } from '../../miner/node-failure.js';
import { requireHash, requireJsonObject, requireList, requireWhole } from '../codec/fields.js';
import {
  type BlockTemplate,
  decodeTemplateResponse,
  type JsonObject,
  type JsonValue,
  NumberText,
  parseJson,
} from '../codec.js';
import type { HttpAnswer } from './http.js';
import { sanitised } from './sanitise.js';

/** The node asked to be left alone for a while. */
export class BusyNode extends NodeFailure {
  readonly retryAfterMs: number;

  constructor(detail: string, retryAfterMs: number) {
    super('failing', detail, { status: 429 });
    this.retryAfterMs = retryAfterMs;
  }
}

const BUSY_MS = 5_000;

/** Where a row's `reason` is a text, the answer must give the same one. */
const REFUSALS: readonly {
  readonly status: number;
  readonly reason?: string;
  readonly kind: 'refused' | 'failing';
  readonly advice: string;
}[] = [
  {
    ...{ status: 409, reason: 'isolated_node', kind: 'failing' },
    advice: 'the node has no active peer and gives no work until it has one: asking again',
  },
  { status: 409, kind: 'failing', advice: 'the node is busy with its chain: asking again' },
  {
    ...{ status: 400, kind: 'refused' },
    advice:
      'the node does not take the request: check the wallet address and the version of the node',
  },
  {
    ...{ status: 401, kind: 'refused' },
    advice: 'the node wants a login that this client has none for: not asked again',
  },
  { status: 403, kind: 'refused', advice: 'the node lets others mine, not us: not asked again' },
  {
    ...{ status: 404, kind: 'refused' },
    advice:
      'no ChainCore node answers there: give the port of its API (--api-port, 5000 as a rule)',
  },
  {
    ...{ status: 405, kind: 'refused' },
    advice:
      'no ChainCore node answers there: give the port of its API (--api-port, 5000 as a rule)',
  },
  { status: 413, kind: 'refused', advice: 'too long for the node or a proxy before it' },
];

/** The failure that an answer stands for, whatever was asked, in words that say what happens next. */
export function refusalOf({ status, body, retryAfterMs }: HttpAnswer): NodeFailure {
  const json = jsonOf(body);
  const heard = `status ${status}${quoted(json, body)}`;
  if (status === 429) {
    const waitMs = retryAfterMs ?? BUSY_MS;
    return new BusyNode(`${heard}: too many requests, waiting ${waitMs / 1000} s`, waitMs);
  }
  const reason = json?.get('reason');
  const row = REFUSALS.find((each) => {
    return each.status === status && (each.reason === undefined || each.reason === reason);
  });
  if (row !== undefined) return new NodeFailure(row.kind, `${heard}: ${row.advice}`, { status });
  if (status >= 500) {
    return new NodeFailure('failing', `${heard}: the node failed, trying again`, { status });
  }
  return new NodeFailure('nonsense', `${heard}: that is no answer, trying again`, { status });
}

/** @throws {@link NodeFailure} */
export function templateOf(answer: HttpAnswer): BlockTemplate {
  if (answer.status !== 200) throw refusalOf(answer);
  return reading('no template', () => decodeTemplateResponse(answer.body));
}

/** The newest block of a node. */
export interface ChainTip {
  readonly hash: string;
  /** Blocks, genesis included: the index of the next one. */
  readonly length: number;
}

/** @throws {@link NodeFailure} */
export function tipOf(answer: HttpAnswer): ChainTip {
  if (answer.status !== 200) throw refusalOf(answer);
  return reading('no newest block', () => {
    const json = requireJsonObject(parseJson(answer.body), 'the answer');
    const info = requireJsonObject(json.get('chain_info'), 'chain_info');
    return {
      hash: requireHash(info.get('latest_hash'), 'latest_hash'),
      length: requireWhole(info.get('length'), 1, Number.MAX_SAFE_INTEGER, 'length'),
    };
  });
}

/**
 * @returns the hash of the block at `index`; `null`: the chain is not that long
 * @throws {@link NodeFailure}
 */
export function blockHashOf(answer: HttpAnswer, index: number): string | null {
  if (answer.status !== 200) throw refusalOf(answer);
  return reading('no range of blocks', () => {
    const json = requireJsonObject(parseJson(answer.body), 'the answer');
    const blocks = requireList(json.get('blocks'), 'blocks');
    const block = blocks.find((each) => {
      const stated = each instanceof Map ? each.get('index') : undefined;
      return stated instanceof NumberText && stated.safeInteger === index;
    });
    return block === undefined ? null : requireHash((block as JsonObject).get('hash'), 'hash');
  });
}

/** What a node says to a solution. */
export type Verdict =
  | { readonly kind: 'accepted'; readonly hash: string | null }
  | { readonly kind: 'stale' | 'rejected'; readonly reason: string };

const NEXT = 'fetching a new template';

/** @throws {@link NodeFailure} where the answer does not say what became of the block */
export function verdictOf(answer: HttpAnswer): Verdict {
  const { status, body } = answer;
  const json = jsonOf(body);
  const said = quoted(json, body);
  const reason = json?.get('reason');
  if (status === 200) {
    const hash = json?.get('block_hash');
    if (json?.get('status') === 'accepted') {
      return { kind: 'accepted', hash: typeof hash === 'string' ? hash : null };
    }
    // `accepted_fork_resolution` among others: whether the block is in the chain is looked up.
    throw new NodeFailure('lost', `status 200${said}: it does not say whether the block counts`);
  }
  if (status === 202) {
    const detail = `the node lacks blocks before this one${said}: it must catch up, ${NEXT}`;
    return { kind: 'rejected', reason: detail };
  }
  if (status === 409) {
    if (reason === 'isolated_node') throw refusalOf(answer);
    const isAhead = reason === 'invalid_index';
    return {
      kind: 'stale',
      reason: isAhead
        ? `the node's chain has become shorter${said}: ${NEXT}`
        : `another block of this height was first${said}: ${NEXT}`,
    };
  }
  if (status === 400 || status === 413) {
    return { kind: 'rejected', reason: `the node does not take the block${said}: ${NEXT}` };
  }
  throw refusalOf(answer);
}

function jsonOf(body: string): JsonObject | null {
  try {
    const value = parseJson(body);
    return value instanceof Map ? value : null;
  } catch {
    return null;
  }
}

/** `, "…"`: what the node says about it, made safe to show. */
function quoted(json: JsonObject | null, body: string): string {
  const texts = ['reason', 'error', 'message', 'detail']
    .map((name): JsonValue => json?.get(name) ?? null)
    .filter((value) => typeof value === 'string' && value !== '');
  const text = sanitised(json === null ? body.replace(/<[^>]*>/g, ' ') : texts.join(': '));
  return text === '' ? '' : `, "${text}"`;
}

function reading<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof PowError)) throw cause;
    throw new NodeFailure('nonsense', `${what}: ${sanitised(cause.message)}`, { cause });
  }
}
