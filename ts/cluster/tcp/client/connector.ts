/** A connection to one of several masters, made again whenever it is lost. */

import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { printable } from '../../../core/printable.js';
import type { Clock } from '../../../miner/clock.js';
import { RETRY_RULE, Retry } from '../../../miner/retry.js';
import type { Capabilities } from '../../queue.js';
import { EPOCH_MS } from '../../statement.js';
import { FRAME_VERSION } from '../../wire/frame.js';
import type { LeaseProgress, Message, MessageOf } from '../../wire/messages.js';
import type { TcpLimits } from '../limits.js';
import { Link } from '../link.js';
import type { MasterAddress, WorkerSecurity } from '../options.js';
import { dial } from './dial.js';
import { Herald } from './herald.js';

export interface ConnectorOptions {
  readonly seeds: readonly MasterAddress[];
  readonly security: WorkerSecurity;
  readonly id: string;
  readonly name: string;
  readonly role: 'worker' | 'observer';
  readonly limits: TcpLimits;
  readonly clock: Clock;
  readonly random: () => number;
  readonly capabilities: () => Capabilities;
  readonly held: () => readonly LeaseProgress[];
  /** A master has taken us. */
  readonly onUp: (link: Link, reply: MessageOf<'hello-reply'>, name: string) => void;
  readonly onMessage: (message: Message) => void;
  /** It is gone, or did not come. */
  readonly onDown: (reason: string, wasUp: boolean) => void;
  /** No master wants us as who we are: nothing is tried any more. */
  readonly onRefused: (reason: string) => void;
}

/** Beside the time that the other end gives us. */
const PATIENCE_MS = 2_000;
const LONGEST_WAIT_MS = 3_600_000;
/** One that was lost sooner is no success: whoever is thrown out at once must not come at once. */
const STEADY_MS = 5_000;

export class Connector {
  readonly #options: ConnectorOptions;
  readonly #retry: Retry;
  /** Seeds that do not want us, one after the other. */
  readonly #refused = new Set<MasterAddress>();
  readonly #herald: Herald;
  /** When those that asked for patience may be tried again. */
  readonly #notBeforeMs = new Map<MasterAddress, number>();
  #next = 0;
  #tried = 0;
  #epochSeen = 0;
  #link: Link | null = null;
  #isUp = false;
  #isClosed = false;
  /** When the last connection came up, and when it was lost. */
  #upMs = 0;
  #lostMs = 0;
  #cancel: () => void = () => {};

  constructor(options: ConnectorOptions) {
    this.#options = options;
    this.#retry = new Retry(RETRY_RULE, options.random);
    this.#herald = new Herald(options.clock, (seed, done) => this.#tell(seed, done));
  }

  /** The connection to a master that has taken us. */
  get link(): Link | null {
    return this.#isUp ? this.#link : null;
  }

  /** Tries the next seed that may be tried. */
  dial(): void {
    if (this.#isClosed) return;
    const { seeds, security, clock, limits } = this.#options;
    const inTurn = seeds.map((_, i) => seeds[(this.#next + i) % seeds.length] as MasterAddress);
    const nowMs = clock.now();
    const seed = inTurn.reduce((best, other) => {
      return this.#waitMs(other, nowMs) < this.#waitMs(best, nowMs) ? other : best;
    });
    this.#next = seeds.indexOf(seed) + 1;
    if (nowMs - this.#lostMs > EPOCH_MS) this.#epochSeen = 0;
    this.#cancel = dial(seed, {
      ...{ security, clock, withinMs: limits.helloMs + PATIENCE_MS },
      onOpen: (socket) => this.#greet(socket, seed),
      onFailure: (reason, isFinal) => this.#failed(seed, reason, isFinal),
    });
  }

  /** Says goodbye, and resolves when that is taken. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel();
    this.#herald.close();
    const link = this.#link;
    if (link === null || link.isOver) return;
    const { clock } = this.#options;
    link.finish('goodbye');
    while (!link.isOver) await new Promise<void>((resolve) => void clock.after(5, resolve));
  }

  #greet(socket: Socket, seed: MasterAddress): void {
    const { limits, clock } = this.#options;
    const nonce = randomBytes(16);
    let goodbye: string | null = null;
    let isFinal = false;
    const cancelLate = clock.after(limits.helloMs + PATIENCE_MS, () => {
      link.cut('no answer to HELLO in time', 'slow');
    });
    const link: Link = new Link({
      ...{ socket, limits, clock, from: 'master', isBounded: false },
      onMessage: (message) => {
        if (message.kind === 'goodbye') {
          goodbye = `the master says: ${printable(message.reason)}`;
          link.cut(goodbye, null);
        } else if (this.#isUp) {
          this.#options.onMessage(message);
        } else if (message.kind === 'hello-reply') {
          cancelLate();
          this.#answered(link, message, { nonce, seed });
        } else if (message.kind === 'error') {
          isFinal = message.about === 'hello' && message.retryAfterMs === 0;
          const waitMs = Math.min(message.retryAfterMs, LONGEST_WAIT_MS);
          this.#notBeforeMs.set(seed, clock.now() + waitMs);
          goodbye = `the master says: ${printable(message.text)}`;
        }
      },
      onEnd: (reason) => {
        cancelLate();
        this.#link = null;
        const wasUp = this.#isUp;
        this.#isUp = false;
        if (wasUp) this.#lost(seed, goodbye ?? reason, true);
        else this.#failed(seed, goodbye ?? reason, isFinal);
      },
    });
    this.#link = link;
    link.send(this.#hello(nonce, this.#options.held()));
  }

  #hello(nonce: Uint8Array, held: readonly LeaseProgress[]): Message {
    const { id, name, role, capabilities } = this.#options;
    return {
      ...{ kind: 'hello', id, name, role, version: FRAME_VERSION, nonce },
      ...{ epochSeen: this.#epochSeen, capabilities: capabilities(), held },
    };
  }

  /** A master that has been replaced says goodbye to whoever knows of a newer one. */
  #tell(seed: MasterAddress, done: (isHeard: boolean) => void): () => void {
    const { security, clock, limits } = this.#options;
    const withinMs = limits.helloMs + PATIENCE_MS;
    let isHeard = false;
    let stop = dial(seed, {
      ...{ security, clock, withinMs },
      onOpen: (socket) => {
        const link: Link = new Link({
          ...{ socket, limits, clock, from: 'master', isBounded: false },
          onMessage: ({ kind }) => {
            // An answer that is no goodbye: it has an epoch as high by now.
            isHeard ||= kind === 'goodbye' || kind === 'hello-reply';
            link.cut('told', null);
          },
          onEnd: () => {
            cancel();
            done(isHeard);
          },
        });
        const cancel = clock.after(withinMs, () => link.cut('no answer in time', 'slow'));
        stop = () => link.cut('given up', null);
        link.send(this.#hello(randomBytes(16), []));
      },
      onFailure: () => done(false),
    });
    return () => stop();
  }

  #answered(
    link: Link,
    reply: MessageOf<'hello-reply'>,
    { nonce, seed }: { nonce: Uint8Array; seed: MasterAddress },
  ): void {
    const { epoch } = reply;
    if (Buffer.compare(reply.nonce, nonce) !== 0) {
      link.cut('an answer to another HELLO', 'wire');
    } else if (epoch < this.#epochSeen) {
      link.cut(`its epoch is ${epoch}, and one of ${this.#epochSeen} was seen`, null);
    } else {
      this.#epochSeen = epoch;
      this.#isUp = true;
      this.#tried = 0;
      this.#refused.clear();
      this.#notBeforeMs.delete(seed);
      this.#upMs = this.#options.clock.now();
      // The one that works is the first to be tried again.
      this.#next = this.#options.seeds.indexOf(seed);
      this.#herald.serve(seed, epoch);
      this.#options.onUp(link, reply, `${printable(reply.name)} at ${nameOf(seed)}`);
    }
  }

  #failed(seed: MasterAddress, reason: string, isFinal: boolean): void {
    if (isFinal) this.#refused.add(seed);
    else this.#refused.delete(seed);
    if (this.#refused.size === this.#options.seeds.length) {
      this.#isClosed = true;
      this.#options.onRefused(`${nameOf(seed)}: ${reason.trim()}`);
      return;
    }
    this.#lost(seed, reason, false);
  }

  #lost(seed: MasterAddress, reason: string, wasUp: boolean): void {
    const { clock, seeds, onDown } = this.#options;
    onDown(`${nameOf(seed)}: ${reason.trim()}`, wasUp);
    if (this.#isClosed) return;
    this.#tried += 1;
    // Every seed once, then a pause that is drawn.
    const nowMs = clock.now();
    if (wasUp) this.#lostMs = nowMs;
    if (wasUp && nowMs - this.#upMs >= STEADY_MS) this.#retry.succeeded();
    const isRoundOver = wasUp || this.#tried % seeds.length === 0;
    const pauseMs = isRoundOver ? this.#retry.failed(nowMs) : 0;
    const waitMs = Math.min(...seeds.map((each) => this.#waitMs(each, nowMs)));
    this.#cancel = clock.after(Math.max(pauseMs, waitMs), () => this.dial());
  }

  /** How long a seed is to be left alone. */
  #waitMs(seed: MasterAddress, nowMs: number): number {
    return Math.max(0, (this.#notBeforeMs.get(seed) ?? 0) - nowMs);
  }
}

const nameOf = ({ host, port }: MasterAddress): string => {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
};
