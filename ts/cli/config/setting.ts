/** What a setting is: a zod schema, and what people need to know about it. */

import { z } from 'zod';

export interface SettingMeta {
  /** One line, for `--help`, the reference page and editors. */
  readonly description: string;
  /** The same for `--help`, where the flag has another unit. */
  readonly ofFlag?: string;
  /** What a value must be, in words: every message about a bad one says so. */
  readonly expected: string;
  /** As Commander writes it: `-w, --worker <name>`. The environment name follows from it. */
  readonly flag: string;
  /** What `--help` puts above it. */
  readonly heading: string;
  /** Changes while the program runs. */
  readonly hot?: true;
  /** Its value is shown to nobody. */
  readonly secret?: true;
  /** Commands, child environments, paths and listeners: what a URL may not set. */
  readonly local?: true;
  /** The one command that has the flag. Default: every command that mines for a source. */
  readonly command?: 'run' | 'chainweb' | 'auto' | 'worker';
}

/** A kind of value, and the words for it. */
export interface Value<S extends z.ZodType> {
  readonly schema: S;
  readonly expected: string;
}

type Facts = Omit<SettingMeta, 'expected'>;

export const META = z.registry<SettingMeta>();

export function setting<S extends z.ZodType>(
  { schema, expected }: Value<S>,
  fallback: z.output<S>,
  facts: Facts,
): z.ZodDefault<S> {
  const whole = z._default(schema, fallback as never);
  META.add(whole, { ...facts, expected });
  return whole;
}

/** A setting that may be left out. */
export function optional<S extends z.ZodType>(
  { schema, expected }: Value<S>,
  facts: Facts,
): z.ZodOptional<S> {
  const whole = z.optional(schema);
  META.add(whole, { ...facts, expected });
  return whole;
}
