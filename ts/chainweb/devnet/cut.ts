/**
 * The cut: the newest block of every chain. Neighbouring chains are never more than one block
 * apart, since each block refers to blocks of its parent's height on all of them.
 *
 * After chainweb-node: `Chainweb.Cut.Create` (`getCutExtension`), `Chainweb.Cut`
 * (`isMonotonicCutExtension`).
 */

import type { WorkHeader } from '../codec/header.js';
import { type Block, hashKey, neighbours, type Parents, type Rules } from './rules.js';

/** The end of one chain. */
interface Tip {
  readonly head: Block;
  /** The block before it; none before genesis. */
  readonly parent: Block | null;
}

/** By chain. */
export type Cut = readonly Tip[];

/** What a new block on `chain` refers to; `null` while a neighbour has yet to catch up. */
export function parentsOfNext(rules: Rules, cut: Cut, chain: number): Parents | null {
  const parent = cut[chain]?.head;
  if (parent === undefined) return null;
  const adjacents: Block[] = [];
  for (const neighbour of neighbours(rules, chain)) {
    const block = blockAtHeight(cut[neighbour], parent.header.height);
    if (block === null) return null;
    adjacents.push(block);
  }
  return { parent, adjacents };
}

/** Of the two blocks that a tip remembers. */
function blockAtHeight(tip: Tip | undefined, height: bigint): Block | null {
  if (tip?.head.header.height === height) return tip.head;
  if (tip?.parent?.header.height === height) return tip.parent;
  return null;
}

/** Whether a solved header still continues the cut, by its hashes alone. */
export function continuesCut(cut: Cut, header: WorkHeader): boolean {
  const keyOfHead = cut[header.chain]?.head.key;
  if (hashKey(header.parent) !== keyOfHead) return false;
  return header.adjacents.every(({ chain, hash }) => {
    const key = hashKey(hash);
    return cut[chain]?.head.key === key || cut[chain]?.parent?.key === key;
  });
}

/** The cut with one more block. */
export function extendCut(cut: Cut, block: Block): Cut {
  return cut.map((tip, chain) =>
    chain === block.header.chain ? { head: block, parent: tip.head } : tip,
  );
}
