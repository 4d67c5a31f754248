/** What a worker asks its master for: how the cluster is doing. */

import { PowError } from '../../../errors.js';
import type { Clock } from '../../../miner/clock.js';
import type { ClusterStatus } from '../../queue.js';
import type { Link } from '../link.js';

interface Waiting {
  readonly resolve: (status: ClusterStatus) => void;
  readonly reject: (error: PowError) => void;
  readonly cancel: () => void;
}

/** A first connection and the answer. */
const ANSWER_MS = 10_000;

export class Questions {
  readonly #clock: Clock;
  readonly #link: () => Link | null;
  #waiting: Waiting[] = [];

  /** @param link - `null`: it asks when there is one */
  constructor(clock: Clock, link: () => Link | null) {
    this.#clock = clock;
    this.#link = link;
  }

  /** @param why - what is known when there is no answer */
  ask(why: () => string): Promise<ClusterStatus> {
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.after(ANSWER_MS, () => {
        this.#waiting = this.#waiting.filter((each) => each !== waiting);
        reject(new PowError('POW_SOURCE', `no answer of the master: ${why()}`));
      });
      const waiting: Waiting = { resolve, reject, cancel };
      this.#waiting.push(waiting);
      // One question is enough for all who wait.
      if (this.#waiting.length === 1) this.#link()?.send({ kind: 'status-request' });
    });
  }

  /** A new connection. */
  up(): void {
    if (this.#waiting.length > 0) this.#link()?.send({ kind: 'status-request' });
  }

  answered(status: ClusterStatus): void {
    for (const { resolve, cancel } of this.#waiting.splice(0)) {
      cancel();
      resolve(status);
    }
  }

  close(error: PowError): void {
    for (const { reject, cancel } of this.#waiting.splice(0)) {
      cancel();
      reject(error);
    }
  }
}
