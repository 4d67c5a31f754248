/** One connection as the hub sees it: what it may still send, what it was told, what it is owed. */

import { Lines } from '../lines.js';
import {
  mayMine,
  newSession,
  type SessionRules,
  type SessionState,
  type Verdict,
} from '../session/state.js';
import type { Limits } from './settings.js';

/** Rejected shares in a row, but for those that an honest device sends. */
const MOST_REJECTS = 200;
/** Late ones, and valid ones that are more than we keep in mind. */
const HONEST: ReadonlySet<Verdict['kind']> = new Set(['stale', 'unknown-job', 'too-many']);

/**
 * Valid shares that a device may send before they count as messages: one of 100 TH/s finds that
 * many in the blink that a harder target takes to reach it.
 */
const SHARE_BURST = 16_384;

/** No device in order misses so many shares that are wanted of it one after the other. */
const SILENT_SHARES = 60;

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
  /** When it connected; or the first work came, where it waited for that. */
  openedMs: number;
  state: SessionState;
  /** The lane whose jobs it gets. */
  lane: string | null;
  heardMs: number;
  /** Messages that it may send now. */
  tokens: number;
  tokensMs: number;
  /** Valid shares that it may send beside them. */
  credit: number;
  /** Rejected shares since the last accepted one. */
  rejects: number;
  /** To be sent. */
  said: string;
  isOpen: boolean;
}

/**
 * Field by field: objects that are put together of others (`...`) have a shape each in V8, and
 * nothing that is done to thousands of them is fast.
 */
export function newClient(
  connection: Connection,
  rules: SessionRules,
  limits: Limits,
  nowMs: number,
): Client {
  return {
    connection,
    rules,
    lines: new Lines(limits.lineBytes),
    openedMs: nowMs,
    state: newSession(rules, nowMs),
    lane: null,
    heardMs: nowMs,
    tokens: limits.messageBurst,
    tokensMs: nowMs,
    credit: SHARE_BURST,
    rejects: 0,
    said: '',
    isOpen: true,
  };
}

/** Whether so many more messages are within the rate. */
export function spendTokens(
  client: Client,
  messages: number,
  limits: Limits,
  nowMs: number,
): boolean {
  const earned = ((nowMs - client.tokensMs) / 1000) * limits.messagesPerSecond;
  client.tokens = Math.min(limits.messageBurst, client.tokens + earned);
  client.credit = Math.min(SHARE_BURST, client.credit + earned);
  client.tokensMs = nowMs;
  if (client.tokens < messages) return false;
  client.tokens -= messages;
  return true;
}

/** Counts a verdict. @returns whether those of late are of no device in order */
export function isRogue(client: Client, { kind }: Verdict): boolean {
  if (kind === 'accepted') {
    client.rejects = 0;
    // It has cost more than a message.
    if (client.credit >= 1) {
      client.credit -= 1;
      client.tokens += 1;
    }
  } else if (!HONEST.has(kind)) client.rejects += 1;
  return client.rejects >= MOST_REJECTS;
}

/** It is given work: as long as there was none it had nothing to do, and so nothing to say. */
export function givenWork(client: Client, nowMs: number): void {
  if (client.state.idleSinceMs === null) return;
  client.heardMs = nowMs;
  if (client.state.space === null) client.openedMs = nowMs;
}

/** Why the connection is to end now; `null`: it is not. */
export function overdue(client: Client, limits: Limits, nowMs: number): string | null {
  const { state, rules, openedMs, heardMs, connection } = client;
  const isAgreed = mayMine(state, rules) || state.waiting.length > 0;
  if (!isAgreed && nowMs - openedMs > limits.handshakeMs) {
    return state.isSubscribed ? 'no authorization in time' : 'no subscription in time';
  }
  // Shares of any other difficulty may be days apart: keep-alives tell whether it is there.
  const { difficulty, vardiff } = rules;
  const mustTalk = difficulty.kind === 'vardiff' && state.idleSinceMs === null;
  const idleMs = Math.max(limits.idleMs, SILENT_SHARES * vardiff.shareMs);
  if (mustTalk && nowMs - heardMs > idleMs) return 'silent for too long';
  if (connection.unreadBytes > limits.unreadBytes) return 'does not read what it is told';
  return null;
}
