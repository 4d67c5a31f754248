/** One connection to a pool, as a function: what it was and what came, in; what it is, out. */

import { Target } from '../../core/target.js';
import { requestLine, responseLine } from '../messages.js';
import { hex32 } from '../wire/bitcoin-server.js';
import {
  errorOf,
  type PoolMessage,
  poolMessage,
  subscribeLine,
  subscriptionOf,
} from '../wire/pool-messages.js';
import { hexNumber } from '../wire/requests.js';
import type {
  PoolEffect,
  PoolEvent,
  PoolRules,
  PoolState,
  PoolStep,
  PoolWork,
} from './pool-state.js';

/** What is in force before the pool says anything. */
const DIFFICULTY_ONE = Target.fromDifficulty(1, 'bitcoin');

const STALE = 21;
const DUPLICATE = 22;

export function poolStep(state: PoolState, event: PoolEvent, rules: PoolRules): PoolStep {
  switch (event.kind) {
    case 'opened':
      return opened(state, rules);
    case 'submit': {
      const id = state.nextId;
      const line = requestLine(id, 'mining.submit', event.params);
      return { state: { ...state, nextId: id + 1 }, lines: [line], effects: [] };
    }
    case 'message':
      return heard(state, poolMessage(event.message, rules.dialect, rules.agent), rules);
  }
}

function opened(state: PoolState, { dialect, agent, versionMask }: PoolRules): PoolStep {
  const lines: string[] = [];
  const asked = new Map(state.asked);
  let id = state.nextId;
  if (versionMask !== 0) {
    const options = { 'version-rolling.mask': hex32(versionMask) };
    lines.push(requestLine(id, 'mining.configure', [['version-rolling'], options]));
    asked.set(id++, 'configure');
  }
  lines.push(subscribeLine(id, agent, dialect));
  asked.set(id++, 'subscribe');
  return { state: { ...state, nextId: id, asked }, lines, effects: [] };
}

function heard(state: PoolState, message: PoolMessage, rules: PoolRules): PoolStep {
  switch (message.kind) {
    case 'answer':
      return answered(state, message, rules);
    case 'target':
      return retargeted(state, message.target, rules);
    case 'extranonce':
      return only({ ...state, extranonce: message.extranonce });
    case 'version-mask':
      return masked(state, (message.mask & rules.versionMask) >>> 0);
    case 'job':
      return working(state, message.job);
    case 'reconnect':
      return only(state, message);
    case 'show':
      return only(state, { kind: 'notice', level: 'info', text: `the pool says: ${message.text}` });
    case 'asked': {
      const { id, result, error } = message;
      // With a null id nobody waits.
      return { state, lines: id === null ? [] : [responseLine(id, result, error)], effects: [] };
    }
    case 'bad':
      return only(state, {
        kind: 'notice',
        level: 'warn',
        text: `not understood: ${message.detail}`,
      });
  }
}

/** A Chainweb pool means the job in hand, too; a Bitcoin one the next. */
function retargeted(state: PoolState, target: Target, { dialect }: PoolRules): PoolStep {
  const next = { ...state, target };
  if (dialect === 'bitcoin' || state.work === null) return only(next);
  const work = { ...state.work, target };
  return only({ ...next, work }, { kind: 'work', work });
}

/** Valid at once, and not from the next job on (BIP 310). */
function masked(state: PoolState, versionMask: number): PoolStep {
  const next = { ...state, versionMask };
  if (state.work === null || state.work.versionMask === versionMask) return only(next);
  const work = { ...state.work, versionMask };
  return only({ ...next, work }, { kind: 'work', work });
}

function working(state: PoolState, job: PoolWork['job']): PoolStep {
  const { extranonce, versionMask } = state;
  if (extranonce === null) {
    return only(state, { kind: 'notice', level: 'debug', text: 'a job before the subscription' });
  }
  const target = state.target ?? DIFFICULTY_ONE;
  const work = { job, extranonce, target, versionMask };
  return only({ ...state, work }, { kind: 'work', work });
}

function answered(
  state: PoolState,
  { id, result, error }: Extract<PoolMessage, { readonly kind: 'answer' }>,
  rules: PoolRules,
): PoolStep {
  if (typeof id !== 'number') return only(state);
  const purpose = state.asked.get(id);
  if (purpose === undefined) {
    return only(state, { kind: 'outcome', id, outcome: outcomeOf(result, error) });
  }
  const asked = new Map(state.asked);
  asked.delete(id);
  const next = { ...state, asked };
  switch (purpose) {
    case 'configure':
      return masked(next, maskOf(result, rules));
    case 'subscribe':
      return subscribed(next, result, error, rules);
    case 'authorize': {
      // The official Chainweb server answers with an empty list.
      const isIn = error === null && result !== false && result !== null;
      if (isIn) return only({ ...next, isAuthorized: true }, { kind: 'authorized' });
      const reason = error === null ? 'no reason given' : errorOf(error).text;
      return only(next, {
        kind: 'refused',
        reason: `the pool does not know ${rules.user}: ${reason}`,
      });
    }
    case 'extranonce':
      return only(next);
  }
}

function subscribed(
  state: PoolState,
  result: unknown,
  error: unknown,
  { dialect, user, password }: PoolRules,
): PoolStep {
  const extranonce = error === null ? subscriptionOf(result, dialect) : errorOf(error).text;
  if (typeof extranonce === 'string') {
    return only(state, { kind: 'broken', reason: `not subscribed: ${extranonce}` });
  }
  const lines = [requestLine(state.nextId, 'mining.authorize', [user, password])];
  const asked = new Map(state.asked).set(state.nextId, 'authorize');
  let nextId = state.nextId + 1;
  // The official Chainweb server ends a session that asks for what it does not know.
  if (dialect === 'bitcoin') {
    lines.push(requestLine(nextId, 'mining.extranonce.subscribe', []));
    asked.set(nextId++, 'extranonce');
  }
  return { state: { ...state, extranonce, asked, nextId }, lines, effects: [] };
}

function maskOf(result: unknown, { versionMask }: PoolRules): number {
  const answer = (typeof result === 'object' && result !== null ? result : {}) as Record<
    string,
    unknown
  >;
  const mask = answer['version-rolling'] === true ? hexNumber(answer['version-rolling.mask']) : 0;
  return ((mask ?? 0) & versionMask) >>> 0;
}

function outcomeOf(
  result: unknown,
  error: unknown,
): Extract<PoolEffect, { readonly kind: 'outcome' }>['outcome'] {
  if (error === null && result === true) return { result: 'accepted' };
  // How the official Chainweb server says that a job is over.
  if (error === null) return { result: 'stale', reason: 'the pool knows no such job' };
  const { code, text } = errorOf(error);
  const means = (number: number, words: RegExp) =>
    code === number || (code === null && words.test(text));
  if (means(STALE, /^(stale|invalid jobid)$/i)) return { result: 'stale', reason: text };
  const isDuplicate = means(DUPLICATE, /^duplicate$/i);
  return { result: isDuplicate ? 'duplicate' : 'rejected', reason: text };
}

function only(state: PoolState, ...effects: readonly PoolEffect[]): PoolStep {
  return { state, lines: [], effects };
}
