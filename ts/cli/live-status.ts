import type { Progress } from '../index.js';
import { chanceSoFar, count, elapsed, hashRate, percent } from './quantities.js';

/** One line about a running search. */
export function statusLine(progress: Progress): string {
  const { hashes, hashesPerSecond, elapsedMs, expectedHashes } = progress;
  return [
    hashRate(hashesPerSecond),
    `${count(hashes)} hashes`,
    `${count(expectedHashes)} expected`,
    `chance so far ${percent(chanceSoFar(hashes, expectedHashes))}`,
    elapsed(elapsedMs),
  ].join(' | ');
}

/** What {@link LiveStatus} needs of `process.stderr`. */
export interface StatusStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const LOG_EVERY_MS = 5000;
const ERASE_LINE = '\r\x1b[2K';

/**
 * Shows progress: one line redrawn in place on a terminal; elsewhere a plain line at most every
 * `logEveryMs`, so that a log stays readable.
 */
export class LiveStatus {
  readonly #stream: StatusStream;
  readonly #inPlace: boolean;
  readonly #logEveryMs: number;
  #loggedAtMs = 0;
  #drawn = false;

  constructor(stream: StatusStream, options: { readonly logEveryMs?: number } = {}) {
    this.#stream = stream;
    this.#inPlace = stream.isTTY === true && process.env['TERM'] !== 'dumb';
    this.#logEveryMs = options.logEveryMs ?? LOG_EVERY_MS;
  }

  show(progress: Progress): void {
    this.showLine(() => statusLine(progress), progress.elapsedMs);
  }

  /** The same with any line, which is made only when it is shown. */
  showLine(line: (where: 'terminal' | 'log') => string, elapsedMs: number): void {
    if (this.#inPlace) {
      this.say(line('terminal'));
    } else if (elapsedMs - this.#loggedAtMs >= this.#logEveryMs) {
      this.#loggedAtMs = elapsedMs;
      this.say(line('log'));
    }
  }

  /** Any other line about what is going on now. Our own words only: it is not made printable. */
  say(line: string): void {
    if (!this.#inPlace) {
      this.#stream.write(`${line}\n`);
      return;
    }
    // A line that wraps could not be erased again; one column stays free for the cursor.
    // A terminal that does not know its size says 0.
    const width = (this.#stream.columns || 80) - 1;
    this.#stream.write(ERASE_LINE + line.slice(0, width));
    this.#drawn = true;
  }

  /** A line that stays. Not made printable, either. */
  note(line: string): void {
    this.clear();
    this.#stream.write(`${line}\n`);
  }

  /** Takes the line off the terminal, so that what is printed next starts clean. */
  clear(): void {
    if (this.#drawn) this.#stream.write(ERASE_LINE);
    this.#drawn = false;
  }
}
