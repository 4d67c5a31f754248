/** What a master believes of its workers: results hashed again, strikes counted, units looked at. */

import { Engine } from '../../core/engine.js';
import type { Conduct as ConductPort, Scanned } from '../record/judges.js';
import { Conduct } from './conduct.js';
import { Referee } from './referee.js';
import { Rescans, scanBy } from './rescans.js';

export interface TrustOptions {
  /** `false`: shares are not counted, and nothing is looked at again. */
  readonly isProved: boolean;
  readonly random: () => number;
  readonly proved: (key: string, worker: string, reason: string) => void;
  readonly failed: (error: unknown) => void;
}

export class Trust {
  readonly referee = new Referee();
  readonly conduct: ConductPort;
  readonly #engine: Engine | null;
  readonly #rescans: Rescans | null;

  constructor({ isProved, random, proved, failed }: TrustOptions) {
    this.conduct = isProved ? new Conduct() : new Believing();
    this.#engine = isProved ? new Engine({ threads: 1, priority: 'background' }) : null;
    this.#rescans =
      this.#engine === null
        ? null
        : new Rescans({
            ...{ scan: scanBy(this.#engine), random, failed },
            proved: ({ key, worker, nonce, unit }) => {
              const reason = `nonce ${nonce} of unit ${unit.work}.${unit.index} is a share, and was not reported`;
              proved(key, worker, reason);
            },
          });
  }

  /** A part of it is looked at again, when its turn comes. */
  look(scanned: Scanned): void {
    this.#rescans?.offer(scanned);
  }

  async close(): Promise<void> {
    await this.#rescans?.close();
    await this.#engine?.close();
  }
}

/** Strikes and bans alone. */
class Believing extends Conduct {
  override count(): null {
    return null;
  }
}
