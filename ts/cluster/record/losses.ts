/** Leases that ended with their worker: many of them in a minute are no accident. Pure. */

const WINDOW_MS = 60_000;
/** Whoever crashes at one unit after the other, each two seconds long, loses fewer. */
const MOST_LOSSES = 16;
/** Workers that share a key may lose their connections together: each was at so many at most. */
const MOST_OF_WORKER = 4;
const MOST_KEYS = 4_096;

interface Loss {
  readonly atMs: number;
  readonly worker: string;
}

export class Losses {
  /** The one that lost something last is last. */
  readonly #byKey = new Map<string, Loss[]>();

  /** @returns what is wrong, in words; then the count begins anew */
  add({ key, worker }: { key: string; worker: string }, atMs: number): string | null {
    const before = this.#byKey.get(key) ?? [];
    const losses = before.filter((loss) => atMs - loss.atMs < WINDOW_MS);
    losses.push({ atMs, worker });
    this.#byKey.delete(key);
    const workers = new Set(losses.map((loss) => loss.worker)).size;
    if (losses.length >= Math.max(MOST_LOSSES, MOST_OF_WORKER * workers + 1)) {
      return `${losses.length} leases lost within a minute`;
    }
    this.#byKey.set(key, losses);
    const [oldest] = this.#byKey.keys();
    if (this.#byKey.size > MOST_KEYS && oldest !== undefined) this.#byKey.delete(oldest);
    return null;
  }
}
