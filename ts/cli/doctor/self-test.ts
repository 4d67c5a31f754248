import { Engine, NonceRange, Target, Work } from '../../index.js';
import type { BackendKind } from '../../native/contract.js';
import type { KnownAnswer } from '../known-answers.js';

/** Whether a kernel finds a nonce that other people found. */
export interface SelfTest {
  readonly result: 'passed' | 'failed' | 'skipped';
  /** The work it was tried on. */
  readonly work: string;
  /** What went wrong; `null` when nothing did. */
  readonly detail: string | null;
}

/** Nonces in front of the known one: enough for every lane, and for a carry into the next word. */
const NONCES_BEFORE = 4096n;
/** And behind it, so that the answer is not simply the last of the range. */
const NONCES_AFTER = 64n;

/** Searches around the known answer on one kernel, on one thread. */
export async function selfTest(
  backend: BackendKind,
  kernel: string,
  known: KnownAnswer,
): Promise<SelfTest> {
  const verdict = (detail: string | null): SelfTest => ({
    result: detail === null ? 'passed' : 'failed',
    work: known.name,
    detail,
  });
  try {
    const engine = new Engine({ backend, kernel, threads: 1, priority: 'normal' });
    try {
      const used = engine.stats().kernels[known.work.algorithm];
      if (used !== kernel) return verdict(`the engine uses ${used} instead`);
      return verdict(await searchAround(engine, known));
    } finally {
      await engine.close();
    }
  } catch (error) {
    return verdict(error instanceof Error ? error.message : String(error));
  }
}

/** What is wrong with the answer, or `null`. */
async function searchAround(engine: Engine, known: KnownAnswer): Promise<string | null> {
  const { nonce } = known;
  const start = nonce > NONCES_BEFORE ? nonce - NONCES_BEFORE : 0n;
  const range = new NonceRange(start, nonce + NONCES_AFTER);
  const target = Target.fromHex(known.target);
  const solution = await engine.mine(new Work(known.work), { target, range });
  if (solution === null) return `missed the nonce ${nonce}`;
  if (solution.nonce !== nonce) return `found the nonce ${solution.nonce}, not ${nonce}`;
  const hash = Buffer.from(solution.hash).toString('hex');
  return hash === known.hash ? null : `hashed to ${hash}, not ${known.hash}`;
}
