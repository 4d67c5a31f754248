/**
 * Requests to the service API of a node, one attempt each; `miner/retry.ts` says when to try
 * again. Paths, headers and bodies after chainweb-node, `Chainweb.Miner.RestAPI`.
 */

import { badArgument, requireInteger, requireObject } from '../core/arguments.js';
import { PowError } from '../errors.js';
import { type Clock, monotonicClock } from '../miner/clock.js';
import { NodeFailure } from '../miner/node-failure.js';
import { RequestLog } from '../miner/request-log.js';
import { type HttpAnswer, type HttpLimits, type HttpRequest, NodeHttp } from './client/http.js';
import { type CutTip, type NodeInfo, parseCutTip, parseInfo } from './client/node-answers.js';
import { PURPOSES, type Purpose } from './client/purposes.js';
import { refusalOf } from './client/refusals.js';
import { decodeWorkResponse, type WorkResponse } from './codec/work.js';
import type { Miner } from './devnet/miners.js';

export interface ChainwebClientOptions {
  /** `http://HOST:PORT` or `https://HOST:PORT` of the service API. */
  readonly url: string;
  /** Must equal one of the node's miners in all three. */
  readonly miner: Miner;
  readonly tls?:
    | {
        /** PEM text of the authorities to trust instead of the system's. */
        readonly ca?: string | undefined;
        /** Takes any certificate: whoever listens in can put himself in between. Default `false`. */
        readonly insecure?: boolean | undefined;
      }
    | undefined;
  /** From the start of a request to the last byte of its answer. Default: 5,000. */
  readonly timeoutMs?: number | undefined;
  /** Default: 5,000. */
  readonly connectTimeoutMs?: number | undefined;
  /** How long an update stream may keep its head back: until its chain has work. Default: 150,000. */
  readonly streamHeadMs?: number | undefined;
  /** Of each pool but that of the update streams. Default: 32. */
  readonly connections?: number | undefined;
  /** Of an answer: a longer one is none. Default: 262,144. */
  readonly mostAnswerBytes?: number | undefined;
  readonly clock?: Clock | undefined;
}

/** Work, and what is known about when it was made. */
export interface FetchedWork extends WorkResponse {
  readonly serverSeconds: number | null;
  /** On the clock of the client: the work was made in between. */
  readonly sentAtMs: number;
  readonly receivedAtMs: number;
}

const TIMEOUT_MS = 5_000;
const STREAM_HEAD_MS = 150_000;
const LONGEST_MS = 3_600_000;
/** Far above the 322 bytes of work, the 2,500 of a cut and whatever an error page holds. */
const MOST_BYTES = 1 << 18;
const LEAST_BYTES = 1 << 12;

const OCTETS = 'application/octet-stream';

/** Every method rejects with a {@link NodeFailure}, or with the reason of its signal. */
export class ChainwebClient {
  readonly log = new RequestLog(PURPOSES);
  readonly #http: NodeHttp;
  readonly #clock: Clock;
  readonly #minerJson: string;
  readonly #limits: HttpLimits;
  readonly #streamLimits: HttpLimits;

  /** @throws {@link PowError} `POW_ARGUMENT` */
  constructor(options: ChainwebClientOptions) {
    requireObject(options, 'options');
    const { url, miner, tls = {}, timeoutMs = TIMEOUT_MS, connectTimeoutMs = TIMEOUT_MS } = options;
    const { streamHeadMs = STREAM_HEAD_MS, connections = 32, clock = monotonicClock } = options;
    const { mostAnswerBytes = MOST_BYTES } = options;
    this.#clock = clock;
    this.#minerJson = minerJson(miner);
    const mostBytes = requireInteger(mostAnswerBytes, LEAST_BYTES, 1 << 30, 'mostAnswerBytes');
    this.#limits = { timeoutMs: requireMs(timeoutMs, 'timeoutMs'), mostBytes };
    this.#streamLimits = { timeoutMs: requireMs(streamHeadMs, 'streamHeadMs'), mostBytes };
    this.#http = new NodeHttp({
      origin: originOf(url),
      ca: tls.ca,
      insecure: tls.insecure ?? false,
      connectTimeoutMs: requireMs(connectTimeoutMs, 'connectTimeoutMs'),
      connections: requireInteger(connections, 1, 1024, 'connections'),
      clock,
    });
  }

  async info(signal: AbortSignal): Promise<NodeInfo> {
    const headers = { accept: 'application/json' };
    const request = { pool: 'info', method: 'GET', path: '/info', headers } as const;
    return this.#ask('info', request, signal, ({ body }) => parseInfo(body));
  }

  /**
   * @param network - of {@link ChainwebClient.info}
   * @param chain - a suggestion: the node picks any chain when this one has no work; `null`: none
   */
  work(network: string, chain: number | null, signal: AbortSignal): Promise<FetchedWork> {
    const query = chain === null ? '' : `?chain=${chain}`;
    const request = {
      pool: 'mining',
      method: 'GET',
      path: `${baseOf(network)}/mining/work${query}`,
      headers: { 'content-type': 'application/json', accept: OCTETS },
      body: this.#minerJson,
    } as const;
    return this.#ask('work', request, signal, ({ body, ...answer }) => {
      const { serverSeconds, sentAtMs, receivedAtMs } = answer;
      return { ...decodedWork(body), serverSeconds, sentAtMs, receivedAtMs };
    });
  }

  /**
   * Hands in a solved work header. That it resolves means only that the node took it: work that
   * has become stale is answered alike.
   */
  solved(network: string, header: Uint8Array, signal: AbortSignal): Promise<void> {
    const request = {
      pool: 'mining',
      method: 'POST',
      path: `${baseOf(network)}/mining/solved`,
      headers: { 'content-type': OCTETS, accept: '*/*' },
      body: header,
    } as const;
    // The status has said it: a body that breaks off makes no difference.
    return this.#ask('solved', request, signal, () => undefined, 'status-is-enough');
  }

  /**
   * The bytes of a chain's update stream. Its head comes when the chain has work; of a chain that
   * is not there, never.
   */
  async updates(
    network: string,
    chain: number,
    signal: AbortSignal,
  ): Promise<AsyncIterable<Uint8Array>> {
    const body = Buffer.alloc(4);
    body.writeUInt32LE(chain);
    const request = {
      pool: 'updates',
      method: 'GET',
      path: `${baseOf(network)}/mining/updates`,
      headers: { 'content-type': OCTETS, accept: 'text/event-stream' },
      body,
    } as const;
    return this.#noted('updates', async () => {
      const answer = await this.#http.openStream(request, this.#streamLimits, signal);
      if ('chunks' in answer) return answer.chunks;
      throw refusalOf('updates', answer);
    });
  }

  /** The newest block of a chain; `null`: the node's cut does not have the chain. */
  cutTip(network: string, chain: number, signal: AbortSignal): Promise<CutTip | null> {
    const headers = { accept: 'application/json' };
    const path = `${baseOf(network)}/cut`;
    const request = { pool: 'info', method: 'GET', path, headers } as const;
    return this.#ask('cut', request, signal, ({ body }) => parseCutTip(body, chain));
  }

  /**
   * Whether the node has a block.
   *
   * @param hash - of the block, 32 bytes
   */
  async hasHeader(
    network: string,
    chain: number,
    hash: Uint8Array,
    signal: AbortSignal,
  ): Promise<boolean> {
    const name = Buffer.from(hash).toString('base64url');
    const path = `${baseOf(network)}/chain/${chain}/header/${name}`;
    const request = { pool: 'info', method: 'GET', path, headers: { accept: OCTETS } } as const;
    try {
      return await this.#ask('header', request, signal, () => true);
    } catch (error) {
      if (error instanceof NodeFailure && error.status === 404) return false;
      throw error;
    }
  }

  /** Breaks off whatever is under way. Idempotent. */
  close(): Promise<void> {
    return this.#http.close();
  }

  #ask<T>(
    purpose: Purpose,
    request: HttpRequest,
    signal: AbortSignal,
    read: (answer: HttpAnswer) => T,
    needs: 'whole-answer' | 'status-is-enough' = 'whole-answer',
  ): Promise<T> {
    return this.#noted(purpose, async () => {
      const answer = await this.#http.exchange(request, this.#limits, signal);
      if (answer.status < 200 || answer.status > 299) throw refusalOf(purpose, answer);
      if (answer.brokenOff !== null && needs === 'whole-answer') throw answer.brokenOff;
      return read(answer);
    });
  }

  async #noted<T>(purpose: Purpose, act: () => Promise<T>): Promise<T> {
    const startMs = this.#clock.now();
    let failure: NodeFailure | null = null;
    try {
      return await act();
    } catch (error) {
      if (error instanceof NodeFailure) failure = error;
      throw error;
    } finally {
      this.log.note(purpose, this.#clock.now() - startMs, failure);
    }
  }
}

function baseOf(network: string): string {
  return `/chainweb/0.0/${network}`;
}

function decodedWork(body: Uint8Array): WorkResponse {
  try {
    return decodeWorkResponse(body);
  } catch (cause) {
    if (!(cause instanceof PowError)) throw cause;
    throw new NodeFailure('nonsense', `no work: ${cause.message}`, { cause });
  }
}

function originOf(url: unknown): string {
  const parsed = typeof url === 'string' && URL.canParse(url) ? new URL(url) : null;
  const { protocol = '', pathname, search, hash, username } = parsed ?? {};
  const isBare = pathname === '/' && `${search}${hash}${username}` === '';
  if (parsed === null || !/^https?:$/.test(protocol) || !isBare) {
    throw badArgument('url', 'http://HOST:PORT or https://HOST:PORT', url);
  }
  return parsed.origin;
}

/** The whole of it is compared by the node, so the order of the keys is ours to choose. */
function minerJson(miner: Miner): string {
  requireObject(miner, 'miner');
  const { account, predicate, publicKeys } = miner;
  if (typeof account !== 'string') throw badArgument('miner.account', 'a string', account);
  if (typeof predicate !== 'string') throw badArgument('miner.predicate', 'a string', predicate);
  const isList = Array.isArray(publicKeys) && publicKeys.every((key) => typeof key === 'string');
  if (!isList) throw badArgument('miner.publicKeys', 'a list of strings', publicKeys);
  return JSON.stringify({ account, predicate, 'public-keys': publicKeys });
}

function requireMs(value: number, argument: string): number {
  return requireInteger(value, 1, LONGEST_MS, argument);
}
