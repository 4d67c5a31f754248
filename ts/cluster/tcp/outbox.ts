/**
 * What one peer is to be told and has not been sent yet. What stops work jumps the queue, and what
 * nobody needs to hear any more is taken back. Pure.
 */

import { encodeFrame, numberFrame } from '../wire/frame.js';
import type { Message, MessageKind, MessageOf } from '../wire/messages.js';

interface Waiting {
  readonly message: Message;
  readonly frame: Uint8Array;
}

/** Before everything else: they are short, and worthless when late. */
const URGENT: ReadonlySet<MessageKind> = new Set(['cancel', 'revoke', 'heartbeat', 'error']);
/** Of these the newest alone is worth sending. */
const NEWEST: ReadonlySet<MessageKind> = new Set(['peer-list', 'status', 'heartbeat']);

export class Outbox {
  #urgent: Waiting[] = [];
  #patient: Waiting[] = [];
  #bytes = 0;
  #seq = 0;

  /** Of all frames that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @throws {@link WireError} for a message that no reader would take */
  push(message: Message): void {
    const { kind } = message;
    if (NEWEST.has(kind)) this.takeBack((waiting) => waiting.kind === kind);
    const frame = encodeFrame(message, 0);
    (URGENT.has(kind) ? this.#urgent : this.#patient).push({ message, frame });
    this.#bytes += frame.length;
  }

  /** The frame that is to be sent next; `null`: none. */
  shift(): Uint8Array | null {
    const next = this.#urgent.shift() ?? this.#patient.shift();
    if (next === undefined) return null;
    this.#bytes -= next.frame.length;
    numberFrame(next.frame, this.#seq);
    this.#seq = (this.#seq + 1) >>> 0;
    return next.frame;
  }

  /** What has not been sent of a work, but for its end: nobody needs it any more. */
  forget(work: string): readonly MessageOf<'assign'>[] {
    const gone = this.takeBack(
      (message) =>
        (message.kind === 'work' && message.spec.id === work) ||
        (message.kind === 'assign' && message.units.every(({ unit }) => unit.work === work)),
    );
    return gone.filter((message) => message.kind === 'assign');
  }

  /** @returns what was not sent, and will not be */
  takeBack(isStale: (message: Message) => boolean): readonly Message[] {
    const gone: Message[] = [];
    const isLeft = ({ message, frame }: Waiting) => {
      if (!isStale(message)) return true;
      this.#bytes -= frame.length;
      gone.push(message);
      return false;
    };
    this.#urgent = this.#urgent.filter(isLeft);
    this.#patient = this.#patient.filter(isLeft);
    return gone;
  }
}
