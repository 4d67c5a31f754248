/** The sockets of the node: everything that is decided is decided elsewhere. */

import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { NODE_VERSION } from './api/chain-data.js';
import { type ApiRequest, bare, text, type WholeAnswer } from './api/message.js';
import { type ApiContext, matchRoute } from './api/routes.js';
import type { Fault, FaultSwitches } from './faults.js';
import type { UpdateSink, UpdateStreams } from './updates.js';

export interface ApiServerOptions {
  readonly context: ApiContext;
  readonly streams: UpdateStreams;
  readonly faults: FaultSwitches;
  /** PEM. Default: plain HTTP. */
  readonly tls: { readonly key: string; readonly cert: string } | null;
  nowMicros(): bigint;
}

/** No request of the protocol has a body anywhere near this. */
const MOST_BODY_BYTES = 1 << 16;
/** Twice the update streams that the node allows, and then some. */
const MOST_CONNECTIONS = 5000;
/** What a client that does not read its stream may leave lying here. */
const MOST_UNREAD_BYTES = 1 << 16;

/** A server that is not listening yet. */
export function createApiServer(options: ApiServerOptions): Server {
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    serve(options, request, response).catch(() => request.socket.destroy());
  };
  const server = options.tls === null ? createServer(answer) : createTlsServer(options.tls, answer);
  server.maxConnections = MOST_CONNECTIONS;
  server.keepAliveTimeout = 30_000;
  server.requestTimeout = 30_000;
  return server;
}

async function serve(
  options: ApiServerOptions,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  response.on('error', () => gone.abort());
  stamp(options, incoming, response);
  const body = await readBody(incoming);
  const request = body && requestOf(incoming, body);
  if (request === null) {
    response.setHeader('Connection', 'close');
    respond(response, body === null ? bare(413) : bare(400));
    return;
  }
  const { context, faults } = options;
  const route = matchRoute(request.path, context.coordination.chains.rules.version);
  const fault = route && faults.take(route.name);
  if (fault?.kind === 'drop') response.destroy();
  if (fault?.kind === 'drop' || fault?.kind === 'hang') return;
  if (fault?.kind === 'delay') await sleep(fault.value, undefined, { signal: gone.signal });
  if (route === null || fault?.kind === 'status') {
    respond(response, route === null ? bare(404) : text(fault?.value ?? 500, 'on demand'));
    return;
  }
  let answer = route.answer(context, request);
  while (answer.kind === 'wait') {
    await nextChange(context, gone.signal);
    answer = route.answer(context, request);
  }
  if (fault?.kind === 'lose') response.destroy();
  else if (answer.kind === 'stream') stream(options, response, answer.chain, fault, gone.signal);
  else respond(response, answer, fault);
}

function stamp(options: ApiServerOptions, incoming: IncomingMessage, response: ServerResponse) {
  response.setHeader('X-Server-Timestamp', String(options.nowMicros() / 1_000_000n));
  response.setHeader('X-Chainweb-Node-Version', NODE_VERSION);
  if (incoming.headers.origin !== undefined) response.setHeader('Access-Control-Allow-Origin', '*');
}

/** `null`: longer than any request may be. */
async function readBody(incoming: IncomingMessage): Promise<Uint8Array | null> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of incoming as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > MOST_BODY_BYTES) return null;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** `null`: not a path. */
function requestOf(incoming: IncomingMessage, body: Uint8Array): ApiRequest | null {
  const target = /^(\/[^?#]*)(?:\?([^#]*))?$/.exec(incoming.url ?? '');
  if (target === null) return null;
  return {
    method: incoming.method ?? 'GET',
    path: target[1] ?? '/',
    query: new URLSearchParams(target[2]),
    contentType: incoming.headers['content-type'],
    accept: incoming.headers.accept,
    body,
  };
}

/** Rejects when the client has gone. */
function nextChange({ coordination }: ApiContext, gone: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    gone.throwIfAborted();
    const stop = () => {
      unsubscribe();
      reject(gone.reason);
    };
    const unsubscribe = coordination.onChange(() => {
      unsubscribe();
      gone.removeEventListener('abort', stop);
      resolve();
    });
    gone.addEventListener('abort', stop, { once: true });
  });
}

function respond(response: ServerResponse, answer: WholeAnswer, fault: Fault | null = null): void {
  const body = fault?.kind === 'garbage' ? randomBytes(answer.body.length) : answer.body;
  const sent = fault?.kind === 'short' ? body.subarray(0, -1) : body;
  response.statusCode = answer.status;
  if (answer.contentType !== null) response.setHeader('Content-Type', answer.contentType);
  if (fault?.kind === 'half') {
    // An empty answer would be whole.
    response.setHeader('Content-Length', Math.max(1, sent.length));
    response.flushHeaders();
    if (sent.length > 1) response.write(sent.subarray(0, sent.length >> 1));
    setImmediate(() => response.destroy());
    return;
  }
  response.setHeader('Content-Length', sent.length);
  response.end(sent);
}

function stream(
  { streams }: ApiServerOptions,
  response: ServerResponse,
  chain: number,
  fault: Fault | null,
  gone: AbortSignal,
): void {
  if (streams.isFull) {
    const message = 'No more update streams available currently. Retry later.';
    respond(response, { ...bare(503), body: Buffer.from(message) });
    return;
  }
  const sink = sinkOf(response);
  if (fault?.kind === 'closed' || fault?.kind === 'garbage' || fault?.kind === 'half') {
    sink.begin();
    if (fault.kind === 'closed') sink.end();
    else if (fault.kind === 'garbage') sink.write(randomBytes(64));
    else response.write('event:New C', () => sink.destroy());
    return;
  }
  const forget = streams.open(chain, sink, fault?.kind === 'silent' ? 'silent' : 'normal');
  gone.addEventListener('abort', forget, { once: true });
}

function sinkOf(response: ServerResponse): UpdateSink {
  return {
    begin() {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.flushHeaders();
    },
    write(bytes) {
      response.write(bytes);
      if (response.writableLength > MOST_UNREAD_BYTES) response.destroy();
    },
    end: () => response.end(),
    destroy: () => response.destroy(),
  };
}
