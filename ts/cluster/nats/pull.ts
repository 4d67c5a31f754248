/**
 * Takes messages from a pull consumer, so many at a time as are wanted. Acknowledging is a message
 * like any other: its subject stands in the delivery.
 */

import { randomBytes } from 'node:crypto';
import type { Msg, MsgHdrs, NatsConnection, Subscription } from '@nats-io/transport-node';
import type { Clock } from '../../miner/clock.js';

/** One message of a work queue, in our hands until it is acknowledged or the lease runs out. */
export interface Delivery {
  readonly subject: string;
  readonly headers: MsgHdrs | undefined;
  readonly data: Uint8Array;
  /** Counts from 1: how often it was delivered to anybody. */
  readonly attempt: number;
  /** Place in the stream. */
  readonly sequence: number;
  /** It leaves the queue. */
  ack(): void;
  /** The lease begins anew. */
  working(): void;
}

export interface PullRequest {
  readonly consumer: string;
  readonly most: number;
  /** How long to wait for messages; 0: only what lies there. */
  readonly waitMs: number;
}

const NANOS = 1_000_000;
/** The server answers when a pull is over; a link that is lost does not. */
const PATIENCE_MS = 1_000;

export class Puller {
  readonly #connection: NatsConnection;
  readonly #clock: Clock;
  readonly #stream: string;
  readonly #inbox: string;
  readonly #subscription: Subscription;
  readonly #open = new Map<string, { left: number; end: () => void }>();
  #serial = 0;
  #isClosed = false;

  /**
   * @param from - `inbox`: a last word is added, of this process alone: what an earlier one had asked
   *   for must not come here, nor what others have delivered to names that they can tell
   * @param take - whatever comes, also after its pull was given up
   */
  constructor(
    connection: NatsConnection,
    from: { readonly stream: string; readonly inbox: string; readonly clock: Clock },
    take: (delivery: Delivery) => void,
  ) {
    this.#connection = connection;
    this.#clock = from.clock;
    this.#stream = from.stream;
    this.#inbox = `${from.inbox}.${randomBytes(6).toString('hex')}`;
    this.#subscription = connection.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => {
        if (error === null) this.#heard(message, take);
      },
    });
  }

  /** Resolves when the pull is over, with how many messages are missing of what was asked. */
  pull({ consumer, most, waitMs }: PullRequest): Promise<number> {
    if (this.#isClosed || this.#connection.isClosed()) return Promise.resolve(most);
    this.#serial += 1;
    const reply = `${this.#inbox}.${this.#serial}`;
    const body =
      waitMs === 0 ? { batch: most, no_wait: true } : { batch: most, expires: waitMs * NANOS };
    return new Promise((resolve) => {
      const end = () => {
        cancel();
        this.#open.delete(reply);
        resolve(pull.left);
      };
      const pull = { left: most, end };
      const cancel = this.#clock.after(waitMs + PATIENCE_MS, end);
      this.#open.set(reply, pull);
      const subject = `$JS.API.CONSUMER.MSG.NEXT.${this.#stream}.${consumer}`;
      this.#connection.publish(subject, JSON.stringify(body), { reply });
    });
  }

  /** Gives up every pull: their messages may still come, until the server forgets them. */
  giveUp(): void {
    for (const { end } of [...this.#open.values()]) end();
  }

  close(): void {
    this.giveUp();
    if (!this.#isClosed && !this.#connection.isClosed()) this.#subscription.unsubscribe();
    this.#isClosed = true;
  }

  #heard(message: Msg, take: (delivery: Delivery) => void): void {
    // Deliveries keep the subject that they were published on: the pull is told by its size alone.
    const delivery = this.#deliveryOf(message);
    if (delivery !== null) {
      const [first] = this.#open.values();
      if (first !== undefined) {
        first.left -= 1;
        if (first.left <= 0) first.end();
      }
      take(delivery);
      return;
    }
    // No responders (503), no messages (404), time is up (408), the consumer is gone (409).
    if (message.headers !== undefined && message.headers.code >= 400) {
      this.#open.get(message.subject)?.end();
    }
  }

  #deliveryOf(message: Msg): Delivery | null {
    const { reply = '', subject, headers, data } = message;
    const facts = ackFacts(reply);
    if (facts?.stream !== this.#stream) return null;
    const say = (word: string) => {
      if (!this.#connection.isClosed()) this.#connection.publish(reply, word);
    };
    return {
      ...{ subject, headers, data, attempt: facts.attempt, sequence: facts.sequence },
      ack: () => say('+ACK'),
      working: () => say('+WPI'),
    };
  }
}

/**
 * `$JS.ACK.stream.consumer.delivered.sequence...`, or with domain and account after `ACK`.
 *
 * @returns `null`: no such subject
 */
function ackFacts(
  reply: string,
): { stream: string | undefined; attempt: number; sequence: number } | null {
  const tokens = reply.split('.');
  if (tokens[0] !== '$JS' || tokens[1] !== 'ACK') return null;
  const at = tokens.length >= 11 ? 6 : 4;
  const attempt = Number(tokens[at]);
  const sequence = Number(tokens[at + 1]);
  const stream = tokens[at - 2];
  return attempt >= 1 && sequence >= 1 ? { stream, attempt, sequence } : null;
}
