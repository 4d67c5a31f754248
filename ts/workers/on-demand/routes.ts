/** What is asked of the server, and what it answers. Pure but for the goals that it changes. */

import { PowError } from '../../errors.js';
import { type Goals, parseGoals } from './goals.js';

export interface Asked {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly contentType: 'text/plain' | 'application/json';
  readonly body: string;
  /** Of 405: the methods that there are. */
  readonly allow?: string;
}

export interface RouteContext {
  readonly goals: Goals;
  /** Of the network. */
  readonly chains: number;
  /** For `GET /`. */
  status(): object;
  /** The goals are others now. */
  onChange(): void;
}

type Endpoint = (context: RouteContext, asked: Asked) => Answer;

/** Every endpoint: path, then method. */
const ENDPOINTS: Readonly<Record<string, Readonly<Record<string, Endpoint>>>> = {
  '/': { GET: (context) => json(context.status()) },
  '/make-blocks': { POST: makeBlocks },
  '/goals': { DELETE: deleteGoals },
};

export function answerTo(context: RouteContext, asked: Asked): Answer {
  const methods = Object.hasOwn(ENDPOINTS, asked.path) ? ENDPOINTS[asked.path] : undefined;
  if (methods === undefined) {
    const known = Object.entries(ENDPOINTS).flatMap(([path, each]) =>
      Object.keys(each).map((method) => `${method} ${path}`),
    );
    return plain(404, `The on-demand worker's endpoints are ${known.join(', ')}.`);
  }
  const endpoint = Object.hasOwn(methods, asked.method) ? methods[asked.method] : undefined;
  if (endpoint !== undefined) return endpoint(context, asked);
  const allow = Object.keys(methods).join(', ');
  return { ...plain(405, `${asked.path} takes ${allow} alone.`), allow };
}

/** The answer of the official client, which its tools expect: at once, before any block is made. */
function makeBlocks({ goals, chains, onChange }: RouteContext, { body }: Asked): Answer {
  try {
    goals.add(parseGoals(body, chains));
  } catch (error) {
    if (error instanceof PowError) return plain(400, error.message);
    throw error;
  }
  onChange();
  return plain(200, '[]');
}

function deleteGoals(context: RouteContext): Answer {
  context.goals.clear();
  context.onChange();
  return json(context.status());
}

export function plain(status: number, body: string): Answer {
  return { status, contentType: 'text/plain', body };
}

function json(value: object): Answer {
  return { status: 200, contentType: 'application/json', body: JSON.stringify(value) };
}
