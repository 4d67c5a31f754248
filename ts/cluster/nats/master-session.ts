/** A master on its connection: what it hears of workers, what it tells them, what it looks after. */

import { PowError } from '../../errors.js';
import type { CancelReason, ClusterStatus, QueueEvent, WorkId, WorkSpec } from '../queue.js';
import type { Effect } from '../record/decisions.js';
import type { Keeper } from '../record/keeper.js';
import { RULES } from '../record/rules.js';
import type { CheckedNode } from './checked-options.js';
import type { Nats } from './connection.js';
import { ofProgressKey, readProgress } from './control.js';
import { Crew } from './crew.js';
import { Dispatch, type Told } from './dispatch.js';
import { every } from './every.js';
import { Filler } from './filler.js';
import { isLaidOut, layOut } from './layout.js';
import type { Lead } from './lead.js';
import { claimOf } from './leader.js';
import { Lendings } from './lendings.js';
import { LiveWorks } from './live-works.js';
import { LEADER_KEY, workOfKey } from './names.js';
import { Pulse } from './pulse.js';
import { Questions } from './questions.js';
import { Results } from './results.js';
import { Roster } from './roster.js';
import { statusOf } from './status.js';
import { Stock } from './stock.js';
import { textOf } from './text-of.js';
import { Watchdog } from './watchdog.js';
import { watchBucket } from './watching.js';

/** Looks for workers whose connection is gone so often. */
const PULSE_MS = 1_000;

export interface MasterSessionHow {
  readonly node: CheckedNode;
  readonly keeper: Keeper;
  readonly lead: Lead;
  readonly replicas: number;
  readonly fixedNonces: bigint | undefined;
  readonly onEvent: (event: QueueEvent) => void;
}

export class MasterSession {
  readonly #nats: Nats;
  readonly #how: MasterSessionHow;
  readonly #over = new AbortController();
  readonly #lendings: Lendings;
  readonly #crew: Crew;
  readonly #stock: Stock;
  readonly #filler: Filler;
  readonly #dispatch: Dispatch;
  readonly #works: LiveWorks;
  readonly #roster: Roster;
  readonly #watchdog: Watchdog;
  readonly #pulse: Pulse;
  #results: Results | null = null;

  constructor(nats: Nats, how: MasterSessionHow) {
    this.#nats = nats;
    this.#how = how;
    const { node, keeper, fixedNonces, onEvent } = how;
    const { names } = node;
    this.#over.signal.addEventListener('abort', () => how.lead.stop(), { once: true });
    this.#lendings = new Lendings(node.limits.leaseMs);
    this.#pulse = new Pulse(nats, node);
    this.#crew = new Crew(RULES.targetMs, fixedNonces);
    const shared = { node, keeper, lendings: this.#lendings, crew: this.#crew };
    const sizeFor: Dispatch['sizeFor'] = (unit) => this.#dispatch.sizeFor(unit);
    this.#stock = new Stock({ ...shared, nats, sizeFor, since: how.lead.claim.since });
    const onTrouble = (error: unknown) => {
      if (this.#over.signal.aborted) return;
      this.#notice(`units could not be put into the queue: ${textOf(error)}`);
      this.#watchdog.suspect();
    };
    const confirm = () => this.#confirm();
    this.#filler = new Filler({
      ...{ ...shared, stock: this.#stock, fixedNonces, onTrouble, confirm },
    });
    const parts = { ...shared, stock: this.#stock, filler: this.#filler };
    this.#dispatch = new Dispatch({
      ...{ ...parts, onEvent, onTrouble, pulse: this.#pulse },
      onDoubt: () => this.#watchdog.suspect(),
      onGone: (worker) => this.#lose(worker),
      tell: (worker, told) => this.#tell(names.controlOf(worker), told),
    });
    const settle = () => this.#results?.settle() ?? Promise.resolve();
    const onNotice = (text: string) => this.#notice(text);
    this.#works = new LiveWorks(nats, {
      ...{ ...parts, dispatch: this.#dispatch, settle, confirm, onNotice },
      tellOver: (work, reason) => this.#tell(names.control, { kind: 'cancel', work, reason }),
    });
    this.#roster = new Roster(nats, {
      ...{ ...shared, signal: this.#over.signal, onEvent },
      onJoin: () => this.#filler.fillAll(),
      tellBan: (worker, forMs) => this.#tell(names.controlOf(worker), { kind: 'banned', forMs }),
    });
    how.lead.follow({
      onDeposed: (epoch) => {
        this.#over.abort();
        onEvent({ kind: 'deposed', epoch });
      },
      // Not before it is known to lead: whoever was stopped finds everything overdue.
      onRenewed: () => this.#callBackOverdue(),
      onTrouble: (error) => onNotice(`the claim to lead could not be renewed: ${textOf(error)}`),
    });
    this.#watchdog = new Watchdog(nats, { ...parts, view: keeper.view, settle, onNotice });
  }

  /** Rejects, too, when another master leads by then: what lies there is not ours any more. */
  async begin(): Promise<void> {
    const { node, lead, replicas, onEvent } = this.#how;
    const { names, limits, clock } = node;
    const { signal } = this.#over;
    await this.#confirm();
    await layOut(this.#nats, names, limits, replicas);
    if (lead.claim.since === lead.claim.epoch) await this.#works.clear();
    new Questions(this.#nats, {
      ...{ node, signal, roster: this.#roster, dispatch: this.#dispatch },
      status: () => this.status(),
      onNotice: (text) => this.#notice(text),
    });
    await this.#roster.begin();
    await this.#confirm();
    this.#follow();
    this.#results = new Results({
      ...{ node, nats: this.#nats, epoch: lead.claim.epoch, signal },
      take: async (worker, report) => {
        await this.#confirm();
        await this.#roster.admit(worker);
        await this.#dispatch.take(worker, report);
      },
      onOffence: (worker, reason) => this.#strike(worker, reason),
      onNotice: (text) => this.#notice(text),
    });
    every(clock, limits.watchdogMs, signal, () => this.#lookAround());
    every(clock, PULSE_MS, signal, () => this.#feelPulses());
    this.#nats.onReconnect.add(() => void this.#comeBack());
    this.#nats.onRefusal.add((text) => onEvent({ kind: 'notice', level: 'warn', text }));
  }

  lend(spec: WorkSpec): Promise<void> {
    return this.#works.lend(spec);
  }

  /** As {@link LiveWorks.callBack}. */
  callBack(work: WorkId, reason: CancelReason): Promise<number> {
    return this.#works.callBack(work, reason);
  }

  perform(effect: Effect): void {
    switch (effect.kind) {
      case 'event':
        if (effect.event.kind === 'banned') {
          this.#roster.ban(effect.event.worker, effect.event.forMs);
          void this.#dispatch.takeBack(effect.event.worker);
        }
        if (effect.event.kind === 'failed') this.#over.abort();
        this.#how.onEvent(effect.event);
        break;
      case 'drop':
        this.#roster.drop(effect.worker);
        break;
      case 'cancel':
        this.#works.drop(effect.work, effect.reason);
        break;
      // Leases are the queue's, and the end of a work is waited for there.
      case 'assign':
      case 'end':
      case 'over':
      case 'scanned':
    }
  }

  status(): ClusterStatus {
    const { node, keeper } = this.#how;
    const record = keeper.view.status(node.clock.now());
    return statusOf(record, {
      ...{ master: node.name, epoch: keeper.epoch, lendings: this.#lendings, crew: this.#crew },
    });
  }

  /** Says goodbye; what lies in the queue stays there. */
  async end(): Promise<void> {
    if (this.#over.signal.aborted) return;
    this.#tell(this.#how.node.names.control, { kind: 'goodbye' });
    this.#over.abort();
    await this.#how.lead.resign();
  }

  #follow(): void {
    const { node, keeper } = this.#how;
    const { names, clock } = node;
    const watch = { clock, signal: this.#over.signal };
    void watchBucket(this.#nats, {
      ...{ ...watch, bucket: names.progress },
      onEntry: ({ key, operation, value }, ageMs) => {
        const of = ofProgressKey(key);
        const progress = operation === 'PUT' ? readProgress(value) : null;
        if (of === null || progress === null) return;
        if (ageMs === 0) this.#roster.heard(of.worker);
        // The bucket keeps it for long: its worker may have died since, and another one have it.
        this.#works.heard(key, of, { ...progress, atMs: clock.now() - ageMs });
      },
    });
    void watchBucket(this.#nats, {
      ...{ ...watch, bucket: names.state },
      onEntry: (entry) => {
        const claim = entry.key === LEADER_KEY ? claimOf(entry) : null;
        if (claim !== null && claim.epoch > keeper.epoch) this.#how.lead.depose(claim.epoch);
        const work = workOfKey(entry.key);
        if (work !== null) this.#works.shown(work, entry.operation === 'PUT' ? entry.value : null);
      },
    });
  }

  /** As {@link Lead.confirm}; it may be over for another reason as well. */
  async #confirm(): Promise<void> {
    await this.#how.lead.confirm();
    if (!this.#over.signal.aborted) return;
    throw new PowError('POW_WORKER', 'this master leads no longer');
  }

  async #callBackOverdue(): Promise<void> {
    const hogs = await this.#dispatch.callBackOverdue();
    for (const hog of hogs) this.#strike(hog, 'it does not let go of a unit');
  }

  /** The server goes on to let it speak: a ban that lasts needs no more strikes. */
  #strike(worker: string, reason: string): void {
    const { keeper, node } = this.#how;
    if (keeper.view.bannedMs(worker, node.clock.now()) > 0) return;
    keeper.strike(worker, worker, reason);
  }

  async #feelPulses(): Promise<void> {
    await this.#pulse.away(this.#crew.workers);
    for (const worker of [...this.#crew.workers]) {
      if (this.#pulse.isGone(worker)) await this.#lose(worker);
    }
  }

  async #lose(worker: string): Promise<void> {
    this.#pulse.forget(worker);
    this.#roster.lose(worker);
    await this.#dispatch.lose(worker);
  }

  /** Streams may be gone while the link holds, too: not every server forgets only when it starts. */
  async #lookAround(): Promise<void> {
    if (!this.#nats.isUp) return;
    const isThere = await isLaidOut(this.#nats, this.#how.node.names).catch(() => true);
    if (isThere) return this.#watchdog.look();
    this.#notice('streams or buckets were gone: they are laid out again');
    await this.#comeBack();
  }

  async #comeBack(): Promise<void> {
    const { node, replicas } = this.#how;
    if (this.#over.signal.aborted) return;
    try {
      await layOut(this.#nats, node.names, node.limits, replicas);
      this.#stock.forgetConsumers();
      await this.#how.lead.keep();
      if (!this.#over.signal.aborted) await this.#works.restore();
    } catch (error) {
      this.#notice(`after the link was lost: ${textOf(error)}`);
      this.#watchdog.suspect();
    }
  }

  #tell(subject: string, told: Told): void {
    if (this.#over.signal.aborted || this.#nats.connection.isClosed()) return;
    const control = { epoch: this.#how.keeper.epoch, ...told };
    this.#nats.connection.publish(subject, JSON.stringify(control));
  }

  #notice(text: string): void {
    if (this.#over.signal.aborted) return;
    this.#how.onEvent({ kind: 'notice', level: 'warn', text });
  }
}
