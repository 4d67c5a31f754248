/** The sockets of the client: a pool for each purpose, and an end to every wait. */

import { type Dispatcher, Pool } from 'undici';
import type { Clock } from '../../miner/clock.js';
import { NodeFailure } from '../../miner/node-failure.js';
import { Wait } from '../../miner/wait.js';

/** Which pool: a hung request of one purpose never stands in the way of another. */
export type PoolName = 'mining' | 'updates' | 'info';

export interface HttpOptions {
  /** `http://HOST:PORT` or `https://HOST:PORT`. */
  readonly origin: string;
  /** PEM text of the authorities to trust instead of the system's. */
  readonly ca: string | undefined;
  /** Any certificate will do. */
  readonly insecure: boolean;
  readonly connectTimeoutMs: number;
  /** Of one pool; update streams have one connection each and no bound of their own. */
  readonly connections: number;
  readonly clock: Clock;
}

export interface HttpRequest {
  readonly pool: PoolName;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
}

export interface HttpLimits {
  /** From the start of the request to the last byte of the answer (of a stream: its head). */
  readonly timeoutMs: number;
  /** A longer answer is none. */
  readonly mostBytes: number;
}

export interface HttpAnswer {
  readonly status: number;
  /** `X-Server-Timestamp`: the node's clock in whole seconds since the POSIX epoch. */
  readonly serverSeconds: number | null;
  readonly body: Uint8Array;
  /** Why `body` is not whole; `null`: it is. */
  readonly brokenOff: unknown;
  readonly sentAtMs: number;
  readonly receivedAtMs: number;
}

/** An answer whose body goes on. */
export interface HttpStream {
  readonly status: 200;
  readonly chunks: AsyncIterable<Uint8Array>;
}

type Body = Dispatcher.ResponseData['body'];

export class NodeHttp {
  readonly #pools: Readonly<Record<PoolName, Pool>>;
  readonly #clock: Clock;

  constructor({ origin, ca, insecure, connections, clock, connectTimeoutMs }: HttpOptions) {
    const connect = {
      timeout: connectTimeoutMs,
      rejectUnauthorized: !insecure,
      ...(ca === undefined ? {} : { ca }),
    };
    // Every wait is bounded here, by the clock that was passed in.
    const shared = { connect, headersTimeout: 0, bodyTimeout: 0 };
    this.#clock = clock;
    this.#pools = {
      mining: new Pool(origin, { ...shared, connections }),
      updates: new Pool(origin, shared),
      info: new Pool(origin, { ...shared, connections }),
    };
  }

  /** Rejects with a {@link NodeFailure}, or with the reason of `signal`. */
  async exchange(
    request: HttpRequest,
    { timeoutMs, mostBytes }: HttpLimits,
    signal: AbortSignal,
  ): Promise<HttpAnswer> {
    const wait = new Wait(this.#clock, timeoutMs, signal);
    try {
      return await this.#exchange(request, mostBytes, wait);
    } catch (error) {
      throw wait.reasonOf(error);
    } finally {
      wait.over();
    }
  }

  /** The head of an answer with status 200, whose body then goes on until `signal` aborts. */
  async openStream(
    request: HttpRequest,
    { timeoutMs, mostBytes }: HttpLimits,
    signal: AbortSignal,
  ): Promise<HttpStream | HttpAnswer> {
    const wait = new Wait(this.#clock, timeoutMs, signal);
    try {
      const sentAtMs = this.#clock.now();
      const answer = await this.#request(request, wait.signal);
      if (answer.statusCode === 200) {
        wait.relax();
        return { status: 200, chunks: chunksOf(answer.body, wait) };
      }
      const whole = await this.#read(answer, mostBytes, sentAtMs, wait);
      wait.over();
      return whole;
    } catch (error) {
      wait.over();
      throw wait.reasonOf(error);
    }
  }

  /** Breaks off whatever is under way. */
  async close(): Promise<void> {
    await Promise.all(Object.values(this.#pools).map((pool) => pool.destroy()));
  }

  async #exchange(request: HttpRequest, mostBytes: number, wait: Wait): Promise<HttpAnswer> {
    const sentAtMs = this.#clock.now();
    const answer = await this.#request(request, wait.signal);
    return this.#read(answer, mostBytes, sentAtMs, wait);
  }

  #request(request: HttpRequest, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    const { pool, method, path, headers, body = null } = request;
    return this.#pools[pool].request({ method, path, headers, body, signal });
  }

  async #read(
    { statusCode: status, headers, body: bytes }: Dispatcher.ResponseData,
    mostBytes: number,
    sentAtMs: number,
    wait: Wait,
  ): Promise<HttpAnswer> {
    const receivedAtMs = this.#clock.now();
    const serverSeconds = secondsOf(headers);
    const parts: Uint8Array[] = [];
    let brokenOff: unknown = null;
    try {
      for await (const part of bounded(bytes, mostBytes)) parts.push(part);
    } catch (error) {
      brokenOff = wait.reasonOf(error);
    }
    return {
      ...{ status, serverSeconds, sentAtMs, receivedAtMs },
      ...{ body: Buffer.concat(parts), brokenOff },
    };
  }
}

async function* bounded(body: Body, mostBytes: number): AsyncGenerator<Uint8Array> {
  body.on('error', () => {}); // the iterator throws it as well
  let length = 0;
  for await (const part of body as AsyncIterable<Uint8Array>) {
    length += part.length;
    if (length > mostBytes) {
      throw new NodeFailure('nonsense', `an answer of more than ${mostBytes} bytes`);
    }
    yield part;
  }
}

async function* chunksOf(body: Body, wait: Wait): AsyncGenerator<Uint8Array> {
  body.on('error', () => {}); // the iterator throws it as well
  try {
    for await (const chunk of body as AsyncIterable<Uint8Array>) yield chunk;
  } catch (error) {
    throw wait.reasonOf(error);
  } finally {
    wait.over();
  }
}

function secondsOf(headers: Dispatcher.ResponseData['headers']): number | null {
  const text = headers['x-server-timestamp'];
  return typeof text === 'string' && /^\d{1,12}$/.test(text) ? Number(text) : null;
}
