/** What a server says may quote wallets, hosts, keys and paths of its own: they stay out of logs. */

import { printable } from '../../core/printable.js';

const MOST_TEXT = 200;

/** In this order: what an earlier row has replaced no later one sees. */
const MASKS: readonly (readonly [RegExp, string])[] = [
  [/\b[a-z][a-z\d+.-]*:\/\/[^\s"'<>]+/gi, '[url]'],
  [/(?<![\\/\w])(?!(?:0x)?[\da-f]+\b)\w[\w+/-]{39,}={0,2}/gi, '[secret]'],
  [/(?:[a-z]:)?(?:[\\/][^\s"'<>\\/:]+){2,}/gi, '[path]'],
  [/\[?(?:[\da-f]{0,4}:){3,7}[\da-f]{0,4}\]?(?::\d+)?/gi, '[host]'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b/g, '[host]'],
  [/\b[\w-]+(?:\.[\w-]+)*:\d{2,5}\b/g, '[host]'],
  [/\b(?:0x)?[\da-f]{32,}\b/gi, '[hex]'],
  [/\b[1-9A-HJ-NP-Za-km-z]{26,35}\b/g, '[wallet]'],
];

/** One line of at most 200 characters, without control characters, addresses, keys or paths. */
export function sanitised(text: string): string {
  const masked = MASKS.reduce(
    (rest, [pattern, mask]) => rest.replace(pattern, mask),
    text.slice(0, 10 * MOST_TEXT),
  );
  const line = printable(masked.replace(/\s+/g, ' ').trim());
  return line.length > MOST_TEXT ? `${line.slice(0, MOST_TEXT)}…` : line;
}
