/** Steps of a session that are put together of others. */

import type { ServerMessage } from '../wire/answers.js';
import type { Effect, SessionState, Step } from './state.js';

export function done(
  state: SessionState,
  replies: readonly ServerMessage[],
  effects: readonly Effect[],
): Step {
  return { state, replies, effects };
}

export function said(state: SessionState, message: ServerMessage): Step {
  return done(state, [message], []);
}

export function closed(state: SessionState, reason: string): Step {
  return done(state, [], [{ kind: 'close', reason }]);
}

export function prepended(replies: readonly ServerMessage[], after: Step): Step {
  return { ...after, replies: [...replies, ...after.replies] };
}

export function yes(id: unknown): ServerMessage {
  return { kind: 'result', id, result: true };
}
