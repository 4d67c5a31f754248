/** The sockets of the node: everything that is decided is decided elsewhere. */

import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { getConnInfo } from '@hono/node-server/conninfo';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { PowError } from '../../errors.js';
import { monotonicClock } from '../../miner/clock.js';
import { dumpJson } from '../codec.js';
import { type ApiAnswer, rejected } from './api/message.js';
import {
  type ApiContext,
  answerRoute,
  NOT_ALLOWED,
  NOT_FOUND,
  ROUTES,
  type Route,
} from './api/routes.js';
import { RateLimit } from './rate-limit.js';

const MOST_CONNECTIONS = 1000;
const REQUEST_MS = 30_000;

/** A server that is not listening yet. */
export function createApiServer(context: ApiContext, requestsPerSecond: number): Server {
  const app = new Hono();
  const limit = new RateLimit(requestsPerSecond);
  app.use(async (c, next) => {
    const address = getConnInfo(c).remote.address ?? '';
    const waitMs = limit.take(address, monotonicClock.now());
    if (waitMs === 0) return next();
    c.header('Retry-After', String(Math.ceil(waitMs / 1000)));
    return send(c, rejected(429, 'rate_limited', `Too many requests: wait ${waitMs} ms`));
  });
  app.use(async (c, next) => {
    // A web page could mine, pay and set the difficulty: its requests say where they come from.
    if (c.req.method === 'GET' || c.req.header('origin') === undefined) return next();
    return send(c, rejected(403, 'from_a_page', 'Not from web pages'));
  });
  for (const route of ROUTES) {
    const maxSize = route.mostBytes;
    const tooLong = rejected(413, 'too_large', `The most is ${maxSize} bytes`);
    const bounded = bodyLimit({ maxSize, onError: (c) => send(c, tooLong) });
    app.on(route.method, route.path, bounded, async (c) =>
      send(c, await answered(c, route, context)),
    );
    app.all(route.path, (c) => send(c, NOT_ALLOWED));
  }
  app.notFound((c) => send(c, NOT_FOUND));
  app.onError((error, c) => {
    const detail = error instanceof Error ? error.message : String(error);
    context.node.tell({ kind: 'failed', reason: detail });
    return send(c, rejected(500, 'internal', 'The node failed: its log says why'));
  });
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  server.maxConnections = MOST_CONNECTIONS;
  server.requestTimeout = REQUEST_MS;
  return server;
}

async function answered(c: Context, route: Route, context: ApiContext): Promise<ApiAnswer> {
  const body = route.schema === null ? '' : await c.req.text();
  const query = new URL(c.req.url).searchParams;
  const isLocal = c.req.header('x-local-mining') === 'true';
  try {
    return answerRoute(route, context, { query, isLocal, body });
  } catch (error) {
    // What the body says is no JSON of ours: too deep, for one.
    if (error instanceof PowError) return rejected(400, 'invalid_request', error.message);
    throw error;
  }
}

function send(c: Context, { status, body }: ApiAnswer): Response {
  c.header('Content-Type', 'application/json');
  return c.body(`${dumpJson(body, { keys: 'as-given' })}\n`, status as 200);
}
