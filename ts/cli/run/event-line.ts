/** What a miner tells, as a log line. Pure. */

import type { MinerEvent } from '../../miner/events.js';
import type { LogLevel } from '../config/schema/session.js';
import type { LogFields } from '../log.js';
import { messageOf } from '../message-of.js';
import { starvedLine } from './report.js';

export interface EventLine {
  readonly level: LogLevel;
  readonly text: string;
  readonly fields?: LogFields;
}

/** `null`: not worth a line. */
export function eventLine(event: MinerEvent): EventLine | null {
  switch (event.kind) {
    case 'started':
      return laneLine('debug', event.job.lane, 'new work');
    case 'refused':
      return laneLine('warn', event.job.lane, `the worker cannot mine it: ${event.reason}`);
    case 'failed':
      return laneLine('error', event.job.lane, messageOf(event.error));
    case 'undelivered':
      return laneLine('error', event.found.job.lane, messageOf(event.error));
    case 'starved':
      return { level: 'warn', text: starvedLine(event) };
    case 'outcome':
      return outcomeLine(event);
    default:
      return null;
  }
}

function laneLine(level: LogLevel, lane: string, text: string): EventLine {
  return { level, text: `${lane}: ${text}`, fields: { lane } };
}

function outcomeLine({ found, outcome }: Extract<MinerEvent, { kind: 'outcome' }>): EventLine {
  const { result, block, reason } = outcome;
  const { lane } = found.job;
  const [what, nonce] = [block ? 'block' : 'share', found.solution.nonce.toString()];
  const why = reason === undefined ? '' : `: ${reason}`;
  return {
    level: result === 'accepted' ? 'info' : 'warn',
    text: `${result} ${what}  ${lane}  nonce ${nonce}${why}`,
    fields: { lane, result, what, nonce, reason: reason ?? null },
  };
}
