/** Kinds of values that settings have, each with the words for it. */

import { z } from 'zod';
import type { Value } from './setting.js';

/** Longest text and longest list that any setting takes. */
const LONGEST_TEXT = 4096;
const LONGEST_LIST = 1000;

export function wholeNumber(least: number, most: number): Value<z.ZodInt> {
  return {
    schema: z.int().min(least).max(most),
    expected: `a whole number from ${least} to ${most}`,
  };
}

/** Above zero. */
export function positiveNumber(most: number): Value<z.ZodNumber> {
  return { schema: z.number().gt(0).max(most), expected: `a number above zero, at most ${most}` };
}

export function oneOf<const T extends readonly [string, ...string[]]>(...names: T) {
  return { schema: z.enum(names), expected: `one of ${[...new Set(names)].join(', ')}` };
}

/** @param what - in words: `an address` */
export function text(what: string): Value<z.ZodString> {
  return { schema: z.string().min(1).max(LONGEST_TEXT), expected: what };
}

export function listOf<S extends z.ZodType>(value: Value<S>): Value<z.ZodArray<S>> {
  return {
    schema: z.array(value.schema).min(1).max(LONGEST_LIST),
    expected: `${value.expected}, one or more of them`,
  };
}

/** Also none. */
export const texts = {
  schema: z.array(z.string().max(LONGEST_TEXT)).max(LONGEST_LIST),
  expected: 'a list of texts',
};

/** Of a child process. */
export const variables = {
  schema: z.record(
    z
      .string()
      .regex(/^[^=\0]+$/)
      .max(LONGEST_TEXT),
    z.string().max(LONGEST_TEXT),
  ),
  expected: 'texts by name',
};

export const yesOrNo: Value<z.ZodBoolean> = { schema: z.boolean(), expected: 'true or false' };

/** 0: any that is free. */
export const port = wholeNumber(0, 65_535);

/** 32 bytes; the node compares keys in lower case. */
export const publicKey = {
  schema: z
    .string()
    .regex(/^(0x)?[\da-f]{64}$/i)
    .overwrite((key) => key.replace(/^0x/i, '').toLowerCase()),
  expected: '64 hex digits (32 bytes)',
};

const percentage = z.string().regex(/^([1-9]\d?|100)%$/) as unknown as z.ZodType<`${number}%`>;

export const threads = {
  schema: z.union([z.literal('auto'), z.int().min(1).max(1024), percentage]),
  expected: 'auto, 1 to 1024, or 1% to 100%',
};

export const affinity = {
  schema: z.union([
    z.enum(['none', 'spread']),
    z.array(z.int().min(0).max(0xffff)).min(1).max(1024),
  ]),
  expected: 'none, spread, or CPU numbers like 0,2,4',
};

/** Of shares. */
export const shareDifficulty = {
  schema: z.union([z.enum(['auto', 'block']), z.int().min(0).max(256)]),
  expected: 'auto, block, or leading zero bits from 0 to 256',
};

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  ...{ k: 1e3, K: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 },
};

/** A number above zero, also with the suffixes of the official client: `100M`, `1Ki`. */
export const rate = {
  schema: z.union([
    z.number().gt(0).max(1e21),
    z
      .string()
      .regex(/^\d{1,12}(\.\d{1,6})?([kKMGTPE]|[KMGTPE]i)$/)
      .transform((figure) => {
        const [, value = '', unit = ''] = /^([\d.]+)(\D*)$/.exec(figure) ?? [];
        return Number(value) * (UNITS[unit] ?? 1);
      }),
  ]),
  expected: 'a number above zero, or one with a unit, like 100M or 1Ki',
};
