/** What a server knows of one connection. A value: {@link step} makes the next one. */

import type { Target } from '../../core/target.js';
import type { IssuedJob } from '../jobs/board.js';
import type { Space } from '../jobs/space.js';
import type { Refusal, ServerMessage, ShareTarget } from '../wire/answers.js';
import type { DeviceRequest, ShareFields } from '../wire/requests.js';
import { type Quirks, quirksOf } from './quirks.js';
import { startVardiff, type Vardiff, type VardiffRules } from './vardiff.js';

/** How the share target of a connection is chosen. */
export type DifficultyMode =
  /** A share is a solution of the job. */
  | { readonly kind: 'block' }
  | { readonly kind: 'fixed'; readonly hashes: number }
  | { readonly kind: 'vardiff'; readonly startHashes: number };

export interface SessionRules {
  readonly difficulty: DifficultyMode;
  readonly vardiff: VardiffRules;
  /** Shares of users that were not let in are refused. */
  readonly mustAuthorize: boolean;
  shareTarget(hashes: number): ShareTarget;
}

/** From this job on that target was asked for. */
export interface TargetSince {
  readonly sequence: number;
  readonly target: Target;
}

export interface SessionState {
  /** Tells its extranonce apart from every other's. */
  readonly number: number | null;
  readonly isSubscribed: boolean;
  readonly agent: string | null;
  readonly quirks: Quirks;
  readonly users: readonly string[];
  /** Its share of what can be rolled; `null` until the first job. */
  readonly space: Space | null;
  /** Asked for before there was a job. */
  readonly waiting: readonly DeviceRequest[];
  readonly hearsExtranonce: boolean;
  /**
   * Version bits that it asked to roll; 0: none, or nobody may. Those of a job are what its pool
   * allows of them, now more and now less.
   */
  readonly versionMask: number;
  readonly vardiff: Vardiff;
  /** Its device asked for no shares that cost less; 0: it did not. */
  readonly leastHashes: number;
  /** There has been nothing to work on since then; `null`: there is. */
  readonly idleSinceMs: number | null;
  readonly wanted: ShareTarget | null;
  /** Last told; `null`: none yet. */
  readonly told: Target | null;
  /** Oldest first. */
  readonly targets: readonly TargetSince[];
  /** The newest job that it was given. */
  readonly job: IssuedJob | null;
}

/**
 * The session with another job or rate, field by field: a spread costs twenty times as much, and
 * one job does this for every session, in the turn in which thousands of devices wait for it.
 */
export function movedOn(
  state: SessionState,
  vardiff: Vardiff,
  wanted: ShareTarget | null,
  told: Target | null,
  targets: readonly TargetSince[],
  job: IssuedJob | null,
): SessionState {
  const { number, isSubscribed, agent, quirks, users, space, waiting } = state;
  const { hearsExtranonce, versionMask, leastHashes, idleSinceMs } = state;
  return {
    number,
    isSubscribed,
    agent,
    quirks,
    users,
    space,
    waiting,
    hearsExtranonce,
    versionMask,
    vardiff,
    leastHashes,
    idleSinceMs,
    wanted,
    told,
    targets,
    job,
  };
}

/** What happened. */
export type SessionEvent =
  | { readonly kind: 'request'; readonly request: DeviceRequest }
  /** A job to work on from now on. `clean`: what it had before is over. */
  | { readonly kind: 'job'; readonly job: IssuedJob; readonly clean: boolean }
  | {
      readonly kind: 'authorized';
      readonly id: unknown;
      readonly user: string;
      /** Why not; `null`: it may. */
      readonly denied: string | null;
    }
  | { readonly kind: 'verdict'; readonly id: unknown; readonly verdict: Verdict }
  /** Nobody has work for it. */
  | { readonly kind: 'idle' }
  | { readonly kind: 'tick' };

/** What became of a share. */
export type Verdict =
  /** It stands for so many hashes. */
  | { readonly kind: 'accepted'; readonly hashes: number }
  | { readonly kind: Refusal; readonly text: string };

/** What is to be done. */
export type Effect =
  /**
   * The share is to be looked at, then comes back as a verdict. Also where the verdict is known:
   * answers keep their order.
   */
  | {
      readonly kind: 'check';
      readonly id: unknown;
      readonly share: ShareFields;
      readonly verdict: Verdict | null;
    }
  | {
      readonly kind: 'authorize';
      readonly id: unknown;
      readonly user: string;
      readonly password: string;
    }
  /** A new job, so that the new target counts. */
  | { readonly kind: 'reissue' }
  /** A job to begin with. */
  | { readonly kind: 'assign' }
  | { readonly kind: 'close'; readonly reason: string };

export interface Step {
  readonly state: SessionState;
  readonly replies: readonly ServerMessage[];
  readonly effects: readonly Effect[];
}

export function newSession(rules: SessionRules, nowMs: number): SessionState {
  const { difficulty, vardiff } = rules;
  const hashes = difficulty.kind === 'vardiff' ? difficulty.startHashes : 1;
  const fixed = difficulty.kind === 'fixed' ? difficulty.hashes : null;
  const state = startVardiff(hashes, vardiff, nowMs);
  const wanted = fixed ?? (difficulty.kind === 'vardiff' ? state.hashes : null);
  return {
    number: null,
    isSubscribed: false,
    agent: null,
    quirks: quirksOf(null),
    users: [],
    space: null,
    waiting: [],
    hearsExtranonce: false,
    versionMask: 0,
    vardiff: state,
    leastHashes: 0,
    idleSinceMs: nowMs,
    wanted: wanted === null ? null : rules.shareTarget(wanted),
    told: null,
    targets: [],
    job: null,
  };
}

/**
 * Whether it is given work. Where users must be let in that may take a while, and a fast device
 * has hundreds of shares refused until then.
 */
export function mayMine({ isSubscribed, users }: SessionState, rules: SessionRules): boolean {
  return isSubscribed && (!rules.mustAuthorize || users.length > 0);
}

/** Version bits that a device may roll in a space. */
export function maskOf({ versionMask }: SessionState, space: Space | null): number {
  return (versionMask & (space?.versionMask ?? 0)) >>> 0;
}

/**
 * The target that a share of a job has to meet: the easiest one asked for since that job was
 * given. A device takes a new target with its next job, or at once, or somewhat later.
 */
export function targetOf(state: SessionState, job: IssuedJob): Target | null {
  const at = state.targets.findLastIndex(({ sequence }) => sequence <= job.sequence);
  if (at < 0) return null;
  return state.targets
    .slice(at)
    .reduce(
      (easiest: Target, { target }) => (target.toBigInt() > easiest.toBigInt() ? target : easiest),
      job.ceiling.target,
    );
}
