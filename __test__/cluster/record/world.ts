/**
 * A cluster without a network: masters that die and start again from what was on their disk,
 * workers that hash, die, sleep, cheat and come back. Everything is checked as it happens.
 */

import * as assert from 'uvu/assert';
import type { UnitResult, WorkSpec } from '../../../ts/cluster/queue.js';
import { Coordinator } from '../../../ts/cluster/record/coordinator.js';
import type { Decisions, Effect } from '../../../ts/cluster/record/decisions.js';
import type { Entry } from '../../../ts/cluster/record/entries.js';
import { decodeEntries, encodeEntries } from '../../../ts/cluster/record/entry-codec.js';
import type { Rules } from '../../../ts/cluster/record/rules.js';
import { Actor, type Held } from './actor.js';
import { Blames } from './blames.js';
import { Judge, nodeOf, Strict, shareOf, spaceOf, specOf, workId } from './fakes.js';
import { isSolution, Ledger, pairOf } from './ledger.js';

export interface WorldOptions {
  readonly variants: number;
  readonly nonces: number;
  readonly first: number;
  readonly rules?: Partial<Rules>;
}

export class World {
  readonly spec: WorkSpec = specOf(workId(1));
  readonly actors: Actor[];
  readonly ledger = new Ledger();
  readonly sent: { worker: string; result: UnitResult }[] = [];
  /** Milliseconds since 1970. */
  nowMs = 1_700_000_000_000;
  #log: Entry[] = [];
  #epoch = 0;
  readonly #blames = new Blames();
  /** When the master's own clock began. */
  #startedMs = 0;
  #coordinator: Coordinator;
  readonly #options: WorldOptions;
  /** The next decisions never reach the disk. */
  #dying = false;

  constructor(options: WorldOptions) {
    this.#options = options;
    this.actors = [4, 8, 16, 40].map((rate, i) => new Actor(`w${i}`, rate));
    this.#coordinator = this.#start();
  }

  get coordinator(): Coordinator {
    return this.#coordinator;
  }

  /** Stops the master where it is, and starts another one from the disk. */
  restart(): void {
    for (const actor of this.actors) actor.connected = false;
    this.#coordinator = this.#start();
  }

  dieAtNext(): void {
    this.#dying = true;
  }

  snapshot(): void {
    this.#log = [...this.#coordinator.entries(this.#masterMs)];
  }

  join(actor: Actor): void {
    const held = actor.held.map(({ assignment: { unit, fence }, at }) => ({
      ...{ work: unit.work, index: unit.index, fence, scannedTo: at },
    }));
    const seat = { key: actor.id, address: 'here', held };
    const answer = this.#coordinator.join(nodeOf(actor.id, actor.rate), seat, this.#masterMs);
    const isKept = ({ assignment: { unit, fence } }: Held) =>
      answer.kept.some(({ index, fence: other }) => index === unit.index && fence === other);
    const bannedMs = this.#blames.bannedMs(actor.id, this.nowMs);
    assert.is(answer.bannedMs, bannedMs, 'whichever master banned it');
    actor.connected = bannedMs === 0;
    if (actor.connected) {
      for (const held of actor.held) if (!isKept(held)) held.over = 'lost';
    }
    if (!this.#carryOut(answer.decisions) || !actor.connected) return;
    for (const result of actor.unsent.splice(0)) this.send(actor, result);
    if (actor.connected) this.#carryOut(this.#coordinator.want(actor.id, 3, this.#masterMs));
  }

  leave(actor: Actor): void {
    if (!actor.connected) return;
    actor.connected = false;
    this.#carryOut(this.#coordinator.leave(actor.id, this.#masterMs));
  }

  /** Nobody is told. */
  kill(actor: Actor): void {
    actor.connected = false;
    actor.held.length = 0;
    actor.unsent.length = 0;
  }

  hash(actor: Actor, held: Held, most: bigint): void {
    const { unit } = held.assignment;
    for (let left = most; left > 0n && held.at < unit.end; left--, held.at++) {
      this.ledger.hashed.add(pairOf(unit.variant, held.at));
      if (!isSolution(unit.variant, held.at)) continue;
      this.send(actor, this.#resultOf(held, 'partial', held.at, [held.at]));
    }
  }

  finish(actor: Actor, held: Held): void {
    const { unit } = held.assignment;
    this.hash(actor, held, unit.end - held.at);
    actor.held.splice(actor.held.indexOf(held), 1);
    this.send(actor, this.#resultOf(held, 'exhausted', unit.end, []));
  }

  progress(actor: Actor, held: Held): void {
    if (!actor.connected) return;
    const lease = this.#leaseOf(held);
    const { extension, decisions } = this.#coordinator.progress(actor.id, lease, this.#masterMs);
    if (this.#carryOut(decisions) && !extension.kept) held.over = extension.why;
  }

  release(actor: Actor, held: Held, failed: string | null): void {
    if (!actor.connected) return;
    actor.held.splice(actor.held.indexOf(held), 1);
    const isLost = held.over === 'lost' || held.over === 'revoked';
    if (!isLost) this.send(actor, this.#resultOf(held, 'partial', held.at, []));
    if (!actor.connected) return;
    const lease = this.#leaseOf(held);
    this.#carryOut(this.#coordinator.release(actor.id, lease, failed, this.#masterMs));
  }

  /** Says that it has hashed what it has not, and goes on or lets go. */
  lie(actor: Actor, held: Held, isLettingGo: boolean): void {
    if (!actor.connected) return;
    const lease = { ...this.#leaseOf(held), scannedTo: held.assignment.unit.end };
    this.#carryOut(this.#coordinator.progress(actor.id, lease, this.#masterMs).decisions);
    if (!isLettingGo || !actor.connected) return;
    actor.held.splice(actor.held.indexOf(held), 1);
    this.#carryOut(this.#coordinator.release(actor.id, lease, null, this.#masterMs));
  }

  send(actor: Actor, result: UnitResult): void {
    if (!actor.connected) {
      actor.unsent.push(result);
      return;
    }
    this.sent.push({ worker: actor.id, result });
    const judged = this.#coordinator.result(actor.id, result, this.#masterMs);
    assert.ok(judged, 'the work is published');
    if (!this.#carryOut(judged.decisions)) actor.unsent.push(result); // never acknowledged
  }

  distrust(actor: Actor): void {
    this.#carryOut(this.#coordinator.distrust(actor.id, actor.id, 'proof', this.#masterMs));
  }

  pass(ms: number): void {
    this.nowMs += ms;
    this.#carryOut(this.#coordinator.wake(this.#masterMs));
  }

  /** What the disk says is what the master says. */
  checkReplay(): void {
    const again = new Coordinator(this.#judges(), this.#log, 0); // its own clock begins anew
    assert.equal([...again.entries(0)], [...this.#coordinator.entries(this.#masterMs)]);
    const entries = [...again.entries(0)];
    assert.equal(decodeEntries(encodeEntries(entries)).map(plainOf), entries.map(plainOf));
  }

  /** One worker that does everything right, until nothing is left. */
  drain(): void {
    const actor = new Actor('honest', 16);
    this.actors.push(actor);
    for (let turns = 0; !this.ledger.exhausted; turns++) {
      assert.ok(
        turns < 5_000,
        `stuck: ${JSON.stringify(this.#coordinator.status(this.#masterMs))}`,
      );
      if (!actor.connected) this.join(actor);
      const held = actor.held.find(({ over }) => over === null);
      if (held !== undefined) this.finish(actor, held);
      for (const over of actor.held.filter((one) => one.over !== null)) {
        this.release(actor, over, null);
      }
      this.#coordinator.heard(actor.id, this.#masterMs);
      this.pass(500);
    }
  }

  /** Whoever is lent something fails, until all that is left is given up. */
  failAll(): void {
    for (let turns = 0; !this.ledger.exhausted; turns++) {
      assert.ok(turns < 5_000, `stuck: ${this.ledger.lost.size} nonces were given up`);
      for (const actor of this.actors) {
        if (actor.connected) this.#coordinator.heard(actor.id, this.#masterMs);
        else this.join(actor);
        for (const held of [...actor.held]) this.release(actor, held, 'a panic');
      }
      this.pass(500);
    }
  }

  #start(): Coordinator {
    this.#startedMs = this.nowMs;
    const coordinator = new Coordinator(this.#judges(), this.#log, this.#masterMs);
    this.#log.push(...coordinator.begin(++this.#epoch, this.#masterMs).entries);
    const { variants, nonces, first } = this.#options;
    const space = spaceOf(variants, nonces, first);
    const { entries, effects } = coordinator.publish(this.spec, space, this.#masterMs);
    this.#log.push(...entries);
    for (const effect of effects) this.#perform(effect);
    return coordinator;
  }

  get #masterMs(): number {
    return this.nowMs - this.#startedMs;
  }

  #judges() {
    const referee = new Judge(({ variant }, nonce) => isSolution(variant, nonce));
    const conduct = new Strict({ mostBanMs: 60_000 });
    return { referee, conduct, rules: this.#options.rules, wallNowMs: () => this.nowMs };
  }

  /** @returns whether the master lived to do it */
  #carryOut({ entries, effects }: Decisions): boolean {
    if (this.#dying) {
      this.#dying = false;
      this.restart();
      return false;
    }
    this.#log.push(...entries);
    for (const entry of entries) if (entry.kind === 'again') this.ledger.redo(entry.span);
    for (const effect of effects) this.#perform(effect);
    this.#blames.check(this.nowMs);
    return true;
  }

  #perform(effect: Effect): void {
    if (effect.kind === 'event') {
      this.#blames.note(effect.event, this.nowMs);
      this.ledger.note(effect.event);
    }
    if (!('worker' in effect)) return;
    const actor = this.actors.find(({ id }) => id === effect.worker);
    if (actor === undefined) return;
    if (effect.kind === 'drop') actor.connected = false;
    if (!actor.connected) return;
    if (effect.kind === 'assign') {
      const { assignment } = effect;
      assert.ok(assignment.resumeAt < assignment.unit.end, 'a lease of something');
      actor.held.push({ assignment, at: assignment.resumeAt, over: null });
    } else if (effect.kind === 'end') {
      const { index, fence } = effect.lease;
      const held = actor.held.find(
        ({ assignment }) => assignment.unit.index === index && assignment.fence === fence,
      );
      if (held !== undefined) held.over = effect.why;
    }
  }

  #resultOf(
    { assignment: { unit, fence, resumeAt } }: Held,
    outcome: UnitResult['outcome'],
    scannedTo: bigint,
    nonces: readonly bigint[],
  ): UnitResult {
    const { work, index } = unit;
    const hashes = outcome === 'partial' ? 0 : Number(unit.end - resumeAt);
    const shares = nonces.map((nonce) => shareOf(nonce));
    return { work, index, fence, outcome, scannedTo, shares, hashes };
  }

  #leaseOf({ assignment: { unit, fence }, at }: Held) {
    return { work: unit.work, index: unit.index, fence, scannedTo: at };
  }
}

function plainOf(entry: Entry): unknown {
  return entry.kind === 'work' ? { ...entry, shareTarget: String(entry.shareTarget) } : entry;
}
