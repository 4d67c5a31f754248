/**
 * Shares that a key reports, against those that its hashes should have had. They come at random,
 * K on average: fewer than K - 4 sqrt(K) is one in 30,000 for who hashes everything.
 */

/** Expected shares at the first look; then at twice as many, and so on. */
const FIRST_LOOK = 256;
/** The last look: 10 per cent that were not hashed show by then, and the count begins anew. */
const LAST_LOOK = 8_192;
const SIGMAS = 4;
/** None at all, where so many were expected, is one in e^20, of one result or of several. */
const NEVER_NONE = 20;

export class ShareCount {
  #expected = 0;
  #shares = 0;
  #look = FIRST_LOOK;
  /** Expected since the last result that had one. */
  #without = 0;

  /**
   * Few are looked for, but not at every result: who is looked at often enough has bad luck in
   * the end.
   *
   * @returns what is wrong, in words
   */
  add({ shares, expected }: { shares: number; expected: number }): string | null {
    this.#without = shares > 0 ? 0 : this.#without + expected;
    if (this.#without >= NEVER_NONE) {
      const missed = Math.round(this.#without);
      this.#without = 0;
      return `no share where ${missed} were expected`;
    }
    this.#expected += expected;
    this.#shares += shares;
    if (this.#expected < this.#look) return null;
    const [all, counted] = [Math.round(this.#expected), this.#shares];
    const isShort = this.#shares < this.#expected - SIGMAS * Math.sqrt(this.#expected);
    while (this.#look <= this.#expected) this.#look *= 2;
    if (isShort || this.#look > LAST_LOOK) this.#begin();
    return isShort ? `${counted} shares where ${all} were expected` : null;
  }

  #begin(): void {
    this.#expected = 0;
    this.#shares = 0;
    this.#look = FIRST_LOOK;
  }
}
