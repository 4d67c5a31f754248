/** Reading the fields of foreign JSON, with suspicion. Each failure names the field. */

import { badArgument } from '../../core/arguments.js';
import { type JsonObject, type JsonValue, NumberText } from './json.js';

/** How a JSON value is shown in a message: numbers as they were written. */
function shown(value: JsonValue | undefined): unknown {
  return value instanceof NumberText ? value.text : value;
}

export function requireJsonObject(value: JsonValue | undefined, name: string): JsonObject {
  if (value instanceof Map) return value;
  throw badArgument(name, 'a JSON object', shown(value));
}

export function requireList(value: JsonValue | undefined, name: string): readonly JsonValue[] {
  if (Array.isArray(value)) return value;
  throw badArgument(name, 'a list', shown(value));
}

/** A whole number, written as one: `5`, not `5.0` or `"5"`. */
export function requireWhole(
  value: JsonValue | undefined,
  least: number,
  most: number,
  name: string,
): number {
  const whole = value instanceof NumberText ? value.safeInteger : null;
  if (whole !== null && whole >= least && whole <= most) return whole;
  throw badArgument(name, `a whole number from ${least} to ${most}`, shown(value));
}

/** 64 lower-case hex digits. */
export function requireHash(value: JsonValue | undefined, name: string): string {
  if (typeof value === 'string' && /^[\da-f]{64}$/.test(value)) return value;
  throw badArgument(name, '64 hex digits in lower case', shown(value));
}

/** Seconds since the POSIX epoch, as they were written. */
export function requireTimestamp(value: JsonValue | undefined, name: string): string {
  if (value instanceof NumberText && value.text.length <= MOST_TIMESTAMP_DIGITS) {
    const seconds = value.float;
    if (seconds >= 0 && seconds < LATEST_SECONDS) return value.text;
  }
  throw badArgument(name, 'seconds since 1970, a number', shown(value));
}

/** CPython writes a double in at most 24 characters. */
const MOST_TIMESTAMP_DIGITS = 32;
/** The year 5138; far below where a double can no longer tell microseconds apart by text. */
const LATEST_SECONDS = 1e11;
