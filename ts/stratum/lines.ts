/**
 * Cuts what a connection sends into messages. Pure. A message ends with its line, or with the
 * bracket that closes it: the official Chainweb server reads a stream of JSON, and some devices
 * send no newline.
 */

const NEWLINE = 0x0a;
const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BRACKET = { open: 0x5b, close: 0x5d } as const;
const BRACE = { open: 0x7b, close: 0x7d } as const;

/** Deeper than any message of either dialect; `JSON.stringify` would overflow the stack some day. */
const MOST_DEPTH = 16;
const FIRST_CAPACITY = 256;

export type LineFault = 'too long' | 'nested too deeply';

export interface Cut {
  /** Complete messages, in order. */
  readonly texts: readonly string[];
  /** Lines of nothing but blanks: no messages, and work all the same. */
  readonly blankLines: number;
  /** What came after `texts` is none: the connection is of no more use. */
  readonly fault: LineFault | null;
}

/** Holds at most one unfinished message of `mostBytes`; every byte is looked at once. */
export class Lines {
  readonly #mostBytes: number;
  #held: Buffer = Buffer.alloc(0);
  #heldBytes = 0;
  #depth = 0;
  /** Of what is held. */
  #isBlank = true;
  /** Of the line so far: a message that its bracket ended was in it. */
  #hasText = false;
  #inString = false;
  #escaped = false;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  push(chunk: Uint8Array): Cut {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    const texts: string[] = [];
    let [start, blankLines] = [0, 0];
    for (let at = 0; at < bytes.length; at++) {
      const end = this.#look(bytes[at] as number);
      if (end === 'deep') return { texts, blankLines, fault: 'nested too deeply' };
      if (end === 'on') continue;
      const isTooLong = this.#heldBytes + at + 1 - start > this.#mostBytes;
      if (isTooLong) return { texts, blankLines, fault: 'too long' };
      if (this.#isBlank) {
        this.#heldBytes = 0;
        if (!this.#hasText) blankLines += 1;
        this.#hasText = false;
      } else texts.push(this.#take(bytes.subarray(start, at + 1)));
      start = at + 1;
    }
    const rest = bytes.subarray(start);
    const isTooLong = this.#heldBytes + rest.length > this.#mostBytes;
    if (isTooLong) return { texts, blankLines, fault: 'too long' };
    this.#hold(rest);
    return { texts, blankLines, fault: null };
  }

  #look(byte: number): 'on' | 'end' | 'deep' {
    // A line break inside a string is no JSON: the line is over all the same.
    if (byte === NEWLINE) return 'end';
    if (byte > SPACE) this.#isBlank = false;
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false;
      else if (byte === BACKSLASH) this.#escaped = true;
      else if (byte === QUOTE) this.#inString = false;
      return 'on';
    }
    if (byte === QUOTE) this.#inString = true;
    else if (byte === BRACE.open || byte === BRACKET.open) {
      this.#depth += 1;
      if (this.#depth > MOST_DEPTH) return 'deep';
    } else if (byte === BRACE.close || byte === BRACKET.close) {
      this.#depth -= 1;
      if (this.#depth <= 0) return 'end';
    }
    return 'on';
  }

  #take(last: Buffer): string {
    this.#depth = 0;
    this.#isBlank = true;
    this.#hasText = last.at(-1) !== NEWLINE;
    this.#inString = false;
    this.#escaped = false;
    if (this.#heldBytes === 0) return last.toString('utf8');
    const whole = Buffer.concat([this.#held.subarray(0, this.#heldBytes), last]);
    this.#held = Buffer.alloc(0);
    this.#heldBytes = 0;
    return whole.toString('utf8');
  }

  /** Copied: the memory of a chunk is often that of a whole read. */
  #hold(rest: Buffer): void {
    const needed = this.#heldBytes + rest.length;
    if (needed > this.#held.length) {
      const capacity = Math.max(FIRST_CAPACITY, needed, 2 * this.#held.length);
      const grown = Buffer.alloc(Math.min(capacity, this.#mostBytes));
      this.#held.copy(grown, 0, 0, this.#heldBytes);
      this.#held = grown;
    }
    rest.copy(this.#held, this.#heldBytes);
    this.#heldBytes = needed;
  }
}
