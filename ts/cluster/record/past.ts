/**
 * What a key is remembered for, as the journal has it: by the wall clock. The record's own clock
 * is monotonic, so it begins anew with each process; and a ban goes on while no master runs, so
 * what was left of it when it was written would not do.
 */

import type { ConductEntry } from './entries.js';
import type { Past } from './judges.js';

export function entryOf(key: string, past: Past, wallMs: number): ConductEntry {
  const before = (agoMs: number) => Math.max(0, Math.round(wallMs - agoMs));
  const { strikesAgoMs, lastAgoMs, bans, bannedMs } = past;
  return {
    ...{ kind: 'conduct', key, strikesAtMs: strikesAgoMs.map(before), bans },
    ...{ lastAtMs: before(lastAgoMs), bannedUntilMs: bannedMs > 0 ? before(-bannedMs) : 0 },
  };
}

/** A wall clock that was set back meanwhile makes nothing happen later than now. */
export function pastOf(entry: ConductEntry, wallMs: number): Past {
  const ago = (atMs: number) => Math.max(0, wallMs - atMs);
  return {
    ...{ strikesAgoMs: entry.strikesAtMs.map(ago), lastAgoMs: ago(entry.lastAtMs) },
    ...{ bans: entry.bans, bannedMs: Math.max(0, entry.bannedUntilMs - wallMs) },
  };
}
