/** The lines of a stream that may hold anything, bounded in length and number, safe to show. */

import { StringDecoder } from 'node:string_decoder';
import { printable } from '../../core/printable.js';

const LONGEST_LINE = 1000;
const MOST_LINES = 100;

export class Lines {
  readonly #tell: (line: string) => void;
  readonly #decoder = new StringDecoder('utf8');
  #line = '';
  #told = 0;
  #dropped = 0;

  constructor(tell: (line: string) => void) {
    this.#tell = tell;
  }

  write(bytes: Buffer): void {
    this.#add(this.#decoder.write(bytes));
  }

  /** The last line, without a break, and how many were left out. */
  end(): void {
    this.#add(this.#decoder.end());
    if (this.#line !== '') this.#finish();
    if (this.#dropped > 0) this.#tell(`… and ${this.#dropped} more lines`);
    this.#dropped = 0;
  }

  #add(text: string): void {
    const lines = text.split('\n');
    for (const [i, line] of lines.entries()) {
      if (i > 0) this.#finish();
      this.#line += line.slice(0, LONGEST_LINE + 1 - this.#line.length);
    }
  }

  #finish(): void {
    const line = this.#line.replace(/\r$/, '');
    this.#line = '';
    if (this.#told === MOST_LINES) {
      this.#dropped += 1;
      return;
    }
    this.#told += 1;
    const cut = line.length > LONGEST_LINE;
    this.#tell(printable(cut ? `${line.slice(0, LONGEST_LINE)}…` : line));
  }
}
