/** Who may connect: bans, and connections counted per address and in all. */

import { Bans } from './bans.js';
import type { HubSettings } from './settings.js';

export class Door {
  readonly bans: Bans;
  readonly #settings: HubSettings;
  readonly #inside = new Map<string, number>();
  #all = 0;

  constructor(settings: HubSettings) {
    this.#settings = settings;
    this.bans = new Bans(settings.bans);
  }

  /** Connections that are open. */
  get inside(): number {
    return this.#all;
  }

  /** @returns why it is turned away; `null`: it is let in, and leaves some day */
  enter(address: string): string | null {
    const { limits, clock } = this.#settings;
    const here = this.#inside.get(address) ?? 0;
    if (this.bans.isBanned(address, clock.now())) return 'banned';
    if (this.#all >= limits.connections) return 'too many connections';
    if (here >= limits.connectionsPerAddress) return 'too many connections of one address';
    this.#inside.set(address, here + 1);
    this.#all += 1;
    return null;
  }

  leave(address: string): void {
    const rest = (this.#inside.get(address) ?? 1) - 1;
    if (rest === 0) this.#inside.delete(address);
    else this.#inside.set(address, rest);
    this.#all -= 1;
  }

  offend(address: string, reason: string): void {
    const here = this.#inside.get(address);
    if (!this.bans.offend(address, this.#settings.clock.now(), here)) return;
    const text = `${address} is banned for a while: ${reason}`;
    this.#settings.onNotice({ level: 'warn', text });
  }
}
