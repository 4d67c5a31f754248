/** All chains of the node: the cut, the blocks before it, and what becomes of a solved header. */

import { type ChainwebHeader, encodeWorkHeader, type WorkHeader } from '../codec/header.js';
import { powHashOf } from '../codec/work.js';
import { type Cut, continuesCut, extendCut, parentsOfNext } from './cut.js';
import { ChainHistory } from './history.js';
import {
  type Block,
  blockOf,
  dropReason,
  genesisBlock,
  hashKey,
  nextWork,
  type Parents,
  type Rules,
} from './rules.js';

/** What became of a solved header with a sufficient hash. All of them are answered alike. */
export type Fate =
  | { readonly kind: 'extended'; readonly block: Block }
  /** It continues a cut that is no more. */
  | { readonly kind: 'orphaned' }
  /** It continues the cut, and breaks a rule that is looked at only behind the answer. */
  | { readonly kind: 'dropped'; readonly reason: string };

export class Chains {
  readonly rules: Rules;
  readonly histories: readonly ChainHistory[];
  readonly #keep: (block: Block) => void;
  #cut: Cut;

  /**
   * @param headersKept - of each chain
   * @param keep - called before a block is taken in, which it is not when this throws
   */
  constructor(rules: Rules, headersKept: number, keep: (block: Block) => void = () => {}) {
    this.#keep = keep;
    this.rules = rules;
    this.#cut = rules.graph.map((_, chain) => ({ head: genesisBlock(rules, chain), parent: null }));
    this.histories = this.#cut.map(({ head }) => {
      const history = new ChainHistory(headersKept);
      history.add(head);
      return history;
    });
  }

  get cut(): Cut {
    return this.#cut;
  }

  head(chain: number): Block {
    const tip = this.#cut[chain];
    if (tip === undefined) throw new RangeError(`there is no chain ${chain}`);
    return tip.head;
  }

  /** Chains whose neighbours have caught up. */
  canGrow(chain: number): boolean {
    return parentsOfNext(this.rules, this.#cut, chain) !== null;
  }

  /** Work for the next block; `null` while a neighbour has yet to catch up. */
  work(chain: number, payloadHash: Uint8Array, nowMicros: bigint): WorkHeader | null {
    const parents = parentsOfNext(this.rules, this.#cut, chain);
    return parents && nextWork(this.rules, parents, payloadHash, nowMicros);
  }

  /** Whether a header names a chain of the graph, and its neighbours. */
  fitsGraph({ chain, adjacents }: WorkHeader): boolean {
    const expected = this.rules.graph[chain];
    return (
      expected?.length === adjacents.length &&
      adjacents.every((adjacent, i) => adjacent.chain === expected[i])
    );
  }

  /** Takes in a header that fits the graph and whose hash has been found sufficient. */
  take(header: WorkHeader, nowMicros: bigint): Fate {
    const fate = this.#fateOf(header, nowMicros);
    if (fate.kind !== 'extended') return fate;
    this.#keep(fate.block);
    this.#extend(fate.block);
    return fate;
  }

  /**
   * Takes in a block that was kept, by all rules but the clock, which may have been set since.
   *
   * @returns why it cannot be; `null` when it was
   */
  replay(header: ChainwebHeader): string | null {
    if (!this.fitsGraph(header)) return `no chain ${header.chain} with these neighbours`;
    if (this.rules.proofOfWork) {
      const hash = powHashOf(encodeWorkHeader(header));
      if (!header.target.isMetBy(hash, 'le')) return 'its hash misses its target';
    }
    const fate = this.#fateOf(header, header.creationTimeMicros);
    if (fate.kind === 'orphaned') return 'it continues other blocks';
    if (fate.kind === 'dropped') return fate.reason;
    if (fate.block.key !== hashKey(header.blockHash)) return 'wrong block hash';
    this.#extend(fate.block);
    return null;
  }

  #fateOf(header: WorkHeader, nowMicros: bigint): Fate {
    if (!continuesCut(this.#cut, header)) return { kind: 'orphaned' };
    const parents = parentsOfNext(this.rules, this.#cut, header.chain);
    const reason =
      parents === null || !namesAdjacents(header, parents)
        ? 'adjacent parents are not of the height of the parent'
        : dropReason(this.rules, header, parents, nowMicros);
    if (reason !== null) return { kind: 'dropped', reason };
    return { kind: 'extended', block: blockOf(header) };
  }

  #extend(block: Block): void {
    this.#cut = extendCut(this.#cut, block);
    this.histories[block.header.chain]?.add(block);
  }
}

function namesAdjacents(header: WorkHeader, { adjacents }: Parents): boolean {
  return header.adjacents.every(({ hash }, i) => hashKey(hash) === adjacents[i]?.key);
}
