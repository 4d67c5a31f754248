/** Strikes and bans: what they lead to, and that no restart of the master gets a key rid of them. */

import type { Entry } from './entries.js';
import { leaveNow } from './leaving.js';
import { entryOf } from './past.js';
import type { State } from './state.js';

interface Blame {
  readonly key: string;
  readonly worker: string;
  readonly reason: string;
}

/** Of what was noticed in passing. */
export function strikeAlarms(state: State, nowMs: number): void {
  for (let by = state.alarms.shift(); by !== undefined; by = state.alarms.shift()) {
    strikeOn(state, by, nowMs);
  }
}

/** What strikes lead to, {@link Conduct} decides. */
export function strikeOn(state: State, by: Blame, nowMs: number): void {
  blame(state, by, state.conduct.strike(by.key, by.reason, nowMs), nowMs);
}

/** For what needs no second strike. */
export function banFor(state: State, by: Blame, nowMs: number): void {
  blame(state, by, state.conduct.ban(by.key, nowMs), nowMs);
}

/** For a snapshot: whoever is remembered for something that still counts. */
export function* conductEntries(state: State, nowMs: number): Generator<Entry> {
  const wallMs = state.wallNowMs();
  for (const [key, past] of state.conduct.pasts(nowMs)) yield entryOf(key, past, wallMs);
}

function blame(state: State, { key, worker, reason }: Blame, forMs: number, nowMs: number): void {
  state.totals.strikes++;
  state.event({ kind: 'strike', worker, reason });
  const past = state.conduct.past(key, nowMs);
  if (past !== null) state.write(entryOf(key, past, state.wallNowMs()));
  if (forMs <= 0) return;
  state.totals.bans++;
  state.event({ kind: 'banned', worker, forMs });
  for (const other of [...state.workers.values()]) {
    if (other.key !== key) continue;
    state.effect({ kind: 'drop', worker: other.id, why: 'banned' });
    leaveNow(state, other, { failed: false }, nowMs);
  }
}
