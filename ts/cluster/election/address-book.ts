/** Where other nodes of `auto` are, as far as one has heard. Pure: times in. */

import type { MasterAddress } from '../statement.js';

/** Addresses kept at most. Anyone may name some: seeds and those that answer come first. */
export const MOST_ADDRESSES = 128;
/** An address that was named and does not answer is tried so long. */
const TRY_MS = 60_000;

interface Entry {
  readonly address: MasterAddress;
  readonly isSeed: boolean;
  /** When it was named first, or answered last. */
  goodMs: number;
  answered: boolean;
}

export class AddressBook {
  readonly #entries = new Map<string, Entry>();
  /** Addresses of this node itself. */
  readonly #own = new Set<string>();

  constructor(seeds: readonly MasterAddress[], nowMs: number) {
    for (const address of seeds) this.#put(address, true, nowMs);
  }

  /** Somebody said that there is a node. */
  named(address: MasterAddress, nowMs: number): void {
    const name = nameOf(address);
    if (this.#entries.has(name) || this.#own.has(name)) return;
    if (this.#entries.size >= MOST_ADDRESSES && !this.#dropWorst()) return;
    this.#put(address, false, nowMs);
  }

  /** It has spoken. */
  answered(address: MasterAddress, nowMs: number): void {
    this.named(address, nowMs);
    const entry = this.#entries.get(nameOf(address));
    if (entry === undefined) return;
    entry.goodMs = nowMs;
    entry.answered = true;
  }

  /** It is this node, by another name. */
  isOwn(address: MasterAddress): void {
    const name = nameOf(address);
    this.#own.add(name);
    this.#entries.delete(name);
  }

  /** All that are to be spoken to. */
  all(nowMs: number): readonly MasterAddress[] {
    for (const [name, { isSeed, goodMs }] of this.#entries) {
      if (!isSeed && nowMs - goodMs > TRY_MS) this.#entries.delete(name);
    }
    return [...this.#entries.values()].map(({ address }) => address);
  }

  /** Those that answered, the last ones first: worth telling others. */
  known(most: number): readonly MasterAddress[] {
    const answered = [...this.#entries.values()].filter((entry) => entry.answered);
    answered.sort((one, other) => other.goodMs - one.goodMs);
    return answered.slice(0, most).map(({ address }) => address);
  }

  #put(address: MasterAddress, isSeed: boolean, goodMs: number): void {
    this.#entries.set(nameOf(address), { address, isSeed, goodMs, answered: false });
  }

  /** One that never answered, if there is any. */
  #dropWorst(): boolean {
    for (const [name, { isSeed, answered }] of this.#entries) {
      if (!isSeed && !answered) return this.#entries.delete(name);
    }
    return false;
  }
}

export function nameOf({ host, port }: MasterAddress): string {
  return `${host}:${port}`;
}
