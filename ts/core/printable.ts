/**
 * Control characters (C0, C1, DEL) can move the cursor, recolour or retitle a terminal; the bidi
 * and line-separator characters can reorder what is read. `\p{Cc}` and these ranges are all of them.
 */
const UNSAFE = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** The same text with every such character spelled out (`\x1b`, `\u202e`): safe to show. */
export function printable(text: string): string {
  return text.replace(UNSAFE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** As {@link printable}, line by line: for text whose line breaks are our own. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}
