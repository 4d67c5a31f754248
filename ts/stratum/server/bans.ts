/** Addresses that misbehaved too often, for a while. Pure: offences and times in. */

export interface BanRules {
  /**
   * So many offences within {@link BanRules.memoryMs} are a ban, for each connection that the
   * address had at once: behind it may be a farm with one broken device. 0: never ban.
   */
  readonly offences: number;
  readonly memoryMs: number;
  readonly banMs: number;
}

interface Record {
  readonly sinceMs: number;
  offences: number;
  /** At once, at most. */
  connections: number;
  untilMs: number;
}

/** Addresses remembered; the oldest go first. */
const MOST_ADDRESSES = 65_536;

export class Bans {
  readonly #rules: BanRules;
  readonly #records = new Map<string, Record>();

  constructor(rules: BanRules) {
    this.#rules = rules;
  }

  isBanned(address: string, nowMs: number): boolean {
    return (this.#records.get(address)?.untilMs ?? Number.NEGATIVE_INFINITY) > nowMs;
  }

  /**
   * Counts one offence.
   *
   * @param connections - that the address has now
   * @returns whether it was one too many
   */
  offend(address: string, nowMs: number, connections = 1): boolean {
    const { offences, memoryMs, banMs } = this.#rules;
    if (offences === 0) return false;
    if (this.isBanned(address, nowMs)) return false;
    let record = this.#records.get(address);
    if (record === undefined || nowMs - record.sinceMs > memoryMs) {
      this.#records.delete(address);
      const untilMs = Number.NEGATIVE_INFINITY;
      record = { sinceMs: nowMs, offences: 0, connections, untilMs };
      this.#records.set(address, record);
      const [oldest] = this.#records.keys();
      if (this.#records.size > MOST_ADDRESSES && oldest !== undefined) this.#records.delete(oldest);
    }
    record.offences += 1;
    record.connections = Math.max(record.connections, connections);
    if (record.offences < offences * record.connections) return false;
    record.untilMs = nowMs + banMs;
    record.offences = 0;
    return true;
  }

  /** Banned now. */
  banned(nowMs: number): readonly string[] {
    return [...this.#records.keys()].filter((address) => this.isBanned(address, nowMs));
  }
}
