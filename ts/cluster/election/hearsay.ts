/** What a node has heard of late, and who is the best master by it. Pure. */

import type { Leader, Statement } from '../statement.js';

/** Nodes remembered at most; the one that was silent the longest goes first. */
const MOST_NODES = 128;

interface Heard {
  readonly statement: Statement;
  readonly atMs: number;
}

export class Hearsay {
  readonly #byId = new Map<string, Heard>();

  add(statement: Statement, nowMs: number): void {
    this.#byId.delete(statement.id); // to the end of the order
    this.#byId.set(statement.id, { statement, atMs: nowMs });
    if (this.#byId.size <= MOST_NODES) return;
    const [oldest] = this.#byId.keys();
    if (oldest !== undefined) this.#byId.delete(oldest);
  }

  /** Forgets what is older than that. */
  forget(beforeMs: number): void {
    for (const [id, { atMs }] of this.#byId) {
      if (atMs >= beforeMs) return;
      this.#byId.delete(id);
    }
  }

  /** The master that says so itself, or of whom another heard it; never the one who asks. */
  bestLeader(asker: string): Leader | null {
    let best: Leader | null = null;
    for (const leader of this.#leaders()) {
      if (leader.id !== asker && (best === null || leads(leader, best))) best = leader;
    }
    return best;
  }

  /** Whether that node itself says that it leads. */
  saysSo(id: string): Leader | null {
    const leader = this.#byId.get(id)?.statement.leader;
    return leader?.id === id ? leader : null;
  }

  /** Whether somebody stands who comes before that candidate. */
  hasBetterCandidate(id: string, epoch: number): boolean {
    for (const { statement } of this.#byId.values()) {
      const { candidate, stands } = statement;
      if (
        stands &&
        candidate !== null &&
        leads({ id: statement.id, epoch: candidate }, { id, epoch })
      ) {
        return true;
      }
    }
    return false;
  }

  *#leaders(): Iterable<Leader> {
    for (const { statement } of this.#byId.values()) {
      const { leader } = statement;
      if (leader === null) continue;
      const self = this.#byId.get(leader.id)?.statement;
      // Its own words count for more than those of others about it.
      const isGone = self !== undefined && self.leader?.id !== leader.id;
      if (!isGone) yield leader;
    }
  }
}

interface Claim {
  readonly id: string;
  readonly epoch: number;
}

/** Whether the one comes before the other: by the higher epoch, then by the smaller id. */
export function leads(one: Claim, other: Claim): boolean {
  return one.epoch === other.epoch ? one.id < other.id : one.epoch > other.epoch;
}
