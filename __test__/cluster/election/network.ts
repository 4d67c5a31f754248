/** Nodes of an election on a network that is made of numbers: it delays, loses and cuts. */

import {
  ELECTION_RULES,
  Election,
  type Memory,
  type Role,
} from '../../../ts/cluster/election/election.js';
import type { Statement } from '../../../ts/cluster/statement.js';

interface Node {
  readonly id: string;
  readonly stands: boolean;
  /** `null`: it is down. */
  election: Election | null;
  /** What its file holds. */
  memory: Memory;
  /** Terms that its master part was opened in, over all its lives. */
  readonly terms: number[];
  /** When the part that starts now will listen; `null`: none starts. */
  opensMs: number | null;
  side: number;
}

export class Network {
  readonly nodes: readonly Node[];
  nowMs = 0;
  readonly #random: () => number;
  #mail: { readonly atMs: number; readonly to: Node; readonly statement: Statement }[] = [];
  /** `from>to` that are lost, whatever the sides. */
  readonly lost = new Set<string>();

  constructor(stands: readonly boolean[], random: () => number) {
    this.#random = random;
    this.nodes = stands.map((one, at) => ({
      id: String.fromCharCode(97 + at),
      stands: one,
      election: null,
      memory: { epoch: 0, led: 0 },
      terms: [],
      opensMs: null,
      side: 0,
    }));
    for (const node of this.nodes) this.start(node);
  }

  node(at: number): Node {
    return this.nodes[at % this.nodes.length] as Node;
  }

  start(node: Node): void {
    const { id, stands, memory } = node;
    const options = { id, stands, memory, random: this.#random };
    node.election ??= new Election(options, this.nowMs);
  }

  crash(node: Node): void {
    node.election = null;
    node.opensMs = null;
  }

  heal(): void {
    this.lost.clear();
    for (const node of this.nodes) node.side = 0;
  }

  run(ms: number): void {
    for (const endMs = this.nowMs + ms; this.nowMs < endMs; this.nowMs += 50) {
      const due = this.#mail.filter(({ atMs }) => atMs <= this.nowMs);
      this.#mail = this.#mail.filter(({ atMs }) => atMs > this.nowMs);
      for (const { to, statement } of due) to.election?.heard(statement, this.nowMs);
      for (const node of this.nodes) this.#step(node);
    }
  }

  roles(): (Role | null)[] {
    return this.nodes.map(({ election }) => election?.role ?? null);
  }

  #step(node: Node): void {
    const { election } = node;
    if (election === null) return;
    const role = election.tick(this.nowMs);
    node.memory = election.memory; // on disk before it is master
    this.#openPart(node, role);
    if (this.nowMs % ELECTION_RULES.beaconMs !== 0) return;
    for (const to of this.nodes) {
      if (to === node || to.side !== node.side || this.lost.has(`${node.id}>${to.id}`)) continue;
      const atMs = this.nowMs + this.#random() * 300;
      this.#mail.push({ atMs, to, statement: election.statement() });
    }
  }

  /** A master part takes a moment before it listens. */
  #openPart(node: Node, role: Role): void {
    if (role.kind !== 'master') node.opensMs = null;
    else if (node.terms.at(-1) !== role.epoch) {
      node.opensMs ??= this.nowMs + this.#random() * 400;
      if (this.nowMs < node.opensMs) return;
      node.opensMs = null;
      node.terms.push(role.epoch);
      node.election?.opened(role.epoch, { host: node.id, port: 1 }, this.nowMs);
    }
  }
}
