/**
 * Results and releases until the master has stored them: sent in order, no faster than it takes
 * them, and once more after every new connection.
 */

import { PowError } from '../../../errors.js';
import type { Clock } from '../../../miner/clock.js';
import type { LeaseProgress, MessageOf } from '../../wire/messages.js';
import { Bucket } from '../bucket.js';
import type { Rate } from '../limits.js';
import type { LetterBody } from './held-lease.js';

export type Letter = MessageOf<'result'> | MessageOf<'release'>;

interface Waiting {
  readonly letter: Letter;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Part of the rate that the master allows: its clock is not ours. */
const SHARE = 0.9;
const SERIALS = 2 ** 32;

export class Letters {
  readonly #clock: Clock;
  readonly #bucket: Bucket;
  /** In the order in which they were posted. */
  readonly #waiting = new Map<number, Waiting>();
  #unsent: Letter[] = [];
  #send: ((letter: Letter) => void) | null = null;
  #serial = 0;
  #notBeforeMs = 0;
  #cancel: (() => void) | null = null;
  #isClosed = false;

  constructor(rate: Rate, clock: Clock) {
    this.#clock = clock;
    const { perSecond, burst } = rate;
    this.#bucket = new Bucket(SHARE * perSecond, Math.max(1, burst / 2), clock.now());
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  /** Leases that a letter on its way is the last word of: they must not go to others meanwhile. */
  get leases(): readonly LeaseProgress[] {
    const leases: LeaseProgress[] = [];
    for (const { letter } of this.#waiting.values()) {
      if (letter.kind === 'release') leases.push(letter);
      else if (letter.result.outcome !== 'partial') leases.push(letter.result);
    }
    return leases;
  }

  /** Resolves when the master has stored it. Rejects with `POW_SOURCE`. */
  post(body: LetterBody): Promise<void> {
    if (this.#isClosed) return Promise.reject(closedError());
    this.#serial = (this.#serial + 1) % SERIALS;
    const letter: Letter = { ...body, serial: this.#serial };
    return new Promise((resolve, reject) => {
      this.#waiting.set(letter.serial, { letter, resolve, reject });
      if (this.#send === null) return;
      this.#unsent.push(letter);
      this.#flush();
    });
  }

  stored(serial: number): void {
    const waiting = this.#waiting.get(serial);
    this.#waiting.delete(serial);
    waiting?.resolve();
  }

  /** A new connection: everything is sent again. */
  start(send: (letter: Letter) => void): void {
    this.#send = send;
    this.#unsent = [...this.#waiting.values()].map(({ letter }) => letter);
    this.#flush();
  }

  stop(): void {
    this.#send = null;
    this.#unsent = [];
    this.#cancel?.();
    this.#cancel = null;
  }

  /** The master has had enough for a while. */
  hold(forMs: number): void {
    this.#notBeforeMs = this.#clock.now() + forMs;
    this.#cancel?.();
    this.#cancel = null;
    this.#flush();
  }

  /** Nothing is sent any more. */
  close(): void {
    this.#isClosed = true;
    this.stop();
    for (const { reject } of this.#waiting.values()) reject(closedError());
    this.#waiting.clear();
  }

  #flush(): void {
    if (this.#cancel !== null) return;
    while (this.#send !== null && this.#unsent.length > 0) {
      const nowMs = this.#clock.now();
      const holdMs = Math.max(0, this.#notBeforeMs - nowMs);
      const waitMs = holdMs > 0 ? holdMs : this.#bucket.take(nowMs);
      if (waitMs > 0) {
        this.#cancel = this.#clock.after(waitMs, () => {
          this.#cancel = null;
          this.#flush();
        });
        return;
      }
      const letter = this.#unsent.shift();
      if (letter !== undefined) this.#send(letter);
    }
  }
}

function closedError(): PowError {
  return new PowError('POW_SOURCE', 'the connection to the cluster is closed');
}
