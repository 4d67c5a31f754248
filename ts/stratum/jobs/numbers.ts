/** Numbers that tell sessions apart: counted up, never given to two that live. */

export class Numbers {
  readonly #live = new Set<number>();
  #next: number;

  constructor(first = 0) {
    this.#next = first;
  }

  get live(): number {
    return this.#live.size;
  }

  /**
   * @param most - numbers there are
   * @returns `null`: all are taken
   */
  take(most: number): number | null {
    if (this.#live.size >= most) return null;
    for (;;) {
      if (this.#next >= most) this.#next = 0;
      const number = this.#next;
      this.#next += 1;
      if (this.#live.has(number)) continue;
      this.#live.add(number);
      return number;
    }
  }

  free(number: number): void {
    this.#live.delete(number);
  }
}
