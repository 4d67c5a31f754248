/** How keys behave: shares against expectation, strikes, bans. Pure: times in, monotonic. */

import type { Conduct as ConductPort, Past } from '../record/judges.js';
import { ShareCount } from './share-count.js';

export interface ConductRules {
  /** Strikes that ban. */
  readonly mostStrikes: number;
  /** A strike counts for so long. */
  readonly strikeMs: number;
  /** The first ban; each one after it is twice as long. */
  readonly banMs: number;
  readonly mostBanMs: number;
  /** Without a strike for so long, a key begins anew. */
  readonly forgetMs: number;
  /** Keys remembered; the ones that were quiet longest go first. */
  readonly mostKeys: number;
}

const CONDUCT_RULES: ConductRules = {
  mostStrikes: 3,
  strikeMs: 3_600_000,
  banMs: 60_000,
  mostBanMs: 3_600_000,
  forgetMs: 86_400_000,
  mostKeys: 4_096,
};

interface Name {
  readonly shares: ShareCount;
  /** When each strike was, oldest first. */
  strikes: number[];
  bans: number;
  bannedUntilMs: number;
  lastStrikeMs: number;
}

export class Conduct implements ConductPort {
  readonly #rules: ConductRules;
  /** The one that was asked for last is last. */
  readonly #names = new Map<string, Name>();

  constructor(rules: Partial<ConductRules> = {}) {
    this.#rules = { ...CONDUCT_RULES, ...rules };
  }

  count(key: string, made: { shares: number; expected: number }, nowMs: number): string | null {
    return this.#name(key, nowMs).shares.add(made);
  }

  strike(key: string, _reason: string, nowMs: number): number {
    const name = this.#name(key, nowMs);
    name.lastStrikeMs = nowMs;
    name.strikes.push(nowMs);
    return this.#fresh(name, nowMs).length < this.#rules.mostStrikes ? 0 : this.#ban(name, nowMs);
  }

  /**
   * For what needs no second time: a proof.
   *
   * @returns for how long
   */
  ban(key: string, nowMs: number): number {
    const name = this.#name(key, nowMs);
    name.lastStrikeMs = nowMs;
    return this.#ban(name, nowMs);
  }

  bannedMs(key: string, nowMs: number): number {
    return Math.max(0, (this.#names.get(key)?.bannedUntilMs ?? 0) - nowMs);
  }

  strikes(key: string, nowMs: number): number {
    const name = this.#names.get(key);
    return name === undefined ? 0 : this.#fresh(name, nowMs).length;
  }

  past(key: string, nowMs: number): Past | null {
    const name = this.#names.get(key);
    if (name === undefined) return null;
    const strikesAgoMs = this.#fresh(name, nowMs).map((atMs) => nowMs - atMs);
    const bannedMs = Math.max(0, name.bannedUntilMs - nowMs);
    const bans = this.#isForgiven(name, nowMs) ? 0 : name.bans;
    if (strikesAgoMs.length + bannedMs + bans === 0) return null;
    return { strikesAgoMs, lastAgoMs: nowMs - name.lastStrikeMs, bans, bannedMs };
  }

  *pasts(nowMs: number): Generator<[key: string, past: Past]> {
    for (const key of this.#names.keys()) {
      const past = this.past(key, nowMs);
      if (past !== null) yield [key, past];
    }
  }

  /** No ban is longer for it than the longest one, whatever was done to a clock meanwhile. */
  remember(key: string, past: Past, nowMs: number): void {
    const name = this.#name(key, nowMs);
    name.strikes = past.strikesAgoMs.map((agoMs) => nowMs - agoMs);
    name.lastStrikeMs = nowMs - past.lastAgoMs;
    name.bans = past.bans;
    name.bannedUntilMs = nowMs + Math.min(past.bannedMs, this.#rules.mostBanMs);
    if (this.past(key, nowMs) === null) this.#names.delete(key);
  }

  #ban(name: Name, nowMs: number): number {
    const { banMs, mostBanMs } = this.#rules;
    const forMs = Math.min(mostBanMs, banMs * 2 ** Math.min(name.bans, 30));
    name.bans += 1;
    name.strikes = [];
    name.bannedUntilMs = nowMs + forMs;
    return forMs;
  }

  /** Strikes that still count. */
  #fresh(name: Name, nowMs: number): readonly number[] {
    name.strikes = name.strikes.filter((atMs) => nowMs - atMs < this.#rules.strikeMs);
    return name.strikes;
  }

  #isForgiven(name: Name, nowMs: number): boolean {
    return nowMs - name.lastStrikeMs >= this.#rules.forgetMs;
  }

  #name(key: string, nowMs: number): Name {
    let name = this.#names.get(key);
    if (name === undefined) {
      name = {
        shares: new ShareCount(),
        strikes: [],
        bans: 0,
        bannedUntilMs: 0,
        lastStrikeMs: nowMs,
      };
      this.#makeRoom(nowMs);
    } else if (this.#isForgiven(name, nowMs)) {
      name.bans = 0;
    }
    this.#names.delete(key);
    this.#names.set(key, name);
    return name;
  }

  /** A ban is not got rid of by coming with many keys: banned ones stay while others can go. */
  #makeRoom(nowMs: number): void {
    if (this.#names.size < this.#rules.mostKeys) return;
    const quiet = [...this.#names].find(([, { bannedUntilMs }]) => bannedUntilMs <= nowMs);
    const [oldest] = this.#names.keys();
    const key = quiet?.[0] ?? oldest;
    if (key !== undefined) this.#names.delete(key);
  }
}
