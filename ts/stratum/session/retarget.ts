/** What a share of a session has to cost: by its rate, by what the device asks for. */

import type { ServerMessage } from '../wire/answers.js';
import { aim } from './giving.js';
import { movedOn, type SessionRules, type SessionState, type Step } from './state.js';
import { done, prepended } from './steps.js';
import { startVardiff, type Vardiff, type VardiffRules, vardiffPaused } from './vardiff.js';

/** The limits of a session: those of the server, and above them what its device asked for. */
export function vardiffRules(state: SessionState, rules: SessionRules): VardiffRules {
  const { leastHashes, mostHashes } = rules.vardiff;
  if (state.leastHashes <= leastHashes) return rules.vardiff;
  return { ...rules.vardiff, leastHashes: Math.min(state.leastHashes, mostHashes) };
}

/** A device knows its speed; within the limits its word counts. */
export function suggest(before: Step, hashes: number, rules: SessionRules, nowMs: number): Step {
  if (rules.difficulty.kind !== 'vardiff') return before;
  const vardiff = startVardiff(hashes, vardiffRules(before.state, rules), nowMs);
  return prepended(before.replies, retarget(before.state, vardiff, rules, []));
}

/** Whether no share will have to cost less, as long as the job itself does not (BIP 310). */
export function canAskFor(leastHashes: number, { difficulty, vardiff }: SessionRules): boolean {
  if (difficulty.kind === 'block') return false;
  return leastHashes <= (difficulty.kind === 'fixed' ? difficulty.hashes : vardiff.mostHashes);
}

/** Asks for more or less from now on. */
export function retarget(
  state: SessionState,
  vardiff: Vardiff,
  rules: SessionRules,
  replies: readonly ServerMessage[],
): Step {
  if (vardiff === state.vardiff) return done(state, replies, []);
  if (rules.difficulty.kind !== 'vardiff') return done(state, replies, []);
  const { told, targets, job } = state;
  if (vardiff.hashes === state.vardiff.hashes) {
    return done(movedOn(state, vardiff, state.wanted, told, targets, job), replies, []);
  }
  const wanted = rules.shareTarget(vardiff.hashes);
  const next = movedOn(state, vardiff, wanted, told, targets, job);
  if (!state.isSubscribed || job === null) return done(next, replies, []);
  // A Chainweb device takes a target at once, a Bitcoin one with its next job.
  if (state.space?.dialect === 'bitcoin') return done(next, replies, [{ kind: 'reissue' }]);
  return prepended(replies, aim(next, job));
}

/** There is nothing to work on for now. */
export function idle(state: SessionState, nowMs: number): SessionState {
  return { ...state, job: null, idleSinceMs: state.idleSinceMs ?? nowMs };
}

/** There is work, perhaps again. */
export function working(state: SessionState, nowMs: number): SessionState {
  const { idleSinceMs } = state;
  if (idleSinceMs === null) return state;
  return {
    ...state,
    idleSinceMs: null,
    vardiff: vardiffPaused(state.vardiff, nowMs - idleSinceMs),
  };
}
