/** What a session is to work on, and at which target: told only where it is news. */

import type { Target } from '../../core/target.js';
import type { IssuedJob } from '../jobs/board.js';
import type { ServerMessage, ShareTarget } from '../wire/answers.js';
import { movedOn, type SessionState, type Step, type TargetSince } from './state.js';

const MOST_TARGETS = 8;

/**
 * Another target for the job in hand. An easier one counts for it, a harder one from the next; until
 * then what it was given with counts, too, whatever was told after that.
 */
export function aim(state: SessionState, current: IssuedJob): Step {
  const share = easierOf(state.wanted, current.ceiling);
  const { vardiff, wanted, told, job } = state;
  if (isSame(share.target, told)) return { state, replies: [], effects: [] };
  const isEasier = share.target.toBigInt() > (told?.toBigInt() ?? 0n);
  const last = state.targets.at(-1)?.sequence ?? 0;
  const sequence = isEasier ? Math.max(current.sequence, last) : current.sequence + 1;
  const targets = [...recent(state.targets), { sequence, target: share.target }];
  const next = movedOn(state, vardiff, wanted, share.target, targets, job);
  return { state: next, replies: [{ kind: 'target', share }], effects: [] };
}

/** A job, and before it the target when that is another. */
export function give(state: SessionState, next: IssuedJob, clean: boolean): Step {
  const { vardiff, wanted } = state;
  const share = easierOf(wanted, next.ceiling);
  const isKnown = isSame(share.target, state.told);
  const told: ServerMessage = { kind: 'job', job: next, clean };
  const replies: ServerMessage[] = isKnown ? [told] : [{ kind: 'target', share }, told];
  const since = { sequence: next.sequence, target: share.target };
  const before = clean ? [] : recent(state.targets);
  const targets = isKnown && before.length > 0 ? before : [...before, since];
  const given = movedOn(state, vardiff, wanted, share.target, targets, next);
  return { state: given, replies, effects: [] };
}

/** What was asked for before the oldest one kept counts as that. */
function recent(targets: readonly TargetSince[]): readonly TargetSince[] {
  const [oldest, ...kept] = targets.slice(-MOST_TARGETS);
  const [first] = targets;
  if (oldest === undefined || first === undefined || oldest === first) return targets;
  return [{ sequence: first.sequence, target: oldest.target }, ...kept];
}

function easierOf(wanted: ShareTarget | null, ceiling: ShareTarget): ShareTarget {
  if (wanted === null) return ceiling;
  return wanted.target.toBigInt() > ceiling.target.toBigInt() ? wanted : ceiling;
}

/** Mostly the very object that was told: every session of a fixed difficulty has one of its own. */
function isSame(target: Target, told: Target | null): boolean {
  return target === told || target.toBigInt() === told?.toBigInt();
}
