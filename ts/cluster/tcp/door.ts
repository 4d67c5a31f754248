/** Who may come in: connections counted before they have said anything. Pure: times in. */

import { Bucket } from './bucket.js';
import type { TcpLimits } from './limits.js';

type DoorLimits = Pick<
  TcpLimits,
  'halfOpen' | 'acceptsPerSecond' | 'acceptsPerSecondAndAddress' | 'connectionsPerAddress' | 'peers'
>;

/** Addresses whose rate is remembered; the ones that were quiet longest are forgotten first. */
const MOST_ADDRESSES = 4_096;

export class Door {
  readonly #limits: DoorLimits;
  readonly #all: Bucket;
  readonly #rates = new Map<string, Bucket>();
  readonly #inside = new Map<string, number>();
  #halfOpen = 0;
  #peers = 0;

  constructor(limits: DoorLimits, nowMs: number) {
    this.#limits = limits;
    this.#all = new Bucket(limits.acceptsPerSecond, limits.acceptsPerSecond, nowMs);
  }

  /** Connections that are open: those that have not said HELLO, and those that have. */
  get open(): { readonly halfOpen: number; readonly peers: number } {
    return { halfOpen: this.#halfOpen, peers: this.#peers };
  }

  /** @returns why it is turned away; or its place, which it leaves some day */
  enter(address: string, nowMs: number): Place | string {
    const limits = this.#limits;
    const here = this.#inside.get(address) ?? 0;
    if (this.#halfOpen >= limits.halfOpen) return 'too many connections that say nothing';
    if (here >= limits.connectionsPerAddress) return 'too many connections of one address';
    // That of the address first: one that is refused takes nothing from the others.
    if (this.#rateOf(address, nowMs).take(nowMs) > 0) return 'too many new ones of one address';
    if (this.#all.take(nowMs) > 0) return 'too many new connections';
    this.#inside.set(address, here + 1);
    this.#halfOpen += 1;
    let isPeer = false;
    let hasLeft = false;
    return {
      admit: () => {
        if (isPeer || hasLeft || this.#peers >= limits.peers) return isPeer;
        isPeer = true;
        this.#halfOpen -= 1;
        this.#peers += 1;
        return true;
      },
      leave: () => {
        if (hasLeft) return;
        hasLeft = true;
        if (isPeer) this.#peers -= 1;
        else this.#halfOpen -= 1;
        const rest = (this.#inside.get(address) ?? 1) - 1;
        if (rest === 0) this.#inside.delete(address);
        else this.#inside.set(address, rest);
      },
    };
  }

  #rateOf(address: string, nowMs: number): Bucket {
    const known = this.#rates.get(address);
    this.#rates.delete(address);
    const { acceptsPerSecondAndAddress: rate } = this.#limits;
    const bucket = known ?? new Bucket(rate, rate, nowMs);
    this.#rates.set(address, bucket);
    const [oldest] = this.#rates.keys();
    if (this.#rates.size > MOST_ADDRESSES && oldest !== undefined) this.#rates.delete(oldest);
    return bucket;
  }
}

/** One connection inside. */
export interface Place {
  /** It has said HELLO. @returns whether there is room for one more peer */
  admit(): boolean;
  /** It is gone. Idempotent. */
  leave(): void;
}
