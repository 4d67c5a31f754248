/** What a server says, before a dialect puts it into words. */

import type { Target } from '../../core/target.js';
import type { IssuedJob } from '../jobs/board.js';

/** Why something was refused. Each dialect has its own code for it. */
export type Refusal =
  | 'other'
  | 'stale'
  | 'unknown-job'
  | 'duplicate'
  /** Valid, but more of one job than duplicates can be told among. */
  | 'too-many'
  | 'low-difficulty'
  | 'unauthorized'
  | 'not-subscribed';

export type ServerMessage =
  | {
      readonly kind: 'subscribed';
      readonly id: unknown;
      readonly session: string;
      readonly extranonce1: Uint8Array;
      readonly deviceBytes: number;
    }
  | { readonly kind: 'result'; readonly id: unknown; readonly result: unknown }
  | {
      readonly kind: 'refused';
      readonly id: unknown;
      readonly refusal: Refusal;
      readonly text: string;
    }
  /** `mining.authorize` was refused. */
  | { readonly kind: 'denied'; readonly id: unknown; readonly text: string }
  | { readonly kind: 'target'; readonly share: ShareTarget }
  | { readonly kind: 'job'; readonly job: IssuedJob; readonly clean: boolean }
  | {
      readonly kind: 'extranonce';
      readonly extranonce1: Uint8Array;
      readonly deviceBytes: number;
    }
  | { readonly kind: 'version-mask'; readonly mask: number }
  /** The last words to a connection that sent what is no message. */
  | { readonly kind: 'malformed'; readonly text: string };

/** A share target in the terms of a dialect. */
export interface ShareTarget {
  readonly target: Target;
  /** Bitcoin's, exactly that of `target`. */
  readonly difficulty: number;
}

/** One dialect on the side of the server. */
export interface ServerDialect {
  /** The nearest target that the dialect can say, of shares that cost so many hashes. */
  shareTarget(hashes: number): ShareTarget;
  /** The same for a target that must not be made harder: what a node or pool asks for. */
  easiest(target: Target): ShareTarget;
  line(message: ServerMessage): string;
}
