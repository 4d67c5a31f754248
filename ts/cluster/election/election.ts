/**
 * Who is master, as one node sees it. Pure: statements of other nodes and the time come in, the
 * role of this node comes out. There is no quorum: on both sides of a cut there is a master, and
 * when it heals the one of the lower epoch steps down. Fences keep the leases of both apart.
 */

import { type Leader, type MasterAddress, MOST_EPOCH, type Statement } from '../statement.js';
import { Hearsay, leads } from './hearsay.js';

export interface ElectionRules {
  /** How often a node speaks. */
  readonly beaconMs: number;
  /** A master or candidate that was not heard for so long is gone. */
  readonly deadMs: number;
  /** Nodes listen so long before they stand, and stand so long before they lead. */
  readonly settleMs: number;
}

export const ELECTION_RULES: ElectionRules = { beaconMs: 500, deadMs: 3000, settleMs: 1500 };

/**
 * One statement, or one HELLO, raises the epoch by so much at most: a node with a valid certificate
 * and bad intentions could use up all epochs otherwise.
 */
const MOST_LEAP = 2 ** 20;

/**
 * Beacons that a master of a lower epoch than one it has heard of waits for its leader to speak:
 * after a cut has healed, words come first that were said before anybody led in it.
 */
const PATIENCE = 2;

export type Role =
  | { readonly kind: 'looking' }
  | { readonly kind: 'candidate'; readonly epoch: number }
  /** Be master in that term or a later one, and tell it to {@link Election.opened}. */
  | { readonly kind: 'master'; readonly epoch: number }
  | { readonly kind: 'follower'; readonly leader: Leader };

/** What a node must not forget when it starts again. */
export interface Memory {
  /** The highest that it ever saw. */
  readonly epoch: number;
  /** The last that it led in itself; 0: none. */
  readonly led: number;
}

export interface ElectionOptions {
  readonly id: string;
  readonly stands: boolean;
  /** From its file. */
  readonly memory: Memory;
  readonly rules?: ElectionRules | undefined;
  /** 0 to 1: spreads the moments at which nodes stand. */
  random(): number;
}

export class Election {
  readonly #options: ElectionOptions;
  readonly #rules: ElectionRules;
  readonly #heard = new Hearsay();
  #role: Role = { kind: 'looking' };
  #epoch: number;
  #led: number;
  /** Of this node's master part, once it listens. */
  #address: MasterAddress | null = null;
  /** `looking`: when to stand; `candidate`: when to lead. */
  #nextMs = 0;
  /** Since when this master has known of a higher epoch than its own. */
  #passedMs: number | null = null;

  constructor(options: ElectionOptions, nowMs: number) {
    this.#options = options;
    this.#rules = options.rules ?? ELECTION_RULES;
    this.#epoch = options.memory.epoch;
    this.#led = options.memory.led;
    this.#look(nowMs, this.#rules.deadMs); // a master that is there has spoken by then
  }

  get role(): Role {
    return this.#role;
  }

  /** On disk before a master part is started. */
  get memory(): Memory {
    return { epoch: this.#epoch, led: this.#led };
  }

  heard(statement: Statement, nowMs: number): Role {
    const said = Math.max(statement.epoch, statement.candidate ?? 0, statement.leader?.epoch ?? 0);
    if (statement.id === this.#options.id || this.#isAbsurd(said)) return this.#role;
    this.#heard.add(statement, nowMs);
    this.#epoch = Math.max(this.#epoch, statement.epoch, statement.leader?.epoch ?? 0);
    return this.tick(nowMs);
  }

  tick(nowMs: number): Role {
    this.#heard.forget(nowMs - this.#rules.deadMs);
    const best = this.#heard.bestLeader(this.#options.id);
    if (this.#role.kind === 'master') this.#asMaster(this.#role.epoch, best, nowMs);
    else {
      // Another leads in a term that this node has led in before, unheard: both were wrong.
      if (best !== null && best.epoch === this.#led) this.#spoil(best.epoch);
      if (best !== null && best.epoch >= this.#epoch) this.#follow(best);
      else this.#withoutLeader(nowMs);
    }
    return this.#role;
  }

  /** The master part of this node listens. */
  opened(epoch: number, address: MasterAddress, nowMs: number): Role {
    if (this.#role.kind !== 'master') return this.#role; // deposed meanwhile
    this.#lead(epoch);
    this.#address = address;
    return this.tick(nowMs);
  }

  /** The master part is over: it heard of a higher epoch, or failed. Others may stand first. */
  ended(seenEpoch: number, nowMs: number): Role {
    if (!this.#isAbsurd(seenEpoch)) this.#epoch = Math.max(this.#epoch, seenEpoch);
    if (this.#role.kind === 'master') this.#look(nowMs, 2 * this.#rules.deadMs);
    return this.#role;
  }

  statement(): Statement {
    const { id, stands } = this.#options;
    const isMaster = this.#role.kind === 'master';
    const isCandidate = this.#role.kind === 'candidate' || (isMaster && this.#address === null);
    const candidate = isCandidate && 'epoch' in this.#role ? this.#role.epoch : null;
    return { id, stands, epoch: this.#epoch, candidate, leader: this.#knownLeader() };
  }

  #isAbsurd(epoch: number): boolean {
    return epoch > Math.min(MOST_EPOCH, this.#epoch + MOST_LEAP);
  }

  #knownLeader(): Leader | null {
    const role = this.#role;
    if (role.kind === 'follower') return this.#heard.saysSo(role.leader.id);
    if (role.kind !== 'master' || this.#address === null) return null;
    return { id: this.#options.id, epoch: role.epoch, address: this.#address };
  }

  #asMaster(epoch: number, best: Leader | null, nowMs: number): void {
    const isTie = best?.epoch === epoch;
    const isBehind = best !== null && leads(best, { id: this.#options.id, epoch });
    if (isBehind && isTie) this.#spoil(epoch);
    if (isBehind && best.epoch >= this.#epoch) this.#follow(best);
    else if (isBehind && isTie) this.#look(nowMs, this.#rules.deadMs);
    else if (isTie) this.#lead(this.#epoch + 1);
    else if (this.#epoch > epoch) this.#leadOn(nowMs);
  }

  /** Nobody is known to lead in the higher epoch: others follow this master again in a later one. */
  #leadOn(nowMs: number): void {
    this.#passedMs ??= nowMs;
    const untilMs = this.#passedMs + PATIENCE * this.#rules.beaconMs;
    if (nowMs >= untilMs) this.#lead(this.#epoch + 1);
  }

  /** Two have led in that term. The one that leads on hears of it, and begins a later one. */
  #spoil(epoch: number): void {
    this.#epoch = Math.max(this.#epoch, epoch + 1);
  }

  #withoutLeader(nowMs: number): void {
    const { id, stands } = this.#options;
    const role = this.#role;
    if (role.kind === 'follower') this.#look(nowMs, 0);
    else if (role.kind === 'candidate') {
      const isOver = role.epoch <= this.#epoch || this.#heard.hasBetterCandidate(id, role.epoch);
      if (isOver) this.#look(nowMs, this.#rules.deadMs);
      else if (nowMs >= this.#nextMs) this.#lead(role.epoch);
    } else if (stands && nowMs >= this.#nextMs) this.#stand(nowMs);
  }

  #look(nowMs: number, atLeastMs: number): void {
    const { settleMs } = this.#rules;
    this.#address = null;
    this.#role = { kind: 'looking' };
    this.#nextMs = nowMs + atLeastMs + this.#options.random() * settleMs;
  }

  #stand(nowMs: number): void {
    const epoch = this.#epoch + 1;
    if (this.#heard.hasBetterCandidate(this.#options.id, epoch)) return;
    this.#role = { kind: 'candidate', epoch };
    this.#nextMs = nowMs + this.#rules.settleMs;
  }

  #lead(epoch: number): void {
    this.#address = null; // of the term before
    this.#passedMs = null;
    this.#epoch = Math.max(this.#epoch, epoch);
    this.#led = Math.max(this.#led, epoch);
    this.#role = { kind: 'master', epoch };
  }

  #follow(leader: Leader): void {
    this.#address = null;
    this.#role = { kind: 'follower', leader };
  }
}
