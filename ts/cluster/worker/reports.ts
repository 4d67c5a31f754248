/**
 * What a lease tells its master, one report after the other: at once when there is a solution or
 * many shares, and what is left at the end.
 */

import type { Lease, Share, UnitResult } from '../queue.js';
import { MOST_SHARES } from '../queue.js';

/** Told on the way when so many wait. */
const MANY_SHARES = 200;
/** Found, and not told yet: a target that every hash meets must not fill the memory. */
const MOST_WAITING = 4 * MOST_SHARES;

export interface ReportsHow {
  /** Told when a report could not be made; the queue has given it up by then. */
  readonly onError: (error: unknown) => void;
  /** Told when there is room again. */
  readonly onRoom: () => void;
}

interface Waiting {
  readonly share: Share;
  readonly onTold: ((error: unknown) => void) | undefined;
}

export class Reports {
  readonly #lease: Lease;
  readonly #how: ReportsHow;
  #waiting: Waiting[] = [];
  #hashes = 0;
  #hasSolution = false;
  /** Solutions that the master does not have yet. */
  readonly #untold = new Set<bigint>();
  #telling: Promise<void> | null = null;

  constructor(lease: Lease, how: ReportsHow) {
    this.#lease = lease;
    this.#how = how;
  }

  /** No more shares, please. */
  get isFull(): boolean {
    return this.#waiting.length >= MOST_WAITING;
  }

  get hasSolution(): boolean {
    return this.#hasSolution;
  }

  hashed(nonces: number): void {
    this.#hashes += nonces;
  }

  /** @param onTold - called when the master has it: `null`, or why it has not */
  found(share: Share, isSolution: boolean, onTold?: (error: unknown) => void): void {
    this.#waiting.push({ share, onTold });
    this.#hasSolution ||= isSolution;
    if (isSolution) this.#untold.add(share.nonce);
  }

  /**
   * How far it may be said to be hashed: whoever goes on from there must not pass over a solution
   * that would be lost with this worker.
   */
  reach(scannedTo: bigint): bigint {
    let reach = scannedTo;
    for (const nonce of this.#untold) if (nonce < reach) reach = nonce;
    return reach;
  }

  /** Tells what cannot wait. */
  tell(scannedTo: bigint): void {
    if (this.#telling !== null || !this.#isDue()) return;
    this.#telling = (async () => {
      do await this.#report('partial', scannedTo);
      while (this.#isDue());
      this.#telling = null;
      this.#how.onRoom();
    })();
  }

  /** Tells what is left, as that outcome; `partial` with nothing to tell is not told. */
  async end(outcome: UnitResult['outcome'], scannedTo: bigint): Promise<void> {
    await this.#telling;
    while (this.#waiting.length > MOST_SHARES) await this.#report('partial', scannedTo);
    const isNothing = this.#waiting.length === 0 && this.#hashes === 0;
    if (outcome !== 'partial' || !isNothing) await this.#report(outcome, scannedTo);
  }

  #isDue(): boolean {
    return this.#hasSolution || this.#waiting.length >= MANY_SHARES;
  }

  async #report(outcome: UnitResult['outcome'], scannedTo: bigint): Promise<void> {
    const told = this.#waiting.slice(0, MOST_SHARES);
    this.#waiting = this.#waiting.slice(MOST_SHARES);
    const hashes = this.#hashes;
    this.#hashes = 0;
    // With more shares waiting it is not known which of them win: they are told right after.
    this.#hasSolution &&= this.#waiting.length > 0;
    const shares = told.map(({ share }) => share);
    const later = new Set(this.#waiting.map(({ share }) => share.nonce));
    let reach = scannedTo;
    for (const nonce of this.#untold) if (later.has(nonce) && nonce < reach) reach = nonce;
    let failure: unknown = null;
    try {
      await this.#lease.report({ outcome, scannedTo: reach, shares, hashes });
    } catch (error) {
      failure = error;
      this.#how.onError(error);
    }
    for (const { share, onTold } of told) {
      this.#untold.delete(share.nonce);
      onTold?.(failure);
    }
  }
}
