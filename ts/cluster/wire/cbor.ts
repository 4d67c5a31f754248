/** CBOR maps, read field by field: keys that are not asked for are skipped. */

import { decode, encode } from 'cborg';
import { cutText } from './codec.js';
import type { FieldReader } from './field-reader.js';
import type { FieldWriter } from './field-writer.js';
import type { WireError } from './wire-error.js';

/** One shape per value: no indefinite lengths, no tags, no long forms, no key twice. */
const STRICT = {
  strict: true,
  useMaps: true,
  rejectDuplicateMapKeys: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowInfinity: false,
  allowNaN: false,
  allowBigInt: false,
} as const;

export function writeMap(out: FieldWriter, field: string, value: object): void {
  out.bytes(field, encode(value, { ignoreUndefinedProperties: true }));
}

/** Everything that is left of a message. */
export function readMap(input: FieldReader, field: string): Entries {
  let value: unknown;
  try {
    // Nesting is bounded by the cap of the message; deeper than the stack is an error like others.
    value = decode(input.rest(), STRICT);
  } catch (cause) {
    throw input.error(field, `not strict CBOR (${cutText(String(cause), 120)})`);
  }
  return new Entries((path, detail) => input.error(path, detail), field, value);
}

/** A map whose values are checked as they are taken out. */
export class Entries {
  readonly #error: (path: string, detail: string) => WireError;
  readonly #path: string;
  readonly #map: ReadonlyMap<unknown, unknown>;

  constructor(error: (path: string, detail: string) => WireError, path: string, value: unknown) {
    if (!(value instanceof Map)) throw error(path, 'not a map');
    this.#error = error;
    this.#path = path;
    this.#map = value;
  }

  has(key: string): boolean {
    return this.#map.has(key) && this.#map.get(key) !== null;
  }

  text(key: string, mostBytes: number): string {
    const value = this.#map.get(key);
    if (typeof value !== 'string') throw this.#wrong(key, 'no text');
    if (Buffer.byteLength(value) > mostBytes) throw this.#wrong(key, `above ${mostBytes} bytes`);
    return value;
  }

  oneOf<Word extends string>(key: string, words: readonly Word[]): Word {
    const value = this.#map.get(key);
    if (!words.includes(value as Word)) throw this.#wrong(key, 'unknown');
    return value as Word;
  }

  flag(key: string): boolean {
    const value = this.#map.get(key);
    if (typeof value !== 'boolean') throw this.#wrong(key, 'neither true nor false');
    return value;
  }

  /** An integer. */
  count(key: string, most = Number.MAX_SAFE_INTEGER): number {
    const value = this.#map.get(key);
    if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most) {
      return value as number;
    }
    throw this.#wrong(key, `no integer from 0 to ${most}`);
  }

  /** Zero or more, finite. */
  amount(key: string): number {
    return this.#amount(key, this.#map.get(key));
  }

  /** A copy. */
  bytes(key: string, least: number, most: number): Uint8Array<ArrayBuffer> {
    return this.#bytes(key, this.#map.get(key), least, most);
  }

  map(key: string): Entries {
    return new Entries(this.#error, this.#at(key), this.#map.get(key));
  }

  /** Names with amounts. */
  amounts(key: string, most: number, mostBytes: number): Readonly<Record<string, number>> {
    const value = this.#map.get(key);
    if (!(value instanceof Map)) throw this.#wrong(key, 'not a map');
    if (value.size > most) throw this.#wrong(key, `more than ${most} entries`);
    const pairs = [...value].map(([name, amount]) => {
      if (typeof name !== 'string' || Buffer.byteLength(name) > mostBytes) {
        throw this.#wrong(key, `names are texts of ${mostBytes} bytes at most`);
      }
      return [name, this.#amount(key, amount)] as const;
    });
    return Object.fromEntries(pairs);
  }

  texts(key: string, most: number, mostBytes: number): string[] {
    return this.#list(key, most).map((value) => {
      if (typeof value === 'string' && Buffer.byteLength(value) <= mostBytes) return value;
      throw this.#wrong(key, `entries are texts of ${mostBytes} bytes at most`);
    });
  }

  maps<T>(key: string, most: number, read: (entries: Entries) => T): T[] {
    return this.#list(key, most).map((value, i) =>
      read(new Entries(this.#error, `${this.#at(key)}[${i}]`, value)),
    );
  }

  byteStrings(key: string, most: number, bytes: number): Uint8Array<ArrayBuffer>[] {
    return this.#list(key, most).map((value) => this.#bytes(key, value, bytes, bytes));
  }

  #list(key: string, most: number): readonly unknown[] {
    const value = this.#map.get(key);
    if (!Array.isArray(value)) throw this.#wrong(key, 'no list');
    if (value.length > most) throw this.#wrong(key, `more than ${most} entries`);
    return value;
  }

  #amount(key: string, value: unknown): number {
    if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
    throw this.#wrong(key, 'no number from 0');
  }

  #bytes(key: string, value: unknown, least: number, most: number): Uint8Array<ArrayBuffer> {
    if (value instanceof Uint8Array && value.length >= least && value.length <= most) {
      return new Uint8Array(value);
    }
    throw this.#wrong(key, `no ${least} to ${most} bytes`);
  }

  #wrong(key: string, detail: string): WireError {
    return this.#error(this.#at(key), detail);
  }

  #at(key: string): string {
    return `${this.#path}.${key}`;
  }
}
