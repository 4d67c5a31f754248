/** The workers as the master sees them: what they take, how fast they are, what size suits them. */

import type { Algorithm } from '../../native/contract.js';
import type { NodeInfo } from '../queue.js';
import { guessOf, Pace, searchOrder, sizeOf } from './sizes.js';

interface Member {
  node: NodeInfo;
  /** In hand at most, as it said last. */
  most: number;
  readonly paces: Map<Algorithm, Pace>;
  resultMs: number;
}

export class Crew {
  readonly #members = new Map<string, Member>();
  readonly #targetMs: number;
  readonly #fixedNonces: bigint | undefined;

  constructor(targetMs: number, fixedNonces: bigint | undefined) {
    this.#targetMs = targetMs;
    this.#fixedNonces = fixedNonces;
  }

  has(worker: string): boolean {
    return this.#members.has(worker);
  }

  get workers(): Iterable<string> {
    return this.#members.keys();
  }

  join(node: NodeInfo, nowMs: number): void {
    const before = this.#members.get(node.id);
    if (before !== undefined) before.node = node;
    else this.#members.set(node.id, { node, most: 0, paces: new Map(), resultMs: nowMs });
  }

  leave(worker: string): void {
    this.#members.delete(worker);
  }

  wants(worker: string, most: number): void {
    const member = this.#members.get(worker);
    if (member !== undefined) member.most = most;
  }

  /** A unit was finished, which it has had since then. */
  finished(
    worker: string,
    { algorithm, hashes, sinceMs }: { algorithm: Algorithm; hashes: number; sinceMs: number },
    nowMs: number,
  ): void {
    const member = this.#members.get(worker);
    if (member === undefined) return;
    const pace = member.paces.get(algorithm) ?? new Pace();
    member.paces.set(algorithm, pace);
    // It does one after the other: what it began meanwhile waited for the one before.
    pace.note(hashes, nowMs - Math.max(sinceMs, member.resultMs));
    member.resultMs = nowMs;
  }

  /** Hashes a second; 0: nobody of that name is here. */
  rate(worker: string, algorithm: Algorithm): number {
    const member = this.#members.get(worker);
    if (member === undefined) return 0;
    const measured = member.paces.get(algorithm)?.hashesPerSecond;
    return measured ?? guessOf(member.node.capabilities, algorithm);
  }

  /** Measured, the fastest of all algorithms; 0: nothing yet. */
  measured(worker: string): number {
    const paces = this.#members.get(worker)?.paces.values() ?? [];
    return Math.max(0, ...[...paces].map(({ hashesPerSecond }) => hashesPerSecond ?? 0));
  }

  size(worker: string, algorithm: Algorithm): number {
    const fixed = this.#fixedNonces;
    if (fixed !== undefined) return sizeOf(Number(fixed));
    return sizeOf((this.rate(worker, algorithm) * this.#targetMs) / 1_000);
  }

  /** Where it finds its units. */
  search(
    worker: string,
    algorithms: Iterable<Algorithm>,
    used: ReadonlySet<number>,
  ): readonly number[] {
    const lent = [...algorithms];
    const own = lent.map((algorithm) => this.size(worker, algorithm));
    const here = new Set(lent.flatMap((algorithm) => [...this.sizes(algorithm)]));
    return searchOrder(own, used, here);
  }

  /** Leases that workers of that size hold at once, all together. */
  appetite(size: number, algorithm: Algorithm): number {
    let sum = 0;
    for (const [worker, { most }] of this.#members) {
      if (this.size(worker, algorithm) === size) sum += most;
    }
    return sum;
  }

  /** Of everybody here. */
  sizes(algorithm: Algorithm): ReadonlySet<number> {
    return new Set([...this.#members.keys()].map((worker) => this.size(worker, algorithm)));
  }

  /** The one of somebody here that is nearest; `size` where nobody is here. */
  nearest(size: number, algorithm: Algorithm): number {
    const sizes = [...this.sizes(algorithm)];
    return sizes.reduce(
      (best, other) => (Math.abs(other - size) < Math.abs(best - size) ? other : best),
      sizes[0] ?? size,
    );
  }
}
