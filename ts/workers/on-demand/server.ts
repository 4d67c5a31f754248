/** The sockets of the on-demand worker: what is answered is decided elsewhere. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PowError } from '../../errors.js';
import { listenAt, refusal } from './guard.js';
import { type Answer, type Asked, plain } from './routes.js';

/** A million blocks of every chain there may be fit in. */
const MOST_BODY_BYTES = 1 << 16;
const MOST_CONNECTIONS = 256;
const REQUEST_MS = 10_000;

export interface OnDemandServer {
  readonly url: string;
  /** Ends every connection; idempotent. */
  close(): Promise<void>;
}

export interface ListenOptions {
  /** A name, an address, or `*`. */
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  answer(asked: Asked): Answer;
  /** A failure after it began to listen. */
  onError(error: Error): void;
}

/**
 * @returns rejects with `POW_WORKER` when it cannot listen there (`argument`: `host` or `port`)
 */
export async function listen(options: ListenOptions): Promise<OnDemandServer> {
  const { host, port, onError } = options;
  const server = createServer((incoming, response) => {
    serve(options, incoming, response).catch(() => incoming.socket.destroy());
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.requestTimeout = REQUEST_MS;
  server.headersTimeout = REQUEST_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(cannotListen(error, host, port)));
    server.listen({ ...listenAt(host), port }, resolve);
  });
  server.removeAllListeners('error').on('error', onError);
  let closed: Promise<void> | null = null;
  return {
    url: urlOf(server),
    close: () => {
      closed ??= close(server);
      return closed;
    },
  };
}

async function serve(
  { host, answer }: ListenOptions,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.on('error', () => {});
  const { host: claimed, origin } = incoming.headers;
  const reason = refusal({ host: claimed, origin }, host);
  const body = reason === null ? await readBody(incoming) : null;
  if (reason !== null || body === null) {
    // The rest of the body is read and forgotten: a client that is cut off may lose the answer.
    respond(response, reason === null ? tooLong() : plain(403, `Refused: ${reason}.`));
    return;
  }
  const [path = '/'] = (incoming.url ?? '/').split(/[?#]/, 1);
  respond(response, answer({ method: incoming.method ?? '', path, body }));
}

/** `null`: longer than any request may be. */
async function readBody(incoming: IncomingMessage): Promise<string | null> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of incoming as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > MOST_BODY_BYTES) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function tooLong(): Answer {
  return plain(413, `The body is longer than ${MOST_BODY_BYTES} bytes.`);
}

function respond(response: ServerResponse, { status, contentType, body, allow }: Answer): void {
  const bytes = Buffer.from(body);
  if (allow !== undefined) response.setHeader('Allow', allow);
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.writeHead(status, { 'Content-Type': contentType, 'Content-Length': bytes.length });
  response.end(bytes);
}

async function close(server: Server): Promise<void> {
  const over = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await over;
}

function urlOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

function cannotListen(error: NodeJS.ErrnoException, host: string, port: number): PowError {
  const inUse = error.code === 'EADDRINUSE';
  const denied = error.code === 'EACCES';
  const detail = inUse
    ? `port ${port} of ${host} is in use by another program (EADDRINUSE)`
    : `cannot listen on port ${port} of ${host}: ${error.message}`;
  const argument = inUse || denied ? 'port' : 'host';
  return new PowError('POW_WORKER', detail, { argument, cause: error });
}
