/** Nodes of `auto` in processes of their own, and what is true of all of them. */

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Decision } from '../../../ts/cluster/election/auto.js';
import type { MasterAddress } from '../../../ts/cluster/statement.js';
import { until } from '../../until.js';
import { authorityOf } from '../authority.js';
import { freshFolder } from '../datasets/folder.js';
import type { Host } from '../faults/adapters.js';
import { Child } from '../faults/child.js';
import { History } from '../faults/history.js';
import type { AutoHow } from './auto-process.js';

/** Faster than by default; still far slower than a busy machine is late. */
const RULES = { beaconMs: 200, deadMs: 2000, settleMs: 800 };
const HERE: Host = { address: '127.0.0.1', namespace: null };

export interface State {
  readonly decision: Decision;
  readonly leads: number | null;
  readonly connection: string | null;
  readonly notices: readonly string[];
}

export class AutoNode {
  readonly id: string;
  readonly history: History;
  readonly #how: Omit<AutoHow, 'seeds'>;
  readonly #host: Host;
  child: Child;
  port = 0;

  constructor(name: string, how: Pick<AutoHow, 'tls' | 'stands' | 'units' | 'beacon'>, host: Host) {
    const folder = freshFolder();
    const history = join(folder, 'history');
    this.id = createHash('sha256').update(name).digest('hex').slice(0, 32);
    this.#how = { ...how, id: this.id, host: host.address, folder, history, rules: RULES };
    this.history = new History(history);
    this.#host = host;
    this.child = this.#born();
  }

  get address(): MasterAddress {
    return { host: this.#host.address, port: this.port };
  }

  async open(seeds: readonly MasterAddress[]): Promise<void> {
    this.port = await this.child.ask<number>('open', { ...this.#how, seeds });
  }

  state(): Promise<State> {
    return this.child.ask<State>('state');
  }

  /** As a new process, with the files of the one that was killed. */
  async openAgain(seeds: readonly MasterAddress[]): Promise<void> {
    this.child = this.#born();
    await this.open(seeds);
  }

  #born(): Child {
    return new Child('../election/auto-process.ts', this.#host.namespace);
  }
}

export class AutoNodes {
  readonly all: readonly AutoNode[];

  /** @param stands - of each node, whether it has a source */
  constructor(
    stands: readonly boolean[],
    how: Pick<AutoHow, 'units' | 'beacon'>,
    hosts: readonly Host[] = [],
  ) {
    const { one } = authorityOf('one');
    this.all = stands.map((stand, at) => {
      const more = { ...how, tls: one, stands: stand };
      return new AutoNode(`node ${at}`, more, hosts[at] ?? HERE);
    });
  }

  /** The first one is the seed of the others; they hear of each other by it. */
  async open(): Promise<void> {
    const [first, ...others] = this.all;
    await first?.open([]);
    const seeds = first === undefined ? [] : [first.address];
    await Promise.all(others.map((node) => node.open(seeds)));
  }

  /** Until one of them leads and all others of them work for it. */
  async agreed(among: readonly AutoNode[] = this.all): Promise<{ node: AutoNode; epoch: number }> {
    return until('they agree', async () => {
      const states = await Promise.all(among.map((node) => node.state()));
      const [at, ...more] = states.flatMap(({ leads }, index) => (leads === null ? [] : [index]));
      const node = among[at ?? -1];
      const epoch = states[at ?? -1]?.leads;
      if (node === undefined || epoch === undefined || epoch === null || more.length > 0)
        return null;
      const isOne = states.every(({ decision, connection }, index) => {
        if (connection !== 'connected') return false;
        if (index === at) return decision.kind === 'master';
        return (
          decision.kind === 'worker' && decision.master === node.id && decision.epoch === epoch
        );
      });
      return isOne ? { node, epoch } : null;
    });
  }
}
