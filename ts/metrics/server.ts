/** The sockets of the metrics: what is answered is decided elsewhere. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry, RegistryContentType } from 'prom-client';
import { badArgument, requireInteger } from '../core/arguments.js';
import { isLoopback, namesLoopback } from '../core/loopback.js';
import { printable } from '../core/printable.js';
import { PowError } from '../errors.js';
import { monotonicClock } from '../miner/clock.js';
import { Health } from './health.js';
import type { Mining } from './mining.js';
import { type RegisteredMetrics, registerMetrics } from './registry.js';

const FRESH_MS = 60_000;
/** A scraper needs one. */
const MOST_CONNECTIONS = 100;
const MOST_HEADER_BYTES = 8192;
/** For a whole request to come, and for an answer to be read. */
const REQUEST_MS = 5_000;

export interface MetricsServerOptions extends Mining {
  /** 0: any free one. */
  readonly port: number;
  /** An address or a name of this machine. Default: `127.0.0.1`, seen by this machine alone. */
  readonly host?: string | undefined;
  /** The newest work counts as fresh for so long (`/health/ready`). Default: 60,000. */
  readonly freshMs?: number | undefined;
  /** Takes the metrics in and is served whole, until the server is closed. Default: a new one. */
  readonly registry?: Registry<RegistryContentType> | undefined;
}

export interface MetricsServer {
  /** Where it listens: `http://127.0.0.1:9100`. */
  readonly url: string;
  /** Ends every connection and frees the port. Idempotent. */
  close(): Promise<void>;
}

/**
 * Serves the metrics and the health of a miner over HTTP:
 *
 * - `/metrics`: every metric in the text format of Prometheus
 * - `/health/live`: 200 as long as the process answers
 * - `/health/ready`: 200 while the source is connected and its work is fresh, else 503; the body
 *   (JSON, {@link Readiness}) says why not
 *
 * `GET` and `HEAD` only. Whoever connects by a loopback address must name this machine in the
 * `Host` header, so that no page of the web reads along; by any other address everybody may read
 * who can reach it. A program
 * takes `host` and `port` from its own command line or files, never from a URL: they open a
 * listener. It listens, and so keeps the process alive, until it is closed.
 *
 * @returns when it listens
 * @throws {@link PowError} `POW_ARGUMENT`: `port` (in use, not allowed), `host`, `freshMs`, `registry`
 */
export async function serveMetrics(options: MetricsServerOptions): Promise<MetricsServer> {
  const { port, host = '127.0.0.1', freshMs = FRESH_MS, registry } = options;
  requireInteger(port, 0, 65_535, 'port');
  if (typeof host !== 'string' || host === '') throw badArgument('host', 'an address', host);
  if (!(Number.isFinite(freshMs) && freshMs > 0)) {
    throw badArgument('freshMs', 'a number above zero', freshMs);
  }
  const metrics = registerMetrics(options, { registry });
  const server = serverOf({ mining: options, metrics, health: new Health(freshMs) });
  try {
    await listen(server, host, port);
  } catch (error) {
    metrics.remove();
    throw error;
  }
  return {
    url: urlOf(server),
    close() {
      metrics.remove();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}

interface Served {
  readonly mining: Mining;
  readonly metrics: RegisteredMetrics;
  readonly health: Health;
}

function serverOf(served: Served): Server {
  const limits = {
    maxHeaderSize: MOST_HEADER_BYTES,
    headersTimeout: REQUEST_MS,
    requestTimeout: REQUEST_MS,
    connectionsCheckingInterval: 1000,
  };
  const server = createServer(limits, (request, response) => {
    answerTo(served, request).then(
      (answer) => send(response, request, answer),
      // A miner that cannot be asked is a failed scrape, not the end of the miner.
      (error: unknown) => {
        send(response, request, plain(500, printable(`not available: ${error}`)));
      },
    );
  });
  server.maxConnections = MOST_CONNECTIONS;
  // Also for who reads nothing.
  server.setTimeout(2 * REQUEST_MS, (socket) => socket.destroy());
  return server;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function answerTo(
  { mining, metrics, health }: Served,
  { method = '', url = '', headers, socket }: IncomingMessage,
): Promise<Answer> {
  if (isLoopback(socket.localAddress ?? '') && !namesLoopback(headers.host)) {
    return plain(403, 'the Host header must name this machine: localhost or a loopback address');
  }
  if (method !== 'GET' && method !== 'HEAD') {
    return { ...plain(405, 'GET and HEAD only'), headers: { Allow: 'GET, HEAD' } };
  }
  const [path] = url.split('?');
  switch (path) {
    case '/metrics': {
      const { registry } = metrics;
      return { status: 200, type: registry.contentType, body: await registry.metrics() };
    }
    case '/health/live':
      return json(200, { live: true });
    case '/health/ready': {
      const readiness = health.readiness(mining.source.status(), monotonicClock.now());
      return json(readiness.ready ? 200 : 503, readiness);
    }
    default:
      return plain(404, 'there are /metrics, /health/live and /health/ready');
  }
}

function plain(status: number, text: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', body: `${text}\n` };
}

function json(status: number, value: object): Answer {
  return { status, type: 'application/json', body: `${JSON.stringify(value)}\n` };
}

function send(response: ServerResponse, request: IncomingMessage, answer: Answer): void {
  const body = Buffer.from(answer.body);
  response.writeHead(answer.status, {
    ...answer.headers,
    'Content-Type': answer.type,
    'Content-Length': body.length,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    // Nobody waits for a body that no request here has.
    ...(hasBody(request) ? { Connection: 'close' } : {}),
  });
  response.end(body);
}

function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length'] ?? '0';
  return headers['transfer-encoding'] !== undefined || length !== '0';
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException) => reject(listenError(error, host, port));
    server.once('error', failed);
    server.listen(port, host, () => {
      server.removeListener('error', failed);
      // No descriptor left for a connection: a failed scrape, not the end of the miner.
      server.on('error', () => {});
      resolve();
    });
  });
}

function listenError(cause: NodeJS.ErrnoException, host: string, port: number): PowError {
  const { code, message } = cause;
  if (code === 'EADDRINUSE') {
    const detail = `port ${port} of ${host} is in use: another program listens there`;
    return new PowError('POW_ARGUMENT', detail, { argument: 'port', cause });
  }
  if (code === 'EACCES') {
    const detail = `port ${port} of ${host} may not be opened by this user`;
    return new PowError('POW_ARGUMENT', detail, { argument: 'port', cause });
  }
  const detail = `host ${host} is no address of this machine: ${message}`;
  return new PowError('POW_ARGUMENT', detail, { argument: 'host', cause });
}

function urlOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
