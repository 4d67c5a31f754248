/**
 * Hosts as network namespaces of Linux, joined by a switch in one more: their cables can be pulled.
 * Needs root and iproute2.
 */

import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import type { QueueAddress } from '../../../ts/cluster/worker/options.js';
import type { Host } from './adapters.js';
import type { Network } from './network.js';

/** For private use (RFC 1918); these hosts see nothing but each other. */
const NETWORK = '10.77.19';

export class Hosts implements Network {
  readonly hosts: readonly Host[];
  readonly #name = `pow${randomBytes(3).toString('hex')}`;

  /** Whether this machine lets us make some. */
  static areAllowed(): boolean {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
    const name = `pow${randomBytes(3).toString('hex')}`;
    if (spawnSync('ip', ['netns', 'add', name]).status !== 0) return false;
    const isUsable = spawnSync('ip', ['-n', name, 'link', 'add', 'bridge', 'type', 'bridge']);
    spawnSync('ip', ['netns', 'del', name]);
    return isUsable.status === 0;
  }

  constructor(count: number) {
    ip('netns', 'add', this.#name);
    this.#onSwitch('link', 'add', 'bridge', 'type', 'bridge');
    this.#onSwitch('link', 'set', 'bridge', 'up');
    this.hosts = Array.from({ length: count }, (_, i) => this.#host(i));
    process.on('exit', () => this.close());
  }

  async wayFrom(_host: Host, address: QueueAddress): Promise<QueueAddress> {
    return address; // over the switch
  }

  plug(host: Host, how: 'in' | 'out'): void {
    const i = this.hosts.indexOf(host);
    this.#onSwitch('link', 'set', `port${i}`, how === 'in' ? 'up' : 'down');
  }

  close(): void {
    for (const { namespace } of this.hosts) spawnSync('ip', ['netns', 'del', namespace ?? '']);
    spawnSync('ip', ['netns', 'del', this.#name]);
  }

  #host(i: number): Host {
    const namespace = `${this.#name}-${i}`;
    const address = `${NETWORK}.${i + 1}`;
    ip('netns', 'add', namespace);
    this.#onSwitch('link', 'add', `port${i}`, 'type', 'veth', 'peer', 'eth0', 'netns', namespace);
    this.#onSwitch('link', 'set', `port${i}`, 'master', 'bridge');
    this.#onSwitch('link', 'set', `port${i}`, 'up');
    ip('-n', namespace, 'address', 'add', `${address}/24`, 'dev', 'eth0');
    for (const device of ['eth0', 'lo']) ip('-n', namespace, 'link', 'set', device, 'up');
    return { namespace, address };
  }

  #onSwitch(...args: readonly string[]): void {
    ip('-n', this.#name, ...args);
  }
}

function ip(...args: readonly string[]): void {
  const { status, stderr } = spawnSync('ip', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr}`);
}
