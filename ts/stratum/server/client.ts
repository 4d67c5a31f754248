/** One connection as the hub sees it: what it may still send, what it was told, what it is owed. */

import type { Lines } from '../lines.js';
import type { SessionRules, SessionState, Verdict } from '../session/state.js';
import type { Limits } from './settings.js';

/** Rejected shares in a row, late ones left out. */
const MOST_REJECTS = 200;

/** A socket, or a test. */
export interface Connection {
  readonly address: string;
  send(text: string): void;
  /** Said and not taken yet. */
  readonly unreadBytes: number;
  /** What was said is still sent when `how` is `end`. */
  close(how: 'end' | 'destroy'): void;
}

export interface Client {
  readonly connection: Connection;
  readonly rules: SessionRules;
  readonly lines: Lines;
  readonly openedMs: number;
  state: SessionState;
  /** The lane whose jobs it gets. */
  lane: string | null;
  heardMs: number;
  /** Messages that it may send now. */
  tokens: number;
  tokensMs: number;
  /** Rejected shares since the last accepted one. */
  rejects: number;
  /** To be sent. */
  said: string;
  isOpen: boolean;
}

/** Whether one more message is within the rate. */
export function spendToken(client: Client, limits: Limits, nowMs: number): boolean {
  const earned = ((nowMs - client.tokensMs) / 1000) * limits.messagesPerSecond;
  client.tokens = Math.min(limits.messageBurst, client.tokens + earned);
  client.tokensMs = nowMs;
  if (client.tokens < 1) return false;
  client.tokens -= 1;
  return true;
}

/** Counts a verdict. @returns whether those of late are of no device in order */
export function isRogue(client: Client, { kind }: Verdict): boolean {
  if (kind === 'accepted') client.rejects = 0;
  else if (kind !== 'stale' && kind !== 'unknown-job') client.rejects += 1;
  return client.rejects >= MOST_REJECTS;
}

/** Why the connection is to end now; `null`: it is not. */
export function overdue(client: Client, limits: Limits, nowMs: number): string | null {
  const { state, openedMs, heardMs, connection } = client;
  if (!state.isSubscribed && state.waiting.length === 0 && nowMs - openedMs > limits.handshakeMs) {
    return 'no subscription in time';
  }
  if (nowMs - heardMs > limits.idleMs) return 'silent for too long';
  if (connection.unreadBytes > limits.unreadBytes) return 'does not read what it is told';
  return null;
}
