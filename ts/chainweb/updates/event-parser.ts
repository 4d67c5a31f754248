/**
 * Event streams as a Chainweb node writes them: events that have a name and nothing else. A parser
 * that keeps to the letter of the standard drops those, for want of a data line. Pure.
 */

import { StringDecoder } from 'node:string_decoder';
import { NodeFailure } from '../../miner/node-failure.js';

/** The longest line of the protocol has 21 characters. */
const MOST_LINE = 1024;

export class EventParser {
  readonly #decoder = new StringDecoder('utf8');
  #line = '';
  #afterReturn = false;
  #event: string | null = null;

  /**
   * @param bytes - the next ones of the stream, cut anywhere
   * @returns names of the events that are complete with them
   * @throws {@link NodeFailure} `nonsense` when a line has no end
   */
  feed(bytes: Uint8Array): readonly string[] {
    const events: string[] = [];
    for (const character of this.#decoder.write(Buffer.from(bytes))) {
      const endsReturn = this.#afterReturn && character === '\n';
      this.#afterReturn = character === '\r';
      if (endsReturn) continue;
      if (character !== '\n' && character !== '\r') {
        this.#line += character;
        if (this.#line.length > MOST_LINE) {
          throw new NodeFailure('nonsense', `no event stream: a line of over ${MOST_LINE} bytes`);
        }
        continue;
      }
      const event = this.#endLine();
      if (event !== null) events.push(event);
    }
    return events;
  }

  /** @returns the event that a blank line ends */
  #endLine(): string | null {
    const line = this.#line;
    this.#line = '';
    if (line === '') {
      const event = this.#event;
      this.#event = null;
      return event;
    }
    const [, value] = /^\ufeff?event: ?(.*)$/s.exec(line) ?? [];
    if (value !== undefined) this.#event = value;
    return null;
  }
}
