/** What a pool says, in either dialect, before anybody looks at what it means for the work. */

import type { Target } from '../../core/target.js';
import type { DialectName } from '../jobs/template.js';
import type { Message, Request } from '../messages.js';
import { requestLine } from '../messages.js';
import { bitcoinJobOf } from './pool-bitcoin.js';
import { chainwebJobOf } from './pool-chainweb.js';
import { hexDigits, hexNumber, targetOfDifficulty, targetOfHex } from './requests.js';

/** A job as the pool sent it. */
export type PoolJob = PoolBitcoinJob | PoolChainwebJob;

export interface PoolBitcoinJob {
  readonly kind: 'bitcoin';
  readonly jobId: string;
  readonly isClean: boolean;
  readonly parent: Uint8Array;
  readonly coinbase1: Uint8Array;
  readonly coinbase2: Uint8Array;
  readonly branches: readonly Uint8Array[];
  readonly version: number;
  readonly nBits: number;
  readonly timeSeconds: number;
}

export interface PoolChainwebJob {
  readonly kind: 'chainweb';
  readonly jobId: string;
  readonly isClean: boolean;
  /** The whole work header. */
  readonly header: Uint8Array;
}

/** Bytes that the pool fixes, and how many it leaves. */
export interface PoolExtranonce {
  /** In the order of the wire. */
  readonly extranonce1: Uint8Array;
  readonly extranonce2Bytes: number;
}

export type PoolMessage =
  | { readonly kind: 'target'; readonly target: Target }
  | { readonly kind: 'job'; readonly job: PoolJob }
  | { readonly kind: 'extranonce'; readonly extranonce: PoolExtranonce }
  | { readonly kind: 'version-mask'; readonly mask: number }
  | {
      readonly kind: 'reconnect';
      readonly host: string | null;
      readonly port: number | null;
      readonly waitMs: number;
    }
  | { readonly kind: 'show'; readonly text: string }
  | {
      readonly kind: 'asked';
      readonly id: unknown;
      readonly result: unknown;
      readonly error: unknown;
    }
  | {
      readonly kind: 'answer';
      readonly id: unknown;
      readonly result: unknown;
      readonly error: unknown;
    }
  | { readonly kind: 'bad'; readonly detail: string };

const LONGEST_WAIT_SECONDS = 3600;
const MOST_TEXT = 1024;

export function poolMessage(message: Message, dialect: DialectName, agent: string): PoolMessage {
  if (message.kind === 'response') {
    const { id, result, error } = message;
    return { kind: 'answer', id, result, error };
  }
  const { method, params } = message;
  const bad = (detail: string): PoolMessage => ({ kind: 'bad', detail: `${method}: ${detail}` });
  switch (method) {
    case 'mining.notify': {
      const job = dialect === 'bitcoin' ? bitcoinJobOf(params) : chainwebJobOf(params);
      return typeof job === 'string' ? bad(job) : { kind: 'job', job };
    }
    case 'mining.set_difficulty':
    case 'mining.set_target': {
      const read = method === 'mining.set_target' ? targetOfHex : targetOfDifficulty;
      const target = read(params[0]);
      return target === null ? bad('no target') : { kind: 'target', target };
    }
    case 'mining.set_extranonce': {
      const extranonce = extranonceOf(params[0], params[1], dialect);
      return typeof extranonce === 'string' ? bad(extranonce) : { kind: 'extranonce', extranonce };
    }
    case 'mining.set_version_mask': {
      const mask = hexNumber(params[0]);
      return mask === null ? bad('no mask') : { kind: 'version-mask', mask };
    }
    case 'client.reconnect':
      return reconnectOf(params);
    case 'client.show_message':
      return { kind: 'show', text: textOf(params[0]) };
    default:
      return askedOf(message, agent);
  }
}

function askedOf({ id, method }: Request, agent: string): PoolMessage {
  const known = { 'client.get_version': agent, 'mining.ping': 'pong', 'client.ping': 'pong' };
  const result = Object.hasOwn(known, method) ? known[method as keyof typeof known] : null;
  const error = result === null ? [20, 'unknown method', null] : null;
  return { kind: 'asked', id, result, error };
}

function reconnectOf([host, port, wait]: readonly unknown[]): PoolMessage {
  const number = numberOf(port);
  const seconds = numberOf(wait);
  return {
    kind: 'reconnect',
    host: typeof host === 'string' && host !== '' ? host : null,
    port: Number.isInteger(number) && number > 0 && number < 65_536 ? number : null,
    waitMs: seconds > 0 ? 1000 * Math.min(seconds, LONGEST_WAIT_SECONDS) : 0,
  };
}

/**
 * @param text - extranonce1 or nonce1; the official Chainweb server does not pad it
 * @returns what is wrong with it
 */
function extranonceOf(text: unknown, size: unknown, dialect: DialectName): PoolExtranonce | string {
  const digits = text === '' ? '' : hexDigits(text);
  if (digits === null) return 'the extranonce is no hex';
  if (dialect === 'bitcoin') {
    if (!isSize(size, 1, 32)) return `an extranonce2 of ${textOf(size)} bytes`;
    if (digits.length % 2 === 1) return 'half a byte of extranonce';
    return { extranonce1: Buffer.from(digits, 'hex'), extranonce2Bytes: size };
  }
  const free = isSize(size, 4, 8) ? size : 6;
  const padded = digits.padStart(2 * (8 - free), '0');
  if (padded.length !== 2 * (8 - free)) return `nonce1 and ${free} bytes are not 8`;
  return { extranonce1: Buffer.from(padded, 'hex'), extranonce2Bytes: free };
}

function isSize(value: unknown, least: number, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}

/** What a pool answered to `mining.subscribe`. */
export function subscriptionOf(result: unknown, dialect: DialectName): PoolExtranonce | string {
  if (!Array.isArray(result) || result.length < 2) return 'no subscription';
  return extranonceOf(result[1], result[2], dialect);
}

/** What is said to a pool first: whatever the dialect, its answer says what may be rolled. */
export function subscribeLine(id: number, agent: string, dialect: DialectName): string {
  return requestLine(id, 'mining.subscribe', dialect === 'chainweb' ? [agent, null] : [agent]);
}

/** Code and text of an error: an array, an object, or just a text. */
export function errorOf(error: unknown): { readonly code: number | null; readonly text: string } {
  const [code, text] = Array.isArray(error) ? error : membersOf(error);
  return { code: typeof code === 'number' ? code : null, text: textOf(text ?? error) };
}

function membersOf(error: unknown): readonly unknown[] {
  if (typeof error !== 'object' || error === null) return [];
  const { code, message } = error as Record<string, unknown>;
  return [code, message];
}

/** Whatever a pool says in place of a text: of `{"toString":1}` even `String` makes nothing. */
function textOf(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? null);
  return text.slice(0, MOST_TEXT);
}

/** Some pools say their numbers as texts. */
function numberOf(value: unknown): number {
  return typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN;
}
