import type { GoalPlan, WorkPlan } from '../contract.js';
import { goalTest } from './goal-test.js';
import { BLOCK_BYTES, PADDING_BYTES, tailHasher } from './hashing.js';
import { NonceTail } from './nonce-tail.js';

/** Widest text nonce: 2^64 - 1 in decimal. */
const WIDEST_TEXT = 20;
/** Compressions in a chunk: some half a millisecond with `@noble/hashes`. */
const CHUNK_COMPRESSIONS = 512;

/** Looks for the first winning nonce of a run. One for each thread that searches a work. */
export class Scanner {
  readonly #tail: NonceTail;
  readonly #hash: (tail: Uint8Array) => Uint8Array;
  readonly #wins: (digest: Uint8Array) => boolean;

  constructor(work: WorkPlan, goal: GoalPlan) {
    this.#tail = new NonceTail(work);
    this.#hash = tailHasher(work.algorithm, work.message.subarray(0, work.nonceOffset));
    this.#wins = goalTest(goal, work.hashOrder);
  }

  /**
   * The lowest `i < count` for which nonce `first + i` wins; `null` if none does. The nonces must
   * lie within the layout.
   */
  scan(first: bigint, count: number): number | null {
    for (let done = 0; done < count; ) {
      const asWide = this.#tail.write(first + BigInt(done));
      const end = Math.min(count, done + asWide);
      const tail = this.#tail.bytes;
      for (; done < end; done++) {
        if (this.#wins(this.#hash(tail))) return done;
        this.#tail.step();
      }
    }
    return null;
  }
}

/**
 * Nonces in one chunk of a search: the same in every thread, since a claim is only a chunk number.
 * Small, because a thread looks at its stop flag, and lets other searches run, between chunks.
 */
export function chunkNonces(work: WorkPlan): number {
  const { algorithm, message, nonceOffset, nonceEncoding } = work;
  const text = nonceEncoding === 'decimal' || nonceEncoding === 'hex' ? WIDEST_TEXT : 0;
  const hashedOnce = nonceOffset - (nonceOffset % BLOCK_BYTES);
  const bytes = message.length + text + PADDING_BYTES[algorithm] - hashedOnce;
  const compressions = Math.ceil(bytes / BLOCK_BYTES) + (algorithm === 'sha256d' ? 1 : 0);
  return Math.max(1, Math.floor(CHUNK_COMPRESSIONS / compressions));
}
