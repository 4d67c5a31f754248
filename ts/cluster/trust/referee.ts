/** Hashes every share of a result again: a hash of a worker is a claim. */

import { hashBatch } from '../../core/batch.js';
import type { Work } from '../../core/work.js';
import type { Share, Unit, WorkSpec } from '../queue.js';
import type { Judgement, Referee as RefereePort } from '../record/judges.js';
import { patchedWork } from '../work-of-job.js';

const DIGEST_BYTES = 32;
/** Results come unit by unit, and units variant by variant: few works are asked for at once. */
const MOST_WORKS = 64;

export class Referee implements RefereePort {
  /** Newest last. */
  readonly #works = new Map<string, Work>();

  /** All shares hold, or the result counts for nothing. */
  check(spec: WorkSpec, unit: Unit, shares: readonly Share[]): Judgement {
    if (shares.length === 0) return { rejected: null, solutions: [] };
    const outside = shares.find(({ nonce }) => nonce < unit.start || nonce >= unit.end);
    if (outside !== undefined) return rejected(`nonce ${outside.nonce} is outside the unit`);
    if (new Set(shares.map(({ nonce }) => nonce)).size < shares.length) {
      return rejected('a share comes twice');
    }
    const work = this.#workOf(spec, unit);
    const hashes = hashBatch(shares.map(({ nonce }) => ({ work, nonce })));
    const solutions: Share[] = [];
    for (const [i, { nonce, hash }] of shares.entries()) {
      const real = hashes.slice(DIGEST_BYTES * i, DIGEST_BYTES * (i + 1));
      if (Buffer.compare(real, hash) !== 0) return rejected(`the hash of nonce ${nonce} is wrong`);
      const isSolution = spec.target.isMetBy(real, work.hashOrder);
      if (!isSolution && !spec.shareTarget.isMetBy(real, work.hashOrder)) {
        return rejected(`nonce ${nonce} does not meet the share target`);
      }
      if (isSolution) solutions.push({ nonce, hash: real });
    }
    return { rejected: null, solutions };
  }

  #workOf(spec: WorkSpec, unit: Unit): Work {
    const key = `${spec.id}.${unit.variant}`;
    const known = this.#works.get(key);
    const work = known ?? patchedWork(spec.work, unit.patch);
    this.#works.delete(key);
    this.#works.set(key, work);
    const [oldest] = this.#works.keys();
    if (this.#works.size > MOST_WORKS && oldest !== undefined) this.#works.delete(oldest);
    return work;
  }
}

function rejected(reason: string): Judgement {
  return { rejected: reason, solutions: [] };
}
