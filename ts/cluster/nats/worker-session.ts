/** A worker on its connection: what it hears of the master, and its signs of life. */

import type { Msg } from '@nats-io/transport-node';
import type { CancelReason, LeaseEnd, NodeInfo, WorkId } from '../queue.js';
import { decodeWorkSpec } from '../wire/work-spec.js';
import type { CheckedNode } from './checked-options.js';
import type { Nats } from './connection.js';
import { type Control, progressKey, readControl, writeProgress } from './control.js';
import { every } from './every.js';
import type { HeldLease, LeaseOwner } from './held-lease.js';
import { Intake } from './intake.js';
import { Known } from './known.js';
import { claimOf } from './leader.js';
import { LEADER_KEY, workKey, workOfKey } from './names.js';
import { Neighbours } from './neighbours.js';
import { watchBucket } from './watching.js';
import { within } from './within.js';

const TOLD_MS = 250;
/** How often leases are looked at. */
const TICK_MS = 250;
const EXTENSIONS = 3;

export interface WorkerSessionHow {
  readonly node: CheckedNode;
  readonly owner: LeaseOwner;
  readonly info: () => NodeInfo;
  readonly onNotice: (level: 'debug' | 'info' | 'warn', text: string) => void;
}

export class WorkerSession {
  readonly nats: Nats;
  readonly #how: WorkerSessionHow;
  readonly #known = new Known();
  readonly #neighbours: Neighbours;
  readonly #intake: Intake;
  readonly #over = new AbortController();
  /** No units until then. */
  #bannedUntilMs = 0;

  constructor(nats: Nats, how: WorkerSessionHow) {
    this.nats = nats;
    this.#how = how;
    const { node, owner } = how;
    const onNotice = (text: string) => how.onNotice('warn', text);
    this.#neighbours = new Neighbours(nats, node);
    this.#intake = new Intake(nats, { node, owner, known: this.#known, onNotice });
    const { names, id } = node;
    for (const subject of [names.control, names.controlOf(id)]) {
      nats.connection.subscribe(subject, {
        callback: (error, message) => {
          if (error !== null || isRepeated(message)) return;
          const control = readControl(message.data);
          if (control !== null) this.#obey(control);
        },
      });
    }
    // Listening is the answer. Who only looks is nobody, though it may have the key of a worker.
    if (this.#isMember) nats.connection.subscribe(names.ping(id), { callback: () => {} });
    this.#follow();
    const { heartbeatMs } = node.limits;
    every(node.clock, heartbeatMs, this.#over.signal, () => this.tellPresence());
    every(node.clock, TICK_MS, this.#over.signal, () => this.#extend());
    // While there was no link nobody else could get a lease of ours either, as long as the server
    // was away; if it was not, the master says so.
    nats.onReconnect.add(() => {
      this.tellPresence();
      for (const lease of this.#intake.held) this.#extendNow(lease);
    });
    this.tellPresence();
  }

  /** @returns new leases; none when it is time to look at `most` and `signal` again */
  async next(most: number, signal: AbortSignal): Promise<readonly HeldLease[]> {
    const banned = this.#bannedUntilMs > this.#how.node.clock.now();
    const leases = await this.#intake.next(banned ? 0 : most, signal);
    for (const lease of leases) this.#tellProgress(lease);
    // Whatever becomes of us with them: the master knows who has them.
    if (leases.length > 0 && this.nats.isUp) {
      const told = this.nats.connection.flush().catch(() => {});
      await within(this.#how.node.clock, TOLD_MS, told);
    }
    return leases;
  }

  forget(lease: HeldLease, isDone: boolean): void {
    this.#intake.forget(lease, isDone);
  }

  peers(): readonly NodeInfo[] {
    return this.#neighbours.all();
  }

  tellPresence(): void {
    if (!this.#isMember) return;
    const { names, id } = this.#how.node;
    this.#put(names.nodes, id, JSON.stringify(this.#how.info()));
  }

  /** Gives back every lease that nobody gave back. */
  async giveBack(): Promise<void> {
    this.#intake.close();
    const held = [...this.#intake.held];
    for (const lease of held) lease.end('shutdown');
    await Promise.all(
      held.map((lease) => lease.release({ scannedTo: lease.scannedTo }).catch(() => {})),
    );
    if (!this.nats.isUp || !this.#isMember) return;
    const { names, id } = this.#how.node;
    const kv = await this.nats.bucket(names.nodes);
    await kv.delete(id).catch(() => {});
  }

  /** The server does not want us any more. */
  lose(): void {
    for (const lease of [...this.#intake.held]) lease.end('revoked');
    this.#over.abort();
  }

  async close(): Promise<void> {
    this.#over.abort();
    this.#intake.close();
    await this.nats.connection.close();
  }

  get #isMember(): boolean {
    return this.#how.info().role !== 'observer';
  }

  #follow(): void {
    const { node } = this.#how;
    const { names, clock } = node;
    const { signal } = this.#over;
    void watchBucket(this.nats, {
      ...{ bucket: names.state, clock, signal },
      onEntry: (entry) => {
        const claim = entry.key === LEADER_KEY ? claimOf(entry) : null;
        if (claim !== null) this.#known.lead(claim);
        const work = workOfKey(entry.key);
        if (work === null) return;
        if (entry.operation === 'PUT') this.#learn(work, entry.value);
        else this.#end(work, 'stale');
      },
      // What ended while we were away.
      onCurrent: (keys) => {
        const current = new Set([...keys].flatMap((key) => workOfKey(key) ?? []));
        for (const work of this.#known.missing(current)) this.#end(work, 'stale');
      },
    });
  }

  #learn(work: WorkId, bytes: Uint8Array): void {
    try {
      const spec = decodeWorkSpec(bytes);
      if (spec.id === work) this.#known.add(spec);
    } catch (error) {
      this.#how.onNotice('warn', `${workKey(work)}: ${(error as Error).message}`);
    }
  }

  #obey(control: Control): void {
    if (!this.#known.hears(control.epoch)) return;
    switch (control.kind) {
      case 'cancel':
        this.#end(control.work, control.reason);
        break;
      case 'end':
        for (const lease of [...this.#intake.held]) {
          const { work, index } = lease.unit;
          const isIt = work === control.work && index === control.index;
          if (isIt && lease.fence <= control.fence) this.#endLease(lease, control.why);
        }
        break;
      case 'banned':
        this.#bannedUntilMs = this.#how.node.clock.now() + control.forMs;
        this.#how.onNotice('warn', `the master has banned this worker for ${control.forMs} ms`);
        for (const lease of [...this.#intake.held]) this.#endLease(lease, 'revoked');
        break;
      case 'goodbye':
        this.#how.onNotice('info', 'the master has left; its units stay in the queue');
    }
  }

  #end(work: WorkId, reason: CancelReason): void {
    this.#known.end(work, reason);
    for (const lease of [...this.#intake.held]) {
      if (lease.unit.work === work) this.#endLease(lease, reason);
    }
  }

  #endLease(lease: HeldLease, why: LeaseEnd): void {
    lease.end(why);
  }

  /** Keeps leases alive, and tells how far they are, three times before they run out. */
  #extend(): void {
    if (!this.nats.isUp) return;
    const nowMs = this.#how.node.clock.now();
    for (const lease of [...this.#intake.held]) {
      const sinceMs = nowMs - lease.extendedMs;
      // We were stopped, on a link that held: somebody else has it.
      if (sinceMs > lease.ttlMs) lease.end('lost');
      else if (sinceMs >= lease.ttlMs / EXTENSIONS) this.#extendNow(lease);
    }
  }

  #extendNow(lease: HeldLease): void {
    lease.extendedMs = this.#how.node.clock.now();
    lease.delivery.working();
    this.#tellProgress(lease);
  }

  #tellProgress({ unit, fence, scannedTo }: HeldLease): void {
    const { names, id } = this.#how.node;
    const key = progressKey(id, unit.work, unit.index);
    this.#put(names.progress, key, writeProgress({ fence, scannedTo }));
  }

  /** Not waited for: the next one says more. */
  #put(bucket: string, key: string, text: string): void {
    if (this.nats.isUp) this.nats.connection.publish(`$KV.${bucket}.${key}`, text);
  }
}

/**
 * The master sends neither headers nor a subject to answer to; a server does with whatever it
 * repeats out of a stream, to any subject that somebody names.
 */
function isRepeated({ headers, reply = '' }: Msg): boolean {
  return headers !== undefined || reply !== '';
}
