/** Signs of life: heartbeats, leases extended with how far they are, a master that is silent. */

import type { Clock } from '../../../miner/clock.js';
import type { MessageOf } from '../../wire/messages.js';
import type { Link } from '../link.js';
import type { Hand } from './hand.js';

/** What is due is looked for so often. */
const TICK_MS = 500;
const TICKS = 2 ** 32;

export class Pulse {
  readonly #clock: Clock;
  readonly #hand: Hand;
  /** Called at every look. */
  readonly #onTick: () => void;
  #link: Link | null = null;
  #heartbeatMs = 0;
  #deadMs = 0;
  #beatMs = 0;
  #tick = 0;
  #cancel: () => void = () => {};

  constructor(clock: Clock, hand: Hand, onTick: () => void) {
    this.#clock = clock;
    this.#hand = hand;
    this.#onTick = onTick;
  }

  start(link: Link, { heartbeatMs, deadMs }: MessageOf<'hello-reply'>): void {
    this.stop();
    this.#link = link;
    this.#heartbeatMs = heartbeatMs;
    this.#deadMs = deadMs;
    this.#beatMs = this.#clock.now();
    this.#cancel = this.#clock.after(TICK_MS, this.#look);
  }

  stop(): void {
    this.#link = null;
    this.#cancel();
  }

  readonly #look = () => {
    const link = this.#link;
    if (link === null) return;
    this.#cancel = this.#clock.after(Math.min(TICK_MS, this.#heartbeatMs), this.#look);
    const nowMs = this.#clock.now();
    link.sweep(nowMs);
    if (nowMs - link.heardMs > this.#deadMs) {
      link.cut('nothing was heard of the master', 'slow');
      return;
    }
    const leases = this.#hand.due(nowMs);
    if (leases.length > 0) link.send({ kind: 'extend', leases });
    if (nowMs - this.#beatMs >= this.#heartbeatMs) {
      this.#beatMs = nowMs;
      this.#tick = (this.#tick + 1) % TICKS;
      link.send({ kind: 'heartbeat', tick: this.#tick });
    }
    this.#onTick();
  };
}
