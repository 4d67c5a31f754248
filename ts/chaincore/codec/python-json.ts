/** JSON text as CPython's `json.dumps` writes it: what ChainCore hashes, to the byte. */

import { type JsonValue, NumberText } from './json.js';

export interface DumpOptions {
  /** `sorted`: keys ascending by code point (`sort_keys=True`). */
  readonly keys: 'sorted' | 'as-given';
}

/** `json.dumps(value)`: separators `, ` and `: `, everything but printable ASCII escaped. */
export function dumpJson(value: JsonValue, options: DumpOptions): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return quoted(value);
  if (value instanceof NumberText) return pythonNumber(value.text);
  if (Array.isArray(value)) {
    return `[${value.map((item: JsonValue) => dumpJson(item, options)).join(', ')}]`;
  }
  const entries = [...(value as ReadonlyMap<string, JsonValue>)];
  if (options.keys === 'sorted') entries.sort(([left], [right]) => byCodePoint(left, right));
  const members = entries.map(([key, item]) => `${quoted(key)}: ${dumpJson(item, options)}`);
  return `{${members.join(', ')}}`;
}

/**
 * A JSON number after a round trip through CPython: an int of any size, or `repr` of a double.
 *
 * @param text - a JSON number
 */
function pythonNumber(text: string): string {
  // `int` of very long text takes CPython quadratic time, so it refuses more than 4,300 digits.
  if (/^-?\d+$/.test(text)) return text === '-0' ? '0' : text;
  return floatRepr(Number(text));
}

/** CPython's `repr` of a double: shortest digits that read back the same. */
export function floatRepr(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  if (Object.is(value, -0)) return '-0.0';
  const [, sign = '', first = '', rest = '', power = ''] =
    /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(value.toExponential()) ?? [];
  const exponent = Number(power);
  const digits = first + rest;
  if (exponent < -4 || exponent >= 16) {
    const figure = rest === '' ? first : `${first}.${rest}`;
    const width = String(Math.abs(exponent)).padStart(2, '0');
    return `${sign}${figure}e${exponent < 0 ? '-' : '+'}${width}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return `${sign}${whole}.${digits.slice(exponent + 1) || '0'}`;
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\f': '\\f',
  '\b': '\\b',
};

/** `ensure_ascii`: a character beyond the basic plane becomes its two surrogates. */
function quoted(text: string): string {
  const escaped = text.replace(/["\\]|[^ -~]/g, (unit) => {
    const code = unit.charCodeAt(0).toString(16).padStart(4, '0');
    return SHORT_ESCAPES[unit] ?? `\\u${code}`;
  });
  return `"${escaped}"`;
}

/** JavaScript compares UTF-16 units, CPython code points: they differ beyond the basic plane. */
function byCodePoint(left: string, right: string): number {
  const [a, b] = [[...left], [...right]];
  const at = a.findIndex((character, i) => character !== b[i]);
  if (at < 0) return a.length - b.length;
  return (a[at]?.codePointAt(0) ?? 0) - (b[at]?.codePointAt(0) ?? -1);
}
