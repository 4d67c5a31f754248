/** A work whose nonces nobody really hashes, and who judges results of it. */

import type {
  Capabilities,
  NodeInfo,
  Share,
  Unit,
  WorkSpace,
  WorkSpec,
} from '../../../ts/cluster/queue.js';
import type { Referee } from '../../../ts/cluster/record/judges.js';
import { Conduct } from '../../../ts/cluster/trust/conduct.js';
import { Target, Work } from '../../../ts/index.js';

export const workId = (n: number): string => n.toString(16).padStart(32, '0');

export function specOf(id: string, more: Partial<WorkSpec> = {}): WorkSpec {
  return {
    ...{ id, lane: 'lane', goal: 'all', target: Target.fromLeadingZeroBits(30) },
    shareTarget: Target.fromLeadingZeroBits(20),
    work: new Work({
      ...{ algorithm: 'blake2s', message: new Uint8Array(40), hashOrder: 'le' },
      nonce: { offset: 0, encoding: 'u64le' },
    }),
    ...more,
  };
}

export function spaceOf(variants: number, nonces: number, first = 0): WorkSpace {
  return {
    variants: BigInt(variants),
    nonces: { start: 0n, end: BigInt(nonces) },
    first: BigInt(first),
    patchOf: (variant) =>
      variant === 0n ? null : { offset: 8, bytes: Uint8Array.of(Number(variant & 0xffn)) },
  };
}

/** @param rate - hashes a second that it says it makes */
export function nodeOf(id: string, rate = 8, threads = 4): NodeInfo {
  const capabilities: Capabilities = {
    ...{ version: '1', cores: threads, threads, ramMb: 1, features: [], aes: false },
    ...{ hashesPerSecond: { blake2s: rate }, datasets: [], serves: null },
  };
  return { id, name: id, role: 'worker', capabilities };
}

/** One that holds: {@link Judge} takes its first byte for the truth. */
export function shareOf(nonce: bigint, isGood = true): Share {
  const hash = new Uint8Array(32);
  hash[0] = isGood ? 1 : 0;
  return { nonce, hash };
}

export class Judge implements Referee {
  readonly #isSolution: (unit: Unit, nonce: bigint) => boolean;

  constructor(isSolution: (unit: Unit, nonce: bigint) => boolean = () => false) {
    this.#isSolution = isSolution;
  }

  check(_spec: WorkSpec, unit: Unit, shares: readonly Share[]) {
    const isBad = shares.some(({ hash }) => hash[0] !== 1);
    const solutions = shares.filter(({ nonce }) => this.#isSolution(unit, nonce));
    return isBad ? { rejected: 'a wrong hash', solutions: [] } : { rejected: null, solutions };
  }
}

/** Who reports too few shares is not its concern. */
export class Strict extends Conduct {
  readonly counted: { key: string; shares: number; expected: number }[] = [];

  override count(key: string, made: { shares: number; expected: number }): string | null {
    this.counted.push({ key, ...made });
    return null;
  }
}
