/**
 * Nodes that elect a master among themselves: each speaks to all it knows of, over mTLS, and hears
 * what they say. Who is master by it, `election.ts` decides.
 */

import { isIPv4 } from 'node:net';
import type { Clock } from '../../miner/clock.js';
import type { ChunkHost } from '../datasets/host.js';
import { Peer } from '../peers/peer.js';
import { PeerPort } from '../peers/port.js';
import type { MasterAddress } from '../statement.js';
import type { MutualTls } from '../tcp/options.js';
import type { MessageOf } from '../wire/messages.js';
import { MOST_KNOWN } from '../wire/statement-message.js';
import { AddressBook, nameOf } from './address-book.js';
import type { Decision, Leadership } from './auto.js';
import { Beacon, type BeaconOptions, clusterTag } from './beacon.js';
import { ELECTION_RULES, Election, type ElectionRules, type Role } from './election.js';
import { MemoryFile } from './memory-file.js';

export interface MeshOptions {
  /** Stays the same over restarts; not that of another node. */
  readonly id: string;
  /** Whether it has a source. */
  readonly stands: boolean;
  /** Where others speak to it. */
  readonly listen: MasterAddress;
  readonly seeds: readonly MasterAddress[];
  /** Left out: none is said and none is heard. */
  readonly beacon?: BeaconOptions | undefined;
  readonly tls: MutualTls;
  /** What it remembers of elections. */
  readonly memoryFile: string;
  /** Datasets that it serves at the same port. */
  readonly chunks?: ChunkHost | undefined;
  readonly clock: Clock;
  random(): number;
  readonly rules?: ElectionRules | undefined;
  notice(level: 'info' | 'warn', text: string): void;
}

/** Roles change at one of these moments, or when somebody speaks. */
const TICKS = 5;

export class Mesh implements Leadership {
  readonly #options: MeshOptions;
  readonly #rules: ElectionRules;
  readonly #memory: MemoryFile;
  readonly #election: Election;
  readonly #book: AddressBook;
  readonly #tag: Buffer;
  readonly #peers = new Map<string, Peer>();
  #port: PeerPort | null = null;
  #beacon: Beacon | null = null;
  #told: Role = { kind: 'looking' };
  #onDecision: ((decision: Decision) => void) | null = null;
  #ticks = 0;
  #untime = () => {};
  #closed = false;

  private constructor(options: MeshOptions) {
    const { id, stands, clock, rules, seeds, tls } = options;
    this.#options = options;
    this.#rules = rules ?? ELECTION_RULES;
    this.#memory = new MemoryFile(options.memoryFile);
    const { memory } = this.#memory;
    const random = () => options.random();
    this.#election = new Election({ id, stands, memory, rules, random }, clock.now());
    this.#book = new AddressBook(seeds, clock.now());
    this.#tag = clusterTag(tls.ca);
  }

  /** Rejects with `POW_WORKER` where it cannot listen, `POW_ARGUMENT` for a bad file or certificate. */
  static async open(options: MeshOptions): Promise<Mesh> {
    const mesh = new Mesh(options);
    const { listen: address, tls, clock, chunks = null, beacon } = options;
    mesh.#port = await PeerPort.open({
      ...{ address, tls, clock, chunks },
      heard: (said, host) => mesh.#heardBy(said, host),
    });
    if (beacon !== undefined) await mesh.#shine(beacon);
    mesh.#tick();
    return mesh;
  }

  /** Where others speak to it. */
  get port(): number {
    return this.#port?.port ?? 0;
  }

  follow(onDecision: (decision: Decision) => void): void {
    this.#onDecision = onDecision;
    onDecision(decisionOf(this.#told));
  }

  opened(epoch: number, address: MasterAddress | null): void {
    if (address === null) throw new Error('a master that others cannot reach');
    this.#election.opened(epoch, address, this.#options.clock.now());
    this.#decide();
  }

  ended(seenEpoch: number): void {
    this.#election.ended(seenEpoch, this.#options.clock.now());
    this.#decide();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#untime();
    this.#beacon?.close();
    this.#port?.close();
    for (const peer of this.#peers.values()) peer.close();
  }

  async #shine(options: BeaconOptions): Promise<void> {
    const { clock, notice, listen } = this.#options;
    const heard = (address: MasterAddress) => this.#book.named(address, clock.now());
    // Where it listens it can be reached: others hear it from there.
    const isOne = isIPv4(listen.host) && !ANYWHERE.has(listen.host);
    const through = isOne ? { interface: listen.host } : {};
    try {
      this.#beacon = await Beacon.open({ ...through, ...options }, this.#tag, clock, heard);
    } catch (error) {
      // Seeds may do.
      const why = error instanceof Error ? error.message : String(error);
      notice('warn', `no beacon on the local network: ${why}`);
    }
  }

  #tick(): void {
    const { clock } = this.#options;
    this.#election.tick(clock.now());
    this.#decide();
    if (this.#ticks % TICKS === 0) this.#speak();
    this.#ticks += 1;
    this.#untime = clock.after(this.#rules.beaconMs / TICKS, () => this.#tick());
  }

  #speak(): void {
    const statement = this.#statement();
    const all = this.#book.all(this.#options.clock.now());
    const names = new Set(all.map(nameOf));
    for (const [name, peer] of this.#peers) {
      if (names.has(name)) continue;
      peer.close();
      this.#peers.delete(name);
    }
    for (const address of all)
      this.#peerAt(address)
        .say(statement)
        .catch(() => {}); // not there now
    this.#beacon?.say(this.#tag, this.port);
  }

  #peerAt(address: MasterAddress): Peer {
    const name = nameOf(address);
    const { tls, clock } = this.#options;
    const heard = (said: MessageOf<'statement'>) => this.#heardOf(said, address);
    const peer = this.#peers.get(name) ?? new Peer({ address, tls, clock, heard });
    this.#peers.set(name, peer);
    return peer;
  }

  /** A node that connected to this one speaks. */
  #heardBy(said: MessageOf<'statement'>, host: string): MessageOf<'statement'> {
    if (said.port !== 0) this.#heardOf(said, { host, port: said.port });
    else this.#believe(said, host);
    return this.#statement();
  }

  #heardOf(said: MessageOf<'statement'>, address: MasterAddress): void {
    const { clock, id } = this.#options;
    if (said.statement.id === id) this.#book.isOwn(address);
    else {
      this.#book.answered(address, clock.now());
      this.#believe(said, address.host);
    }
  }

  #believe({ statement, known }: MessageOf<'statement'>, host: string): void {
    const { clock, id } = this.#options;
    if (this.#closed || statement.id === id) return;
    const nowMs = clock.now();
    for (const address of known) this.#book.named(address, nowMs);
    const { leader } = statement;
    const isItself = leader !== null && leader.id === statement.id;
    // A master that listens everywhere is where it speaks from.
    const isAnywhere = isItself && ANYWHERE.has(leader.address.host);
    const place = isAnywhere ? { ...leader.address, host } : leader?.address;
    const placed = leader && place ? { ...leader, address: place } : leader;
    this.#election.heard({ ...statement, leader: placed }, nowMs);
    this.#decide();
  }

  #statement(): MessageOf<'statement'> {
    const known = this.#book.known(MOST_KNOWN);
    return { kind: 'statement', statement: this.#election.statement(), port: this.port, known };
  }

  /** What is decided is on the disk before anybody hears of it. */
  #decide(): void {
    const { notice } = this.#options;
    try {
      this.#memory.keep(this.#election.memory);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      notice('warn', `the epoch cannot be kept, so this node does not lead: ${why}`);
      this.#election.ended(0, this.#options.clock.now());
    }
    const { role } = this.#election;
    if (isSame(role, this.#told)) return;
    this.#told = role;
    this.#onDecision?.(decisionOf(role));
  }
}

const ANYWHERE: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

function decisionOf(role: Role): Decision {
  if (role.kind === 'master') return { kind: 'master', epoch: role.epoch };
  if (role.kind !== 'follower') return { kind: 'looking' };
  const { id, epoch, address } = role.leader;
  return { kind: 'worker', master: id, epoch, address };
}

function isSame(one: Role, other: Role): boolean {
  return JSON.stringify(decisionOf(one)) === JSON.stringify(decisionOf(other));
}
