/** Waits until something is so, which nobody announces: whoever changes it says that it is time to look. */

import type { Clock } from '../../miner/clock.js';

export class Waiting {
  readonly #clock: Clock;
  readonly #looks = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when it is so, or after so long. */
  async until(isSo: () => boolean, ms: number): Promise<void> {
    if (isSo()) return;
    await new Promise<void>((resolve) => {
      const end = () => {
        cancel();
        this.#looks.delete(look);
        resolve();
      };
      const look = () => {
        if (isSo()) end();
      };
      const cancel = this.#clock.after(ms, end);
      this.#looks.add(look);
    });
  }

  look(): void {
    for (const look of [...this.#looks]) look();
  }
}
