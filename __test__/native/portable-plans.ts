/** Plans as core hands them to a backend, and the answer they must get, by `node:crypto` alone. */

import type {
  Algorithm,
  BackendEngine,
  EnginePlan,
  GoalPlan,
  SearchEnd,
  SearchPlan,
  WorkPlan,
} from '../../ts/native/contract.js';
import { portableBackend } from '../../ts/native/portable.js';
import { plainDigest, type Random } from '../fixtures.js';

/** No hash meets it. */
export const hopeless: GoalPlan = { kind: 'target', value: new Uint8Array(32) };

export const chainwebWork: WorkPlan = {
  algorithm: 'blake2s',
  message: new Uint8Array(286).fill(7),
  nonceOffset: 278,
  nonceEncoding: 'u64le',
  nonceDigits: null,
  hashOrder: 'le',
};

export const endless: SearchPlan = {
  work: chainwebWork,
  goal: hopeless,
  start: 0n,
  end: 1n << 64n,
};

export function openEngine(threads: number, plan: Partial<EnginePlan> = {}): BackendEngine {
  return portableBackend.openEngine({
    threads,
    priority: 'normal',
    affinity: null,
    cpuLimit: 100,
    kernel: null,
    ...plan,
  });
}

/** How a search on `engine` ends. */
export function endOf(engine: BackendEngine, plan: SearchPlan): Promise<SearchEnd> {
  return new Promise((resolve) => void engine.search(plan, resolve));
}

/** A goal that about one digest in `2^bits` meets. */
export function goalOf(bits: number, random: Random): GoalPlan {
  if (random.pick([true, false])) {
    const number = ((1n << 256n) >> BigInt(bits)) - 1n;
    return { kind: 'target', value: Buffer.from(number.toString(16).padStart(64, '0'), 'hex') };
  }
  const mask = new Uint8Array(32);
  for (let set = 0; set < bits; ) {
    const [byte, bit] = [random.between(0, 31), 1 << random.between(0, 7)];
    if (((mask[byte] as number) & bit) !== 0) continue;
    mask[byte] = (mask[byte] as number) | bit;
    set += 1;
  }
  return { kind: 'pattern', value: random.bytes(32), mask };
}

export function isMet(goal: GoalPlan, order: 'le' | 'be', digest: Buffer): boolean {
  const number = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  if (goal.kind === 'pattern') {
    return ((number(digest) ^ number(goal.value)) & number(goal.mask)) === 0n;
  }
  const ordered = order === 'le' ? Buffer.from(digest).reverse() : digest;
  return number(ordered) <= number(goal.value);
}

export function digestOf(work: WorkPlan, nonce: bigint): Buffer {
  const { algorithm, message, nonceOffset: offset, nonceEncoding: encoding, nonceDigits } = work;
  const digits = nonceDigits ?? 0;
  return plainDigest({ algorithm, message, nonce: { offset, encoding, digits } }, nonce);
}

/** One nonce after the other. */
export function plainEnd({ work, goal, start, end }: SearchPlan): SearchEnd {
  for (let nonce = start; nonce < end; nonce++) {
    if (isMet(goal, work.hashOrder, digestOf(work, nonce))) return { kind: 'found', nonce };
  }
  return { kind: 'exhausted' };
}

/** A work that no backend can hash: the worker throws as soon as it prepares the search. */
export const faulty: SearchPlan = {
  ...endless,
  work: { ...chainwebWork, algorithm: 'planted' as Algorithm },
};
