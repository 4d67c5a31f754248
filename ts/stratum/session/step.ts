/** One connection, as a function: what it was and what happened, in; what it is and says, out. */

import type { IssuedJob } from '../jobs/board.js';
import { CHAINWEB_DEVICE_BYTES, extranonce1Of, sameSpace } from '../jobs/space.js';
import type { ServerMessage } from '../wire/answers.js';
import type { DeviceRequest } from '../wire/requests.js';
import { give } from './giving.js';
import { quirksOf } from './quirks.js';
import { canAskFor, idle, retarget, suggest, vardiffRules, working } from './retarget.js';
import {
  type Effect,
  maskOf,
  mayMine,
  type SessionEvent,
  type SessionRules,
  type SessionState,
  type Step,
  type Verdict,
} from './state.js';
import { closed, done, prepended, said, yes } from './steps.js';
import { vardiffShare, vardiffTick } from './vardiff.js';

/** Names that one connection may authorize. */
const MOST_USERS = 64;
const MOST_WAITING = 4;

type Request<Kind extends DeviceRequest['kind']> = Extract<DeviceRequest, { readonly kind: Kind }>;

export function step(
  state: SessionState,
  event: SessionEvent,
  rules: SessionRules,
  nowMs: number,
): Step {
  switch (event.kind) {
    case 'request':
      return request(state, event.request, rules, nowMs);
    case 'job':
      return job(state, event.job, event.clean, rules, nowMs);
    case 'authorized':
      return authorized(state, event, rules, nowMs);
    case 'verdict':
      return verdict(state, event.id, event.verdict, rules, nowMs);
    case 'idle':
      return done(idle(state, nowMs), [], []);
    case 'tick':
      return tick(state, rules, nowMs);
  }
}

function tick(state: SessionState, rules: SessionRules, nowMs: number): Step {
  if (state.idleSinceMs !== null) return done(state, [], []);
  const vardiff = vardiffTick(state.vardiff, vardiffRules(state, rules), nowMs);
  return retarget(state, vardiff, rules, []);
}

function request(
  state: SessionState,
  asked: DeviceRequest,
  rules: SessionRules,
  nowMs: number,
): Step {
  const { id } = asked;
  switch (asked.kind) {
    case 'subscribe':
      return state.space === null ? later(state, asked) : subscribe(state, asked, rules, nowMs);
    case 'configure':
      return state.space === null ? later(state, asked) : configure(state, asked, rules, nowMs);
    case 'authorize': {
      const { user, password } = asked;
      if (state.users.includes(user)) return said(state, yes(id));
      return done(state, [], [{ kind: 'authorize', id, user, password }]);
    }
    case 'suggest':
      return suggest(said(state, yes(id)), asked.hashes, rules, nowMs);
    case 'extranonce':
      return said({ ...state, hearsExtranonce: true }, yes(id));
    case 'ping':
      return said(state, { kind: 'result', id, result: 'pong' });
    case 'submit':
      return done(state, [], [submitted(state, asked, rules)]);
    case 'unknown':
      return said(state, { kind: 'refused', id, refusal: 'other', text: 'unknown method' });
    case 'bad':
      return said(state, { kind: 'refused', id, refusal: 'other', text: asked.detail });
  }
}

/** What the answer depends on comes with the first job. */
function later(state: SessionState, asked: DeviceRequest): Step {
  if (state.waiting.length >= MOST_WAITING) return closed(state, 'too many requests before a job');
  const next = { ...state, waiting: [...state.waiting, asked] };
  return done(next, [], state.waiting.length === 0 ? [{ kind: 'assign' }] : []);
}

function subscribe(
  state: SessionState,
  { id, agent }: Request<'subscribe'>,
  rules: SessionRules,
  nowMs: number,
): Step {
  const { space, number, job: given } = state;
  if (space === null || number === null) return done(state, [], []);
  const quirks = quirksOf(agent);
  const next = { ...state, isSubscribed: true, agent, quirks };
  const cannot =
    quirks.ignoresNonceSize &&
    space.dialect === 'chainweb' &&
    space.deviceBytes !== CHAINWEB_DEVICE_BYTES;
  if (cannot) {
    const text = `this pool leaves ${space.deviceBytes} nonce bytes, and your device rolls 6 whatever it is told`;
    return done(
      next,
      [{ kind: 'refused', id, refusal: 'other', text }],
      [{ kind: 'close', reason: text }],
    );
  }
  const extranonce1 = extranonceOf(next);
  const session = number.toString(16).padStart(8, '0');
  const { deviceBytes } = space;
  const replies: ServerMessage[] = [{ kind: 'subscribed', id, session, extranonce1, deviceBytes }];
  // Target and job at once: nobody waits for the next job.
  if (given === null) return done(next, replies, [{ kind: 'assign' }]);
  if (!mayMine(next, rules)) return done(next, replies, []);
  return prepended(replies, give(working(next, nowMs), given, true));
}

function extranonceOf({ space, number, quirks }: SessionState): Uint8Array {
  const bytes = space === null ? new Uint8Array(0) : extranonce1Of(space, number ?? 0);
  // Seen with Chainweb pools: with Bitcoin jobs that device is as all others are.
  return quirks.reversedNonces && space?.dialect === 'chainweb' ? bytes.reverse() : bytes;
}

/** BIP 310. */
function configure(
  state: SessionState,
  asked: Request<'configure'>,
  rules: SessionRules,
  nowMs: number,
): Step {
  const result: Record<string, unknown> = {};
  let next = state;
  for (const name of asked.extensions) {
    if (name === 'version-rolling') {
      const { versionMask } = asked;
      const mask = maskOf({ ...next, versionMask }, next.space);
      result[name] = mask !== 0;
      if (mask !== 0) result['version-rolling.mask'] = mask.toString(16).padStart(8, '0');
      next = { ...next, versionMask: mask === 0 ? 0 : versionMask };
    } else if (name === 'subscribe-extranonce') {
      result[name] = true;
      next = { ...next, hearsExtranonce: true };
    } else {
      const least = name === 'minimum-difficulty' ? asked.minimumHashes : null;
      result[name] = least !== null && canAskFor(least, rules);
      if (result[name]) next = { ...next, leastHashes: least ?? 0 };
    }
  }
  const answered = said(next, { kind: 'result', id: asked.id, result });
  const { leastHashes, vardiff } = next;
  if (leastHashes <= vardiff.hashes) return answered;
  return suggest(answered, leastHashes, rules, nowMs);
}

function job(
  state: SessionState,
  next: IssuedJob,
  clean: boolean,
  rules: SessionRules,
  nowMs: number,
): Step {
  if (state.space === null) return begin({ ...state, space: next.space }, next, rules, nowMs);
  if (!sameSpace(state.space, next.space)) return moved(state, next, rules, nowMs);
  if (state.space.versionMask !== next.space.versionMask) {
    const after = job({ ...state, space: next.space }, next, clean, rules, nowMs);
    return prepended(maskNews(state, next), after);
  }
  if (!mayMine(state, rules)) return done({ ...state, job: next }, [], []);
  return give(working(state, nowMs), next, clean);
}

/** The pool above allows other version bits with this job than before. */
function maskNews(state: SessionState, { space }: IssuedJob): readonly ServerMessage[] {
  const mask = maskOf(state, space);
  return mask === maskOf(state, state.space) ? [] : [{ kind: 'version-mask', mask }];
}

/** Answers what had to wait for the first job. */
function begin(state: SessionState, first: IssuedJob, rules: SessionRules, nowMs: number): Step {
  let all = done({ ...state, waiting: [], job: first }, [], []);
  for (const asked of state.waiting) {
    const after = request(all.state, asked, rules, nowMs);
    all = {
      state: after.state,
      replies: [...all.replies, ...after.replies],
      effects: [...all.effects, ...after.effects],
    };
  }
  return all;
}

/** The pool above has given other bytes: what was handed out before is of no use any more. */
function moved(state: SessionState, next: IssuedJob, rules: SessionRules, nowMs: number): Step {
  if (state.isSubscribed && !state.hearsExtranonce) {
    return closed(state, 'the extranonce has changed');
  }
  const { space } = next;
  const renewed = { ...state, space, targets: [], job: next };
  if (!state.isSubscribed) return done(renewed, [], []);
  const extranonce1 = extranonceOf(renewed);
  const replies: ServerMessage[] = [
    { kind: 'extranonce', extranonce1, deviceBytes: space.deviceBytes },
    ...maskNews(state, next),
  ];
  if (!mayMine(renewed, rules)) return done(renewed, replies, []);
  return prepended(replies, give(working(renewed, nowMs), next, true));
}

function authorized(
  state: SessionState,
  { id, user, denied }: Extract<SessionEvent, { readonly kind: 'authorized' }>,
  rules: SessionRules,
  nowMs: number,
): Step {
  // Nobody who is in is put out for another: its shares would be refused from then on.
  const isKnown = state.users.includes(user);
  const isFull = rules.mustAuthorize && !isKnown && state.users.length >= MOST_USERS;
  const reason = denied ?? (isFull ? `no more than ${MOST_USERS} users on one connection` : null);
  if (reason !== null) return said(state, { kind: 'denied', id, text: reason });
  const users = isKnown ? state.users : [...state.users, user].slice(-MOST_USERS);
  const next = { ...state, users };
  // What it waited for, to have no share refused.
  const isFirst = mayMine(next, rules) && !mayMine(state, rules);
  if (!isFirst || next.job === null) return said(next, yes(id));
  return prepended([yes(id)], give(working(next, nowMs), next.job, true));
}

function submitted(
  state: SessionState,
  { id, share }: Request<'submit'>,
  rules: SessionRules,
): Effect {
  return { kind: 'check', id, share, verdict: objection(state, share.user, rules) };
}

function objection(state: SessionState, user: string, rules: SessionRules): Verdict | null {
  if (!state.isSubscribed) return { kind: 'not-subscribed', text: 'not subscribed' };
  if (!rules.mustAuthorize || state.users.includes(user)) return null;
  return { kind: 'unauthorized', text: 'unauthorized worker' };
}

function verdict(
  state: SessionState,
  id: unknown,
  found: Verdict,
  rules: SessionRules,
  nowMs: number,
): Step {
  if (found.kind !== 'accepted') {
    return said(state, { kind: 'refused', id, refusal: found.kind, text: found.text });
  }
  const vardiff = vardiffShare(state.vardiff, found.hashes, vardiffRules(state, rules), nowMs);
  return retarget(state, vardiff, rules, [yes(id)]);
}
