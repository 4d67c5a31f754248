/**
 * Hashes a random part of accepted units again: a share in it that was not reported is proof that
 * the part was not hashed, or that a share was kept back.
 */

import type { Engine } from '../../core/engine.js';
import type { Goal } from '../../core/goal.js';
import { NonceRange } from '../../core/nonce-range.js';
import type { Work } from '../../core/work.js';
import type { Scanned } from '../record/judges.js';
import { patchedWork } from '../work-of-job.js';

/** One in so many nonces. */
const PART = 256n;
const MOST_WAITING = 64;
/** Bits of a random number that `Math.random` has. */
const RANDOM_BITS = 52n;

export interface Proof extends Scanned {
  /** A share that was not reported. */
  readonly nonce: bigint;
}

/** The lowest nonce of `[start, end)` that meets the goal; rejects when it is aborted. */
export type Scan = (
  work: Work,
  goal: Goal,
  nonces: { readonly start: bigint; readonly end: bigint },
  signal: AbortSignal,
) => Promise<bigint | null>;

/** Open the engine with `priority: 'background'`: it hashes beside the master. */
export function scanBy(engine: Pick<Engine, 'mine'>): Scan {
  return async (work, goal, { start, end }, signal) => {
    const range = new NonceRange(start, end);
    return (await engine.mine(work, { target: goal, range, signal }))?.nonce ?? null;
  };
}

export interface RescansOptions {
  readonly scan: Scan;
  /** Called once for each lease that is proved to be false. It does not throw. */
  proved(proof: Proof): void;
  /** What went wrong with the engine; the part is skipped. Default: nobody is told. */
  failed?(error: unknown): void;
  /** `[0, 1)`. */
  readonly random: () => number;
}

export class Rescans {
  readonly #options: RescansOptions;
  readonly #waiting: { readonly of: Scanned; readonly start: bigint; readonly end: bigint }[] = [];
  readonly #stop = new AbortController();
  #running: Promise<void> | null = null;

  constructor(options: RescansOptions) {
    this.#options = options;
  }

  /**
   * Draws a part of what was scanned, and looks at it when its turn comes. Offer only leases of
   * which every partial result is known: of one that a restarted master took over, some may not
   * be, and an honest key would be proved wrong.
   */
  offer(scanned: Scanned): void {
    const length = scanned.to - scanned.from;
    if (length <= 0n || this.#stop.signal.aborted) return;
    if (this.#waiting.length >= MOST_WAITING) return; // the engine cannot keep up
    const part = length > PART ? length / PART : 1n;
    const drawn = BigInt(Math.floor(this.#options.random() * 2 ** Number(RANDOM_BITS)));
    const start = scanned.from + ((drawn * (length - part + 1n)) >> RANDOM_BITS);
    this.#waiting.push({ of: scanned, start, end: start + part });
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
  }

  /** Everything that was offered has been looked at. */
  async idle(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  /** Stops; what is waiting is dropped. The engine is the owner's. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.idle();
  }

  async #run(): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      if (this.#stop.signal.aborted) continue;
      try {
        await this.#look(next.of, next.start, next.end);
      } catch (error) {
        if (!this.#stop.signal.aborted) this.#options.failed?.(error);
      }
    }
  }

  async #look(of: Scanned, start: bigint, end: bigint): Promise<void> {
    const { scan, proved } = this.#options;
    const { spec, unit, reported } = of;
    const work = patchedWork(spec.work, unit.patch);
    let from = start;
    while (from < end) {
      const nonce = await scan(work, spec.shareTarget, { start: from, end }, this.#stop.signal);
      if (nonce === null) return;
      if (!reported.has(nonce)) {
        proved({ ...of, nonce });
        return;
      }
      from = nonce + 1n;
    }
  }
}
