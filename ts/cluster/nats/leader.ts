/**
 * Who is master: one key, changed by compare-and-set alone. It also keeps the epoch, so it has no
 * time limit of its own: whoever wants to lead watches whether the leader still renews it, by its
 * own monotonic clock.
 */

import type { KV, KvEntry } from '@nats-io/kv';
import { PowError } from '../../errors.js';
import type { Clock } from '../../miner/clock.js';
import { pause } from '../../miner/pause.js';
import { MOST_EPOCH } from '../statement.js';
import { LEADER_KEY } from './names.js';

/** What the key holds. */
export interface LeaderClaim {
  readonly id: string;
  readonly name: string;
  readonly epoch: number;
  /** Which record (journal) the leader goes by. */
  readonly record: string;
  /** The first epoch of that record: what older ones lent is void. */
  readonly since: number;
  /** It left of its own will: nobody needs to wait. */
  readonly resigned: boolean;
}

export interface Candidate {
  readonly id: string;
  readonly name: string;
  readonly record: string;
  /** The new epoch is above it. */
  readonly epochAbove: number;
  /** Of the last master, as something else than the key tells. */
  readonly lastEpoch: () => Promise<number>;
  /** The key holds something else than a claim, and is written anew. */
  readonly onSpoilt: (text: string) => void;
  readonly leaderMs: number;
  readonly otherMaster: 'refuse' | 'wait';
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Until what a dead leader did not renew counts as left, it is looked at so often. */
const LOOKS = 10;

export class Leader {
  readonly #kv: KV;
  #claim: LeaderClaim;
  #revision: number;

  private constructor(kv: KV, claim: LeaderClaim, revision: number) {
    this.#kv = kv;
    this.#claim = claim;
    this.#revision = revision;
  }

  get claim(): LeaderClaim {
    return this.#claim;
  }

  /** Rejects with `POW_WORKER` while another one leads and is not waited for. */
  static async acquire(kv: KV, candidate: Candidate): Promise<Leader> {
    for (;;) {
      const entry = await free(kv, candidate);
      const old = entry === null ? null : claimOf(entry);
      const { id, name, record, epochAbove } = candidate;
      // Anybody can have a server write something into the key, or an older claim once more.
      const epoch = Math.max(old?.epoch ?? 0, await candidate.lastEpoch(), epochAbove) + 1;
      const since = old?.record === record ? old.since : epoch;
      const claim = { id, name, epoch, record, since, resigned: false };
      const revision = await swap(kv, claim, entry?.revision ?? 0);
      if (revision === null) continue;
      if (entry !== null && old === null) {
        const { operation, length } = entry;
        const what = `no claim stood in the key of the leader (${operation}, ${length} bytes)`;
        candidate.onSpoilt(`${what}: this master leads, of epoch ${epoch}`);
      }
      return new Leader(kv, claim, revision);
    }
  }

  /**
   * Says that it is still there.
   *
   * @returns `null`, or the claim of the one that leads instead
   */
  async renew(): Promise<LeaderClaim | null> {
    return this.#put(this.#claim);
  }

  async resign(): Promise<void> {
    await this.#put({ ...this.#claim, resigned: true });
  }

  async #put(claim: LeaderClaim): Promise<LeaderClaim | null> {
    for (;;) {
      const revision = await swap(this.#kv, claim, this.#revision);
      if (revision !== null) {
        this.#revision = revision;
        this.#claim = claim;
        return null;
      }
      const entry = await this.#kv.get(LEADER_KEY);
      const found = entry === null ? null : claimOf(entry);
      if (found !== null && !isOwn(found, this.#claim) && found.epoch >= this.#claim.epoch)
        return found;
      // The acknowledgement of the last one was lost, or the server lost the key.
      this.#revision = entry?.revision ?? 0;
    }
  }
}

/** @returns the claim; `null`: something else stands there */
export function claimOf(entry: KvEntry): LeaderClaim | null {
  if (entry.operation !== 'PUT') return null;
  let claim: unknown;
  try {
    claim = entry.json();
  } catch {
    return null;
  }
  return isClaim(claim) ? claim : null;
}

function isClaim(value: unknown): value is LeaderClaim {
  if (typeof value !== 'object' || value === null) return false;
  const { id, name, epoch, record, since, resigned } = value as Record<string, unknown>;
  return (
    typeof id === 'string' &&
    typeof name === 'string' &&
    typeof record === 'string' &&
    isEpoch(epoch) &&
    isEpoch(since) &&
    typeof resigned === 'boolean'
  );
}

function isEpoch(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= MOST_EPOCH;
}

function isOwn(found: LeaderClaim, own: LeaderClaim): boolean {
  return found.id === own.id && found.epoch <= own.epoch && found.record === own.record;
}

/** Resolves when nobody leads: with the entry to replace. */
async function free(kv: KV, candidate: Candidate): Promise<KvEntry | null> {
  const { id, leaderMs, otherMaster, clock, signal } = candidate;
  let seen: number | null = null;
  let sinceMs = clock.now();
  for (;;) {
    signal.throwIfAborted();
    const entry = await kv.get(LEADER_KEY);
    const claim = entry === null ? null : claimOf(entry);
    if (entry === null || claim?.resigned === true || claim?.id === id) return entry;
    // What is no claim is none of a master that lives: that one would write its own again.
    if (claim === null) seen ??= entry.revision;
    else if (seen !== null && entry.revision !== seen && otherMaster === 'refuse') {
      const detail = `${claim.name} (${claim.id}) is the master, of epoch ${claim.epoch}`;
      throw new PowError('POW_WORKER', detail);
    }
    if (claim !== null && entry.revision !== seen) {
      seen = entry.revision;
      sinceMs = clock.now();
    }
    if (clock.now() - sinceMs >= leaderMs) return entry;
    await pause(clock, leaderMs / LOOKS, signal);
  }
}

/** @returns the new revision; `null`: somebody was faster */
async function swap(kv: KV, claim: LeaderClaim, revision: number): Promise<number | null> {
  const text = JSON.stringify(claim);
  try {
    return revision === 0
      ? await kv.create(LEADER_KEY, text)
      : await kv.update(LEADER_KEY, text, revision);
  } catch (error) {
    if (isWrongRevision(error)) return null;
    throw error;
  }
}

/** Error codes of JetStream for a compare-and-set that lost: `wrong last sequence`. */
const WRONG_REVISION: readonly unknown[] = [10071, 10164];

function isWrongRevision(error: unknown): boolean {
  return error instanceof Error && 'code' in error && WRONG_REVISION.includes(error.code);
}
