/**
 * JSON whose numbers keep the text they were written in. ChainCore hashes JSON text, so `50.0` must
 * not become `50`, nor `1795210629.1821592` lose a digit.
 */

import { badArgument } from '../../core/arguments.js';

/** A number as it stood in the text: never converted unless asked. */
export class NumberText {
  readonly text: string;

  /** @param text - a JSON number */
  constructor(text: string) {
    if (!NUMBER.test(text)) throw badArgument('text', 'a JSON number', text);
    this.text = text;
  }

  /** As a whole number of at most 2^53 - 1 in size; `null`: it is none. */
  get safeInteger(): number | null {
    const value = /^-?\d{1,16}$/.test(this.text) ? Number(this.text) : Number.NaN;
    return Number.isSafeInteger(value) ? value : null;
  }

  get float(): number {
    return Number(this.text);
  }
}

export type JsonValue = null | boolean | string | NumberText | readonly JsonValue[] | JsonObject;
/** A map, so that no key (`__proto__`) means anything. */
export type JsonObject = ReadonlyMap<string, JsonValue>;

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const TOKEN =
  /[ \t\n\r]*(?:([{}[\]:,])|("[^"\\]*(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})[^"\\]*)*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null))/y;
const BLANK = /[ \t\n\r]*$/y;
/** Deeper than any block: so that brackets alone do not exhaust the stack. */
const MOST_DEPTH = 64;

/**
 * @param text - one JSON value; of a key that comes twice the last one counts, as in CPython
 * @throws {@link PowError} `POW_ARGUMENT` that says at which character it is none
 */
export function parseJson(text: string): JsonValue {
  return new Parser(text).whole();
}

class Parser {
  readonly #text: string;
  #at = 0;
  #mark = '';
  #value: JsonValue | undefined;

  constructor(text: string) {
    this.#text = text;
    this.#next();
  }

  whole(): JsonValue {
    const value = this.#read(0);
    if (this.#mark !== 'end') throw this.#wrong('the end of the text');
    return value;
  }

  /** Reads one token: a sign into `#mark`, anything else into `#value`. */
  #next(): void {
    TOKEN.lastIndex = this.#at;
    const [all, sign, quoted, number, word] = TOKEN.exec(this.#text) ?? [];
    this.#value = undefined;
    this.#mark = sign ?? '';
    if (all === undefined) {
      BLANK.lastIndex = this.#at;
      this.#mark = BLANK.test(this.#text) ? 'end' : 'nonsense';
      return;
    }
    this.#at += all.length;
    if (quoted !== undefined) this.#value = this.#unquoted(quoted);
    else if (number !== undefined) this.#value = new NumberText(number);
    else if (word !== undefined) this.#value = JSON.parse(word) as boolean | null;
  }

  #unquoted(quoted: string): string {
    try {
      return JSON.parse(quoted) as string;
    } catch {
      throw this.#wrong('no control character in a string');
    }
  }

  #read(depth: number): JsonValue {
    if (depth > MOST_DEPTH) throw this.#wrong(`at most ${MOST_DEPTH} levels`);
    const value = this.#value;
    if (value !== undefined) {
      this.#next();
      return value;
    }
    if (this.#mark === '[') return this.#list(depth);
    if (this.#mark === '{') return this.#object(depth);
    throw this.#wrong('a value');
  }

  #list(depth: number): readonly JsonValue[] {
    const list: JsonValue[] = [];
    this.#next();
    if (this.#takes(']')) return list;
    do list.push(this.#read(depth + 1));
    while (this.#takes(','));
    if (!this.#takes(']')) throw this.#wrong('] or a comma');
    return list;
  }

  #object(depth: number): JsonObject {
    const object = new Map<string, JsonValue>();
    this.#next();
    if (this.#takes('}')) return object;
    do {
      const key = this.#value;
      if (typeof key !== 'string') throw this.#wrong('a key');
      this.#next();
      if (!this.#takes(':')) throw this.#wrong('a colon');
      object.set(key, this.#read(depth + 1));
    } while (this.#takes(','));
    if (!this.#takes('}')) throw this.#wrong('} or a comma');
    return object;
  }

  #takes(sign: string): boolean {
    if (this.#mark !== sign) return false;
    this.#next();
    return true;
  }

  #wrong(expected: string): Error {
    const near = this.#text.slice(Math.max(0, this.#at - 12), this.#at + 12);
    return badArgument('text', `JSON: expected ${expected} near character ${this.#at}`, near);
  }
}
