/** One kind of message in bytes. */

import type { FieldReader } from './field-reader.js';
import type { FieldWriter } from './field-writer.js';
import type { MessageKind, MessageOf } from './messages.js';

/** What a codec reads: the message without its kind, which the table knows. */
export type Fields<Kind extends MessageKind> = Omit<MessageOf<Kind>, 'kind'>;

export interface Codec<Kind extends MessageKind> {
  /** @throws WireError for what no reader would take */
  write(out: FieldWriter, message: Fields<Kind>): void;
  /** @throws WireError naming the field */
  read(input: FieldReader): Fields<Kind>;
}

/** Numbers of words on the wire, both ways. */
export interface Words<Word extends string> {
  readonly numbers: Readonly<Record<Word, number>>;
  readonly words: ReadonlyMap<number, Word>;
}

export function wordsOf<Word extends string>(numbers: Readonly<Record<Word, number>>): Words<Word> {
  const entries = Object.entries<number>(numbers) as [Word, number][];
  return { numbers, words: new Map(entries.map(([word, number]) => [number, word])) };
}

/** Text for people, cut where it is longer than `most` bytes, never inside of a character. */
export function cutText(text: string, most: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= most) return text;
  let end = most;
  while (((bytes[end] as number) & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end);
}
