/** Who is there, as the bucket of nodes tells: workers join, change, fall silent and leave. */

import type { KvEntry } from '@nats-io/kv';
import { PowError } from '../../errors.js';
import type { NodeInfo, QueueEvent } from '../queue.js';
import type { Keeper } from '../record/keeper.js';
import type { CheckedNode } from './checked-options.js';
import type { Nats } from './connection.js';
import type { Crew } from './crew.js';
import { Peers } from './peers.js';
import { watchBucket } from './watching.js';

/** A server that restarts is back by then. */
const CURRENT_MS = 60_000;

export interface RosterHow {
  readonly node: CheckedNode;
  readonly keeper: Keeper;
  readonly crew: Crew;
  readonly signal: AbortSignal;
  readonly onEvent: (event: QueueEvent) => void;
  readonly onJoin: () => void;
  /** It may not work for so long. */
  readonly tellBan: (worker: string, forMs: number) => void;
}

export class Roster {
  readonly #nats: Nats;
  readonly #how: RosterHow;
  readonly #peers = new Peers();

  constructor(nats: Nats, how: RosterHow) {
    this.#nats = nats;
    this.#how = how;
  }

  /**
   * Resolves when everybody who is there now is known, or `signal` has aborted; rejects when the
   * server tells nothing for long.
   */
  async begin(): Promise<void> {
    const { node, signal } = this.#how;
    const { names, clock } = node;
    let cancel = () => {};
    const late = new Promise<never>((_, reject) => {
      const why = new PowError('POW_WORKER', `${names.nodes} could not be read in time`);
      cancel = clock.after(CURRENT_MS, () => reject(why));
    });
    const current = new Promise<void>((resolve) => {
      const watching = watchBucket(this.#nats, {
        ...{ bucket: names.nodes, clock, signal },
        onEntry: (entry) => this.#heard(entry),
        onCurrent: (keys) => {
          for (const gone of this.#peers.keep(keys)) this.#left(gone);
          resolve();
        },
      });
      void watching.then(resolve);
    });
    await Promise.race([current, late]).finally(cancel);
  }

  /** It does something before we heard that it is there. */
  async admit(worker: string): Promise<boolean> {
    const { crew, node } = this.#how;
    if (crew.has(worker)) return true;
    try {
      const nodes = await this.#nats.bucket(node.names.nodes);
      const entry = await nodes.get(worker);
      if (entry !== null) this.#heard(entry);
    } catch {
      // Then it is a stranger, for now.
    }
    return crew.has(worker);
  }

  /** A sign of life. */
  heard(worker: string): void {
    if (this.#how.crew.has(worker)) this.#how.keeper.heard(worker);
  }

  /** It does not count any more: at its next sign of life it joins anew. */
  drop(worker: string): void {
    this.#how.crew.leave(worker);
  }

  /** Its connection is gone; it joins anew when it comes back. */
  lose(worker: string): void {
    const info = this.#peers.get(worker);
    if (info !== null) this.#left(info);
  }

  ban(worker: string, forMs: number): void {
    this.drop(worker);
    this.#how.tellBan(worker, Math.ceil(forMs));
  }

  #heard({ key, operation, value }: KvEntry): void {
    const { keeper, node, crew, onEvent } = this.#how;
    const change = this.#peers.hear(key, operation === 'PUT' ? value : null);
    if (change === null) return;
    const { op } = change;
    if (op === 'leave') this.#left(change.node);
    else if (change.node.role !== 'worker') {
      if (op !== 'alive') onEvent({ kind: 'node', op, node: change.node });
    } else if (!crew.has(key)) this.#joined(change.node);
    else if (op === 'alive') keeper.heard(key);
    else {
      crew.join(change.node, node.clock.now());
      keeper.announce(key, change.node.capabilities);
    }
  }

  #joined(info: NodeInfo): void {
    const { keeper, node, crew, onJoin } = this.#how;
    const { bannedMs } = keeper.join(info, { key: info.id, address: 'nats', held: [] });
    if (bannedMs > 0) {
      this.ban(info.id, bannedMs);
      return;
    }
    crew.join(info, node.clock.now());
    onJoin();
  }

  #left(info: NodeInfo): void {
    const { crew, keeper, onEvent } = this.#how;
    if (info.role !== 'worker') onEvent({ kind: 'node', op: 'leave', node: info });
    if (!crew.has(info.id)) return;
    crew.leave(info.id);
    keeper.leave(info.id);
  }
}
