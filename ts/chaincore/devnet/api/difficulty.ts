/** `/difficulty/set` and `/config/refresh`: what the real node cannot do, done as its API says. */

import { PowError } from '../../../errors.js';
import { GENESIS_DIFFICULTY } from '../../difficulty.js';
import type { DifficultyCall } from '../node-state.js';
import { type ApiAnswer, type ApiRequest, answer } from './message.js';
import type { ApiContext } from './routes.js';

interface Body {
  readonly difficulty?: number | null;
  readonly reason?: string;
  readonly rollback?: boolean;
}

export function answerDifficulty(context: ApiContext, { body }: ApiRequest): ApiAnswer {
  const { difficulty = null, reason = '' } = JSON.parse(body) as Body;
  const { chain } = context.state;
  const before = chain.nextDifficulty;
  const refused = change(context, { kind: 'override', value: difficulty }, reason);
  if (refused !== null) return answer(400, { status: 'error', message: refused });
  return answer(200, {
    status: 'success',
    old_difficulty: before,
    new_difficulty: chain.nextDifficulty,
    from_index: chain.length,
  });
}

export function answerRefresh(context: ApiContext, { body }: ApiRequest): ApiAnswer {
  const { rollback = false } = (body === '' ? {} : JSON.parse(body)) as Body;
  const refused = rollback
    ? change(context, { kind: 'rollback' }, 'asked for over HTTP')
    : context.node.reloadRule('asked for over HTTP');
  const { chain } = context.state;
  if (refused !== null) {
    return answer(400, { status: 'error', error: refused, kept: chain.schedule.rule });
  }
  return answer(200, {
    status: 'success',
    current_difficulty: chain.nextDifficulty,
    mining_difficulty: chain.schedule.rule.baseline,
    genesis_difficulty: GENESIS_DIFFICULTY,
  });
}

function change({ state }: ApiContext, call: DifficultyCall, reason: string): string | null {
  try {
    return state.changeDifficulty(call, reason);
  } catch (error) {
    if (error instanceof PowError) return error.message;
    throw error;
  }
}
