/** The backend for machines without the addon: TypeScript on `@noble/hashes` and `tinypool`. */

import { PowError } from '../errors.js';
import type { Algorithm, Backend, BenchRow, GoalPlan, MessageBatch, WorkPlan } from './contract.js';
import { ALGORITHMS, GOAL_BYTES } from './contract.js';
import { crc32c } from './portable/crc32c.js';
import { KERNEL, PortableEngine } from './portable/engine.js';
import { goalTest } from './portable/goal-test.js';
import { digestOf } from './portable/hashing.js';
import { chunkNonces, Scanner } from './portable/scanner.js';

const DIGEST_BYTES = 32;
/** Bytes of a goal in front of its value: kind and order. */
const GOAL_HEAD = GOAL_BYTES - 2 * DIGEST_BYTES;

export const portableBackend: Backend = {
  kind: 'portable',

  openEngine(plan) {
    if (plan.kernel !== null) requireKernel(plan.kernel);
    return new PortableEngine(plan);
  },

  hashMessages(batch) {
    const digests = new Uint8Array(DIGEST_BYTES * batch.ends.length);
    digestEach(batch, (digest, i) => digests.set(digest, DIGEST_BYTES * i));
    return digests;
  },

  verifyMessages(batch, goals) {
    const verdicts = new Uint8Array(batch.ends.length);
    digestEach(batch, (digest, i) => {
      const packed = goals.subarray(GOAL_BYTES * i, GOAL_BYTES * (i + 1));
      verdicts[i] = goalTest(unpackGoal(packed), packed[1] === 0 ? 'le' : 'be')(digest) ? 1 : 0;
    });
    return verdicts;
  },

  merkleRoots({ bytes, ends, branches, spans }) {
    const algorithms = new Uint8Array(ends.length).fill(ALGORITHMS.indexOf('sha256d'));
    const roots = this.hashMessages({ algorithms, bytes, ends });
    const pair = new Uint8Array(2 * DIGEST_BYTES);
    for (let i = 0; i < ends.length; i++) {
      const root = roots.subarray(DIGEST_BYTES * i, DIGEST_BYTES * (i + 1));
      for (let at = spans[2 * i] as number; at < (spans[2 * i + 1] as number); at++) {
        pair.set(root);
        pair.set(branches.subarray(DIGEST_BYTES * at, DIGEST_BYTES * (at + 1)), DIGEST_BYTES);
        root.set(digestOf('sha256d', pair));
      }
    }
    return roots;
  },

  crc32c,

  kernels() {
    return ALGORITHMS.map((algorithm) => ({ algorithm, name: KERNEL, lanes: 1, available: true }));
  },

  cpuFeatures() {
    return [];
  },

  benchKernel(work, kernel, milliseconds) {
    requireKernel(kernel);
    return bench(work, milliseconds);
  },
};

function requireKernel(name: string): void {
  if (name !== KERNEL) {
    const detail = `${name}; the portable backend has one, '${KERNEL}'`;
    throw new PowError('POW_KERNEL', detail, { argument: 'kernel' });
  }
}

function digestEach(batch: MessageBatch, use: (digest: Uint8Array, i: number) => void): void {
  let start = 0;
  batch.ends.forEach((end, i) => {
    const algorithm = ALGORITHMS[batch.algorithms[i] as number] as Algorithm;
    use(digestOf(algorithm, batch.bytes.subarray(start, end)), i);
    start = end;
  });
}

function unpackGoal(packed: Uint8Array): GoalPlan {
  const value = packed.subarray(GOAL_HEAD, GOAL_HEAD + DIGEST_BYTES);
  if (packed[0] === 0) return { kind: 'target', value };
  return { kind: 'pattern', value, mask: packed.subarray(GOAL_HEAD + DIGEST_BYTES) };
}

function bench(work: WorkPlan, milliseconds: number): BenchRow {
  const hopeless = { kind: 'target', value: new Uint8Array(DIGEST_BYTES) } as const;
  const scanner = new Scanner(work, hopeless);
  const radix = work.nonceEncoding === 'hex' ? 16 : 10;
  const layout = work.nonceDigits === null ? Infinity : radix ** work.nonceDigits;
  const count = Math.min(layout, chunkNonces(work));
  const began = performance.now();
  let hashes = 0;
  let elapsed = 0;
  do {
    scanner.scan(0n, count);
    hashes += count;
    elapsed = performance.now() - began;
  } while (elapsed < milliseconds);
  return { hashes, seconds: elapsed / 1000, cyclesPerHash: null };
}
