/** Names from outside as label values: safe to show, short, and never more than so many. */

import { printable } from '../core/printable.js';

const LONGEST = 64;

/**
 * The first names that come keep their label for good, so that a series never changes its meaning
 * and a database never sees more than `most` of them, whatever a network sends.
 */
export class LabelNames {
  readonly #most: number;
  readonly #labels = new Map<string, string>();
  readonly #taken = new Set<string>();

  constructor(most: number) {
    this.#most = most;
  }

  /** The label of a name; `null`: there are enough, or another name already reads like this one. */
  of(name: string): string | null {
    const known = this.#labels.get(name);
    if (known !== undefined) return known;
    if (this.#labels.size >= this.#most) return null;
    const label = labelOf(name);
    if (this.#taken.has(label)) return null;
    this.#taken.add(label);
    this.#labels.set(name, label);
    return label;
  }
}

function labelOf(name: string): string {
  // Characters, not code units: half a pair would not survive UTF-8, nor stay apart in it.
  const characters = Array.from(printable(name.slice(0, LONGEST)), (character) =>
    /^\p{Cs}$/u.test(character) ? '\ufffd' : character,
  );
  return characters.slice(0, LONGEST).join('');
}
