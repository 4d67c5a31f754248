/** Accepted shares of one of the miner's jobs, so that none counts twice; bounded. */

/** Of one session. Vardiff makes it a handful. */
const MOST_OF_SESSION = 16_384;
/** Of all sessions, about; each takes some 80 bytes. */
const MOST = 2 ** 20;
/** Bytes of a digest that tell shares apart. */
const DIGEST_KEY = 16;

export class Accepted {
  /** By session number. */
  readonly #shares = new Map<number, Set<string>>();
  /** Sessions that are over, oldest first: their numbers come again only after all others. */
  readonly #over = new Set<number>();
  readonly #most: number;
  #size = 0;

  constructor(most = MOST) {
    this.#most = most;
  }

  get size(): number {
    return this.#size;
  }

  /**
   * Remembers a share. Its digest names it: only what cost work takes memory.
   *
   * @param digests - of a whole batch
   * @param at - where in it the digest begins
   */
  add(session: number, digests: Uint8Array, at: number): 'new' | 'duplicate' | 'too-many' {
    let shares = this.#shares.get(session);
    if (shares === undefined) {
      shares = new Set();
      this.#shares.set(session, shares);
    }
    this.#over.delete(session);
    const key = Buffer.from(digests.buffer, digests.byteOffset + at, DIGEST_KEY).toString('latin1');
    if (shares.has(key)) return 'duplicate';
    if (this.#size >= this.#most) this.#forget();
    if (shares.size >= this.#mostOfSession()) return 'too-many';
    shares.add(key);
    this.#size += 1;
    return 'new';
  }

  /** The session is over. */
  leave(session: number): void {
    if (this.#shares.has(session)) this.#over.add(session);
  }

  clear(): void {
    this.#shares.clear();
    this.#over.clear();
    this.#size = 0;
  }

  /** When there are too many in all, only sessions that have few may add to them. */
  #mostOfSession(): number {
    if (this.#size < this.#most) return MOST_OF_SESSION;
    return Math.min(MOST_OF_SESSION, this.#most / this.#shares.size);
  }

  #forget(): void {
    const [oldest] = this.#over;
    if (oldest === undefined) return;
    this.#size -= this.#shares.get(oldest)?.size ?? 0;
    this.#shares.delete(oldest);
    this.#over.delete(oldest);
  }
}
