/** Blocks that were asked for and are not made yet. Pure. */

import { PowError } from '../../errors.js';

/** Of one chain: more is a slip of the keyboard. */
const MOST_BLOCKS = 1_000_000;
const LONGEST_SHOWN = 40;

export class Goals {
  /** By chain, all above zero. */
  readonly #counts = new Map<number, number>();

  get isEmpty(): boolean {
    return this.#counts.size === 0;
  }

  get chains(): readonly number[] {
    return [...this.#counts.keys()];
  }

  /**
   * All of it, or nothing.
   *
   * @throws {@link PowError} `POW_ARGUMENT` when a chain would be asked for more than a million
   */
  add(wanted: ReadonlyMap<number, number>): void {
    for (const [chain, count] of wanted) {
      if ((this.#counts.get(chain) ?? 0) + count <= MOST_BLOCKS) continue;
      throw bad(`chain ${chain}: more than ${MOST_BLOCKS} blocks would wait to be made`);
    }
    for (const [chain, count] of wanted) {
      if (count > 0) this.#counts.set(chain, (this.#counts.get(chain) ?? 0) + count);
    }
  }

  /** A block of the chain is made. */
  made(chain: number): void {
    const left = (this.#counts.get(chain) ?? 0) - 1;
    if (left > 0) this.#counts.set(chain, left);
    else this.#counts.delete(chain);
  }

  clear(): void {
    this.#counts.clear();
  }

  toJSON(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }
}

/**
 * The body of `POST /make-blocks`: `{"0":1,"3":5}` asks for one block of chain 0 and five of
 * chain 3; `{}` asks for none.
 *
 * @param chains - of the network, numbered from 0
 * @throws {@link PowError} `POW_ARGUMENT`, in words for whoever sent it
 */
export function parseGoals(body: string, chains: number): ReadonlyMap<number, number> {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw bad('the body is not JSON: expected an object like {"0":1,"3":5}');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw bad(`expected an object like {"0":1,"3":5}, got ${shown(value)}`);
  }
  const wanted = new Map<number, number>();
  for (const [key, count] of Object.entries(value)) {
    const chain = /^(0|[1-9]\d{0,9})$/.test(key) ? Number(key) : Number.NaN;
    if (!(chain < chains)) {
      throw bad(`unknown chain ${shown(key)}: expected 0 to ${chains - 1}`);
    }
    if (!Number.isInteger(count) || count < 0 || count > MOST_BLOCKS) {
      const expected = `a whole number of blocks from 0 to ${MOST_BLOCKS}`;
      throw bad(`chain ${chain}: expected ${expected}, got ${shown(count)}`);
    }
    wanted.set(chain, count);
  }
  return wanted;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}

function bad(detail: string): PowError {
  return new PowError('POW_ARGUMENT', detail, { argument: 'body' });
}
