/** A worker of a cluster without a network. */

import type { UnitResult } from '../../../ts/cluster/queue.js';
import type { Assignment } from '../../../ts/cluster/record/decisions.js';

export interface Held {
  readonly assignment: Assignment;
  /** Everything below is hashed. */
  at: bigint;
  /** The master said that it is over. */
  over: string | null;
}

export class Actor {
  readonly id: string;
  readonly rate: number;
  connected = false;
  readonly held: Held[] = [];
  /** Results that could not be sent. */
  readonly unsent: UnitResult[] = [];

  constructor(id: string, rate: number) {
    this.id = id;
    this.rate = rate;
  }
}
