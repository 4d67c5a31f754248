/** The sockets towards nodes: one pool, and an end to every wait. */

import { type Dispatcher, Pool } from 'undici';
import { badArgument } from '../../core/arguments.js';
import type { Clock } from '../../miner/clock.js';
import { NodeFailure } from '../../miner/node-failure.js';
import { Wait } from '../../miner/wait.js';

export interface HttpOptions {
  /** `http://HOST:PORT` or `https://HOST:PORT`. */
  readonly url: string;
  /** PEM text of the authorities to trust instead of the system's. */
  readonly ca?: string | undefined;
  /** Any certificate will do. Default `false`. */
  readonly insecure?: boolean | undefined;
  readonly clock: Clock;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** JSON. */
  readonly body?: string | undefined;
}

export interface HttpLimits {
  /** From the start of the request to the last byte of the answer. */
  readonly timeoutMs: number;
  /** A longer answer is none. */
  readonly mostBytes: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  /** `Retry-After` in milliseconds; `null`: not said. */
  readonly retryAfterMs: number | null;
}

const CONNECTIONS = 8;
const CONNECT_MS = 5_000;
const MOST_RETRY_AFTER_S = 3600;

export class NodeHttp {
  readonly #pool: Pool;
  readonly #clock: Clock;

  /** @throws {@link PowError} `POW_ARGUMENT` */
  constructor({ url, ca, insecure = false, clock }: HttpOptions) {
    const connect = {
      timeout: CONNECT_MS,
      rejectUnauthorized: !insecure,
      ...(ca === undefined ? {} : { ca }),
    };
    this.#clock = clock;
    // Every wait is bounded here, by the clock that was passed in.
    const bounds = { headersTimeout: 0, bodyTimeout: 0, connections: CONNECTIONS };
    this.#pool = new Pool(originOf(url), { connect, ...bounds });
  }

  /** Rejects with a {@link NodeFailure}, or with the reason of `signal`. */
  async exchange(
    { method, path, headers = {}, body }: HttpRequest,
    { timeoutMs, mostBytes }: HttpLimits,
    signal: AbortSignal,
  ): Promise<HttpAnswer> {
    const wait = new Wait(this.#clock, timeoutMs, signal);
    try {
      const answer = await this.#pool.request({
        ...{ method, path, signal: wait.signal, body: body ?? null },
        headers: { accept: 'application/json', 'content-type': 'application/json', ...headers },
      });
      return await read(answer, mostBytes);
    } catch (error) {
      throw wait.reasonOf(error);
    } finally {
      wait.over();
    }
  }

  /** Breaks off whatever is under way. */
  close(): Promise<void> {
    return this.#pool.destroy();
  }
}

async function read(answer: Dispatcher.ResponseData, mostBytes: number): Promise<HttpAnswer> {
  const { statusCode: status, headers, body } = answer;
  body.on('error', () => {}); // the iterator throws it as well
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body as AsyncIterable<Uint8Array>) {
    length += part.length;
    if (length > mostBytes) {
      throw new NodeFailure('nonsense', `an answer of more than ${mostBytes} bytes`);
    }
    parts.push(part);
  }
  const text = Buffer.concat(parts).toString('utf8');
  return { status, body: text, retryAfterMs: retryAfterMs(headers['retry-after']) };
}

function retryAfterMs(value: unknown): number | null {
  if (typeof value !== 'string' || !/^\d{1,9}$/.test(value)) return null;
  return Math.min(Number(value), MOST_RETRY_AFTER_S) * 1000;
}

/** @throws {@link PowError} `POW_ARGUMENT` */
export function originOf(url: unknown): string {
  const parsed = typeof url === 'string' && URL.canParse(url) ? new URL(url) : null;
  const { protocol = '', pathname, search, hash, username, port } = parsed ?? {};
  const isBare = pathname === '/' && `${search}${hash}${username}` === '';
  if (parsed === null || !/^https?:$/.test(protocol) || !isBare || port === '0') {
    throw badArgument('url', 'http://HOST:PORT or https://HOST:PORT', url);
  }
  return parsed.origin;
}
