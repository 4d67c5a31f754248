/** One connection: a socket in, messages out, and the other way round. Both ends use it. */

import type { Socket } from 'node:net';
import type { Clock } from '../../miner/clock.js';
import {
  decodeFrame,
  type Frame,
  FrameReader,
  type FrameReaderOptions,
} from '../wire/frame-reader.js';
import type { Message, MessageKind } from '../wire/messages.js';
import { WireError } from '../wire/wire-error.js';
import { Flood } from './flood.js';
import type { TcpLimits } from './limits.js';
import { Outbox } from './outbox.js';
import { Pace } from './pace.js';

/** `wire`, `flood`: against the rules; the others can happen to the honest. */
export type LinkFault = 'wire' | 'flood' | 'slow' | 'unread' | null;

export interface LinkOptions extends FrameReaderOptions {
  readonly socket: Socket;
  readonly limits: TcpLimits;
  readonly clock: Clock;
  /** Whether what is read is bounded by rates. */
  readonly isBounded: boolean;
  readonly onMessage: (message: Message) => void;
  /** Nothing is read for so long: it was told too much. */
  readonly onFlood?: (about: MessageKind, retryAfterMs: number) => void;
  /** Once; nothing comes after it. */
  readonly onEnd: (reason: string, fault: LinkFault) => void;
}

interface Patient {
  readonly message: Message;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Left to the socket: what is urgent waits behind no more than this, and what the kernel has. */
const MOST_IN_SOCKET = 64 << 10;
const NOTHING = new Uint8Array(0);

export class Link {
  readonly outbox = new Outbox();
  readonly #options: LinkOptions;
  readonly #socket: Socket;
  readonly #reader: FrameReader;
  readonly #flood: Flood | null;
  readonly #pace: Pace;
  /** What is left of a frame that has begun to be sent. */
  #rest: Uint8Array = NOTHING;
  /** Wait for room. */
  readonly #patient: Patient[] = [];
  #held: Frame | null = null;
  #isFlooding = false;
  #isUnread = false;
  #pausedMs = 0;
  #takenMs: number;
  #isCorked = false;
  #isEnding = false;
  #isOver = false;
  #reason: string | null = null;
  #cancelFlood = () => {};
  #cancelLinger = () => {};
  /** When anything was last heard. */
  heardMs: number;

  constructor(options: LinkOptions) {
    const { socket, limits, clock } = options;
    this.#options = options;
    this.#socket = socket;
    this.#reader = new FrameReader(options);
    this.#flood = options.isBounded ? new Flood(limits, clock.now()) : null;
    this.#pace = new Pace(limits);
    this.heardMs = clock.now();
    this.#takenMs = this.heardMs;
    socket.setNoDelay(true);
    socket.on('data', (bytes: Uint8Array) => this.#received(bytes));
    socket.on('error', (error) => this.#over(error.message, null));
    socket.on('end', () => this.#over('the connection was closed', null));
    socket.on('close', () => this.#over('the connection was lost', null));
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Queued here and in the socket. */
  get unsentBytes(): number {
    return this.outbox.bytes + this.#rest.length + this.#socket.writableLength;
  }

  send(message: Message): void {
    if (this.#isOver || this.#isEnding) return;
    if (this.unsentBytes === 0) this.#takenMs = this.#options.clock.now();
    try {
      this.outbox.push(message);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      // The other end would wait for it in vain.
      this.cut(`what is to be said cannot be written: ${error.message}`, null);
      return;
    }
    this.#pump();
    const { pauseAtBytes, closeAtBytes } = this.#options.limits;
    if (this.unsentBytes > closeAtBytes) this.cut('it does not take what it is told', 'unread');
    else if (this.unsentBytes > pauseAtBytes && !this.#isUnread) this.#pause('unread');
  }

  /**
   * Waits until there is room: for what is large, and no reason to stop reading. Rejects when the
   * connection ends first.
   */
  sendPatiently(message: Message): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#patient.push({ message, resolve, reject });
      this.#admitPatient();
    });
  }

  /** Says why, and hangs up when that has been taken. */
  finish(reason: string): void {
    if (this.#isOver || this.#isEnding) return;
    this.send({ kind: 'goodbye', reason });
    this.#isEnding = true;
    this.#reason = reason;
    this.#cancelFlood();
    const { clock, limits } = this.#options;
    this.#cancelLinger = clock.after(limits.lingerMs, () => this.cut(reason, null));
    // What still comes is thrown away: left unread, it would cost the other end our last words.
    this.#socket.resume();
    this.#pump();
  }

  /** Ends it at once. */
  cut(reason: string, fault: LinkFault): void {
    this.#over(reason, fault);
  }

  /** Whether it is too slow either way; to be called several times a second. */
  sweep(nowMs: number): void {
    if (this.#isOver || this.#isEnding) return;
    const { undrainedMs } = this.#options.limits;
    if (this.unsentBytes > 0 && nowMs - this.#takenMs > undrainedMs) {
      this.cut('it does not take what it is told', 'unread');
      return;
    }
    if (this.#isPaused) return;
    const tooSlow = this.#pace.look(this.#reader.wait(), nowMs);
    if (tooSlow !== null) this.cut(tooSlow, 'slow');
  }

  get #isPaused(): boolean {
    return this.#isFlooding || this.#isUnread;
  }

  #received(bytes: Uint8Array): void {
    if (this.#isOver || this.#isEnding) return;
    this.heardMs = this.#options.clock.now();
    this.#reader.push(bytes);
    this.#read();
  }

  #read(): void {
    const { clock, onMessage } = this.#options;
    try {
      while (!this.#isPaused && !this.#isOver && !this.#isEnding) {
        const frame = this.#held ?? this.#reader.next();
        this.#held = null;
        if (frame === null) {
          this.#pace.look(this.#reader.wait(), clock.now());
          return;
        }
        this.#pace.completed();
        const waitMs = this.#flood?.take(frame.row.rate, clock.now()) ?? 0;
        if (waitMs > 0) this.#flooded(frame, waitMs);
        else onMessage(decodeFrame(frame));
      }
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#fail(error.message, 'wire');
    }
  }

  /** What it has said already is kept, and read later. */
  #flooded(frame: Frame, waitMs: number): void {
    const { clock, onFlood } = this.#options;
    if (this.#flood?.isTooMuch) {
      this.#fail('too many messages', 'flood');
      return;
    }
    this.#held = { ...frame, payload: frame.payload.slice() };
    this.#pause('flood');
    onFlood?.(frame.row.kind, waitMs);
    this.#cancelFlood = clock.after(waitMs, () => this.#resume('flood'));
  }

  /** Tells it what is wrong, as far as that can be told at once. */
  #fail(reason: string, fault: LinkFault): void {
    this.finish(reason);
    this.#over(reason, fault, 'linger');
  }

  #pause(why: 'flood' | 'unread'): void {
    if (!this.#isPaused) {
      this.#pausedMs = this.#options.clock.now();
      this.#socket.pause();
    }
    if (why === 'flood') this.#isFlooding = true;
    else this.#isUnread = true;
  }

  #resume(why: 'flood' | 'unread'): void {
    if (why === 'flood') this.#isFlooding = false;
    else this.#isUnread = false;
    if (this.#isPaused || this.#isOver || this.#isEnding) return;
    this.#pace.paused(this.#options.clock.now() - this.#pausedMs);
    this.#read();
    if (!this.#isPaused && !this.#isOver && !this.#isEnding) this.#socket.resume();
  }

  /** In pieces: what is large shows as it is taken, and not in the end alone. */
  #pump(): void {
    const socket = this.#socket;
    while (socket.writable && socket.writableLength < MOST_IN_SOCKET) {
      if (this.#rest.length === 0) this.#rest = this.outbox.shift() ?? NOTHING;
      if (this.#rest.length === 0) {
        if (this.#isEnding) socket.end();
        return;
      }
      if (!this.#isCorked) this.#cork();
      const piece = this.#rest.subarray(0, MOST_IN_SOCKET);
      this.#rest = this.#rest.subarray(piece.length);
      socket.write(piece, this.#taken);
    }
  }

  /** One at a time, and so that a chunk of 1 MiB stays below what pauses. */
  #admitPatient(): void {
    const { pauseAtBytes } = this.#options.limits;
    while (this.#patient.length > 0 && (this.#isOver || this.unsentBytes < pauseAtBytes / 4)) {
      const next = this.#patient.shift();
      if (next === undefined) return;
      this.send(next.message);
      if (this.#isOver) next.reject(new Error('the connection is lost'));
      else next.resolve();
    }
  }

  /** Everything said in one turn leaves as one piece. */
  #cork(): void {
    this.#isCorked = true;
    this.#socket.cork();
    process.nextTick(() => {
      this.#isCorked = false;
      this.#socket.uncork();
    });
  }

  readonly #taken = (error?: Error | null) => {
    if (error) return;
    this.#takenMs = this.#options.clock.now();
    this.#pump();
    const { pauseAtBytes } = this.#options.limits;
    if (this.#isUnread && this.unsentBytes < pauseAtBytes / 2) this.#resume('unread');
    this.#admitPatient();
  };

  #over(reason: string, fault: LinkFault, how: 'destroy' | 'linger' = 'destroy'): void {
    if (how === 'destroy') {
      this.#cancelLinger();
      this.#socket.destroy();
    }
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancelFlood();
    this.#held = null;
    this.#admitPatient();
    this.#options.onEnd(this.#reason ?? reason, fault);
  }
}
