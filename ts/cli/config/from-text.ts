/** Values that come as text, from flags and the environment. Pure. */

import type { Setting } from './schema.js';

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * The value that a text stands for: of all it could be, the first that the setting takes.
 *
 * @returns the text itself when it takes none
 */
export function fromText({ schema }: Setting, text: string): unknown {
  return readings(text).find((reading) => schema.safeParse(reading).success) ?? text;
}

/** The same for a flag that was given so many times: of a single value the last one counts. */
export function fromTexts(setting: Setting, texts: readonly string[]): unknown {
  if (setting.shape === 'record') return recordOf(texts) ?? fromText(setting, texts.join(' '));
  if (setting.shape === 'one') return fromText(setting, texts.at(-1) ?? '');
  return texts.length === 1 ? fromText(setting, texts[0] ?? '') : fromList(setting, texts);
}

function fromList({ schema }: Setting, texts: readonly string[]): unknown {
  return schema.safeParse(texts).success ? texts : texts.map(plain);
}

function readings(text: string): readonly unknown[] {
  const parts = text.split(',').map((part) => part.trim());
  return [text, plain(text), structure(text), parts, parts.map(plain)];
}

function plain(text: string): unknown {
  if (NUMBER.test(text)) return Number(text);
  if (/^(true|yes|on)$/i.test(text)) return true;
  if (/^(false|no|off)$/i.test(text)) return false;
  return text;
}

/** JSON where it is some, and small. */
function structure(text: string): unknown {
  if (!/^[[{]/.test(text) || text.length > 65_536) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** `NAME=VALUE`, several times. */
function recordOf(texts: readonly string[]): Readonly<Record<string, string>> | null {
  const pairs = texts.map((text) => /^([^=]+)=(.*)$/s.exec(text));
  if (pairs.some((pair) => pair === null)) return null;
  return Object.fromEntries(pairs.map((pair) => [pair?.[1], pair?.[2]]));
}
