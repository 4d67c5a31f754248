/** Requests to a ChainCore node, one attempt each; the source says when to try again. */

import { type Clock, monotonicClock } from '../miner/clock.js';
import { NodeFailure } from '../miner/node-failure.js';
import { RequestLog } from '../miner/request-log.js';
import {
  blockHashOf,
  type ChainTip,
  templateOf,
  tipOf,
  type Verdict,
  verdictOf,
} from './client/answers.js';
import { type HttpAnswer, type HttpOptions, type HttpRequest, NodeHttp } from './client/http.js';
import type { BlockTemplate } from './codec.js';

/** What a node is asked for. */
export const PURPOSES = ['template', 'submit', 'tip', 'block'] as const;
export type Purpose = (typeof PURPOSES)[number];

export interface ChaincoreClientOptions extends Omit<HttpOptions, 'clock'> {
  /** Of `tip` and `block`. Default: 5,000. */
  readonly timeoutMs?: number | undefined;
  /** Of `submit`. Default: 15,000. */
  readonly submitTimeoutMs?: number | undefined;
  /** One that several clients share. Default: its own. */
  readonly log?: RequestLog<Purpose> | undefined;
  readonly clock?: Clock | undefined;
}

/** A thousand transactions, and then some. */
const MOST_TEMPLATE_BYTES = 1 << 24;
const MOST_SMALL_BYTES = 1 << 22;

/** As the stock client sends them. */
const HEADERS = {
  'user-agent': 'pow-native',
  'x-mining-client': 'chaincore',
  'x-client-version': '2.0',
};

/** Every method rejects with a {@link NodeFailure}, or with the reason of its signal. */
export class ChaincoreClient {
  readonly url: string;
  readonly log: RequestLog<Purpose>;
  readonly #http: NodeHttp;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #submitTimeoutMs: number;

  /** @throws {@link PowError} `POW_ARGUMENT` */
  constructor(options: ChaincoreClientOptions) {
    const { clock = monotonicClock, log = new RequestLog(PURPOSES), url } = options;
    const { timeoutMs = 5_000, submitTimeoutMs = 15_000, ca, insecure } = options;
    this.url = url;
    this.log = log;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#submitTimeoutMs = submitTimeoutMs;
    this.#http = new NodeHttp({ url, ca, insecure, clock });
  }

  /** @param wallet - whom the coinbase pays */
  template(wallet: string, timeoutMs: number, signal: AbortSignal): Promise<BlockTemplate> {
    const timestamp = Date.now() / 1000;
    const body = JSON.stringify({ miner_address: wallet, client_version: '2.0', timestamp });
    const request = { method: 'POST', path: '/mine_block', headers: HEADERS, body } as const;
    const limits = { timeoutMs, mostBytes: MOST_TEMPLATE_BYTES };
    return this.#ask('template', request, limits, signal, templateOf);
  }

  /** @param block - its JSON, with the nonce in it */
  submit(block: string, signal: AbortSignal): Promise<Verdict> {
    // Without `X-Local-Mining` the node takes the block and then fails to say so.
    const headers = { ...HEADERS, 'x-local-mining': 'true' };
    const request = { method: 'POST', path: '/submit_block', headers, body: block } as const;
    const limits = { timeoutMs: this.#submitTimeoutMs, mostBytes: MOST_SMALL_BYTES };
    return this.#ask('submit', request, limits, signal, verdictOf);
  }

  /** The cheapest way to see whether the chain has moved. */
  tip(signal: AbortSignal): Promise<ChainTip> {
    const request = { method: 'GET', path: '/chain/info', headers: HEADERS } as const;
    const limits = { timeoutMs: this.#timeoutMs, mostBytes: MOST_SMALL_BYTES };
    return this.#ask('tip', request, limits, signal, tipOf);
  }

  /** The hash of one block of the chain; `null`: it is not that long. */
  blockHash(index: number, signal: AbortSignal): Promise<string | null> {
    const path = `/blocks/range?start=${index}&end=${index}`;
    const request = { method: 'GET', path, headers: HEADERS } as const;
    const limits = { timeoutMs: this.#timeoutMs, mostBytes: MOST_TEMPLATE_BYTES };
    return this.#ask('block', request, limits, signal, (answer) => blockHashOf(answer, index));
  }

  /** Breaks off whatever is under way. Idempotent. */
  close(): Promise<void> {
    return this.#http.close();
  }

  async #ask<T>(
    purpose: Purpose,
    request: HttpRequest,
    limits: { readonly timeoutMs: number; readonly mostBytes: number },
    signal: AbortSignal,
    read: (answer: HttpAnswer) => T,
  ): Promise<T> {
    const startMs = this.#clock.now();
    let failure: NodeFailure | null = null;
    try {
      return read(await this.#http.exchange(request, limits, signal));
    } catch (error) {
      if (error instanceof NodeFailure) failure = error;
      throw error;
    } finally {
      this.log.note(purpose, this.#clock.now() - startMs, failure);
    }
  }
}
