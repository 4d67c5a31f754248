/** What a partition is of: hosts whose cables can be pulled, by a kernel that knows them or by us. */

import type { QueueAddress } from '../../../ts/cluster/worker/options.js';
import type { Host } from './adapters.js';
import { CuttableWire } from './wire-cut.js';

export interface Network {
  /** Masters run on the first. */
  readonly hosts: readonly Host[];
  /** How a worker of that host comes to that master. */
  wayFrom(host: Host, address: QueueAddress): Promise<QueueAddress>;
  /** Pulls a cable, or plugs it in again. */
  plug(host: Host, how: 'in' | 'out'): void;
  close(): void;
}

/** For any machine: addresses of its loopback, and from each of them a wire to the master. */
export class LoopbackHosts implements Network {
  readonly hosts: readonly Host[];
  readonly #wires = new Map<Host, CuttableWire>();

  constructor(count: number) {
    // On macOS there is no other one.
    const addressOf = (i: number) => (process.platform === 'darwin' ? 1 : i + 2);
    this.hosts = Array.from({ length: count }, (_, i) => {
      return { address: `127.0.0.${addressOf(i)}`, namespace: null };
    });
  }

  async wayFrom(host: Host, address: QueueAddress): Promise<QueueAddress> {
    const wire = await CuttableWire.before(address, host.address);
    this.#wires.set(host, wire);
    return wire.address;
  }

  plug(host: Host, how: 'in' | 'out'): void {
    const wire = this.#wires.get(host);
    if (how === 'in') wire?.thaw();
    else wire?.freeze();
  }

  close(): void {
    for (const wire of this.#wires.values()) wire.close();
  }
}
