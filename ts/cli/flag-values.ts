import { InvalidArgumentError } from 'commander';

/*
 * Each function turns the text of one flag into its value, or says what was expected. Commander
 * puts the name of the flag and the text in front.
 */

/** 2^64: the end of the largest range. */
const NONCE_LIMIT = 1n << 64n;

/** A nonce, or the end of a range: decimal or `0x` hex, at most 2^64. */
export function nonceValue(text: string): bigint {
  const expected = 'Expected a nonce, decimal or 0x hex, from 0 to 2^64.';
  if (!/^(\d{1,20}|0x[\da-f]{1,17})$/i.test(text)) throw new InvalidArgumentError(expected);
  const value = BigInt(text);
  if (value > NONCE_LIMIT) throw new InvalidArgumentError(expected);
  return value;
}

/** A whole number within bounds, both included. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
  };
}

/** A finite number above zero. */
export function positiveNumber(text: string): number {
  const value = /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('Expected a number above zero.');
}

/** Hex digits, with or without `0x`, of exactly `bytes` bytes. */
export function hexOf(bytes: number): (text: string) => string {
  return (text) => {
    const digits = text.replace(/^0x/i, '');
    if (/^[\da-f]*$/i.test(digits) && digits.length === bytes * 2) return digits;
    throw new InvalidArgumentError(`Expected ${bytes * 2} hex digits (${bytes} bytes).`);
  };
}

/** One to 64 hex digits; an odd number is fine. */
export function hexPrefix(text: string): string {
  if (/^[\da-f]{1,64}$/i.test(text)) return text;
  throw new InvalidArgumentError('Expected 1 to 64 hex digits, without 0x.');
}

/** `auto`, a number of threads, or a share of the processors in per cent. */
export type ThreadsValue = 'auto' | number | `${number}%`;

/** Most threads one engine is asked for here: a typing mistake should not fork-bomb the machine. */
const MOST_THREADS = 1024;

export function threadsValue(text: string): ThreadsValue {
  if (text === 'auto') return 'auto';
  const [, figure, unit] = /^(\d{1,4})(%?)$/.exec(text) ?? [];
  const value = Number(figure);
  if (unit === '%' && value >= 1 && value <= 100) return `${value}%`;
  if (unit === '' && value >= 1 && value <= MOST_THREADS) return value;
  throw new InvalidArgumentError(`Expected auto, 1 to ${MOST_THREADS}, or 1% to 100%.`);
}

/** The highest CPU number that an engine takes. */
const HIGHEST_CPU = 0xffff;

/** `none`, `spread`, or the CPU of each thread in turn. */
export function affinityValue(text: string): 'none' | 'spread' | readonly number[] {
  if (text === 'none' || text === 'spread') return text;
  const cpus = /^\d{1,5}(,\d{1,5})*$/.test(text) ? text.split(',').map(Number) : [];
  if (cpus.length > 0 && cpus.every((cpu) => cpu <= HIGHEST_CPU)) return cpus;
  throw new InvalidArgumentError(
    `Expected none, spread, or CPU numbers up to ${HIGHEST_CPU}, like 0,2,4.`,
  );
}
