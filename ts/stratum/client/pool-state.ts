/** One connection to a pool, as a value, and what can happen to it. */

import type { Target } from '../../core/target.js';
import type { Outcome } from '../../miner/ports.js';
import type { DialectName } from '../jobs/template.js';
import type { Message } from '../messages.js';
import type { PoolExtranonce, PoolJob } from '../wire/pool-messages.js';

export interface PoolRules {
  readonly dialect: DialectName;
  readonly agent: string;
  readonly user: string;
  readonly password: string;
  /** Version bits to ask for; 0: none. */
  readonly versionMask: number;
}

/** A job, with everything that was in force when it came. */
export interface PoolWork {
  readonly job: PoolJob;
  readonly extranonce: PoolExtranonce;
  readonly target: Target;
  readonly versionMask: number;
}

type Purpose = 'configure' | 'subscribe' | 'authorize' | 'extranonce';

export interface PoolState {
  readonly nextId: number;
  /** Of the handshake. Shares are not among them: whoever sends them knows which ones it awaits. */
  readonly asked: ReadonlyMap<number, Purpose>;
  /** In force; a new extranonce counts from the next job on, and a target of a Bitcoin pool. */
  readonly extranonce: PoolExtranonce | null;
  readonly target: Target | null;
  readonly versionMask: number;
  readonly isAuthorized: boolean;
  readonly work: PoolWork | null;
}

export type PoolEvent =
  | { readonly kind: 'opened' }
  | { readonly kind: 'message'; readonly message: Message }
  /** Sent as {@link PoolState.nextId}. */
  | { readonly kind: 'submit'; readonly params: readonly unknown[] };

export type PoolEffect =
  | { readonly kind: 'work'; readonly work: PoolWork }
  /** Of the share that was sent as `id`, if there is one. */
  | { readonly kind: 'outcome'; readonly id: number; readonly outcome: Omit<Outcome, 'block'> }
  | { readonly kind: 'authorized' }
  /** It will not have us. */
  | { readonly kind: 'refused'; readonly reason: string }
  | {
      readonly kind: 'reconnect';
      readonly host: string | null;
      readonly port: number | null;
      readonly waitMs: number;
    }
  | { readonly kind: 'notice'; readonly level: 'debug' | 'info' | 'warn'; readonly text: string }
  | { readonly kind: 'broken'; readonly reason: string };

export interface PoolStep {
  readonly state: PoolState;
  /** To be sent. */
  readonly lines: readonly string[];
  readonly effects: readonly PoolEffect[];
}

export const NEW_POOL: PoolState = {
  ...{ nextId: 1, asked: new Map(), extranonce: null, target: null },
  ...{ versionMask: 0, isAuthorized: false, work: null },
};
