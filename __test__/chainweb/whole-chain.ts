/**
 * All blocks of a node, asked for over HTTP and checked from the bytes up: offsets, hashes and
 * comparisons are written out here, and nothing is taken from the codec.
 */

import { createHash } from 'node:crypto';
import { CHAIN_GRAPHS } from '../../ts/chainweb/devnet/graph.js';

const PREFIX = '/chainweb/0.0/development';
const HEADER_BYTES = 318;

export interface CheckedBlock {
  readonly chain: number;
  readonly height: number;
  readonly nonce: bigint;
}

interface Block extends CheckedBlock {
  readonly bytes: Buffer;
  readonly hash: string;
  readonly timeMicros: bigint;
}

/**
 * Heights and braiding, proof of work, times and block hashes of everything after genesis.
 *
 * @param url - of a node of 20 chains
 * @returns every block after genesis
 * @throws Error that says what is wrong, and where
 */
export async function checkWholeChain(url: string): Promise<readonly CheckedBlock[]> {
  const cut = (await (await fetch(`${url}${PREFIX}/cut`)).json()) as Cut;
  const graph = CHAIN_GRAPHS[20];
  check(Object.keys(cut.hashes).length === graph.length, 'the cut has not 20 chains');
  const chains = await Promise.all(graph.map((_, chain) => blocksOf(url, chain)));
  chains.forEach((blocks, chain) => {
    const tip = cut.hashes[String(chain)];
    // The node may have gone on since.
    const at = blocks[tip?.height ?? -1];
    check(at?.hash === tip?.hash, `the cut names another block of chain ${chain}`);
    blocks.forEach((block, height) => {
      const where = `chain ${chain}, height ${height}`;
      check(block.height === height && block.chain === chain, `${where}: not in its place`);
      check(block.hash === merkleRoot(leavesOf(block.bytes)), `${where}: wrong block hash`);
      if (height > 0) checkBlock(block, chains, where);
    });
    for (const neighbour of graph[chain] ?? []) {
      const apart = Math.abs(blocks.length - (chains[neighbour]?.length ?? 0));
      check(apart <= 1, `chains ${chain} and ${neighbour} are ${apart} blocks apart`);
    }
  });
  return chains.flatMap((blocks) => blocks.slice(1));
}

interface Cut {
  readonly hashes: Readonly<Record<string, { readonly height: number; readonly hash: string }>>;
}

function check(isSo: boolean, otherwise: string): void {
  if (!isSo) throw new Error(otherwise);
}

function checkBlock({ bytes, chain, height, timeMicros }: Block, chains: Block[][], where: string) {
  const work = bytes.subarray(0, 286);
  const pow = createHash('blake2s256').update(work).digest();
  const target = bytes.subarray(158, 190);
  check(number(pow) <= number(target), `${where}: its hash misses its target`);
  const parent = chains[chain]?.[height - 1];
  check(bytes.toString('base64url', 16, 48) === parent?.hash, `${where}: wrong parent`);
  const neighbours = CHAIN_GRAPHS[20][chain] ?? [];
  check(bytes.readUInt16LE(48) === neighbours.length, `${where}: not as many neighbours`);
  check(timeMicros > (parent?.timeMicros ?? 0n), `${where}: not after its parent`);
  neighbours.forEach((neighbour, i) => {
    const at = 50 + 36 * i;
    const adjacent = chains[neighbour]?.[height - 1];
    check(bytes.readUInt32LE(at) === neighbour, `${where}: neighbour ${i} is not ${neighbour}`);
    const named = bytes.toString('base64url', at + 4, at + 36);
    check(named === adjacent?.hash, `${where}: wrong block of neighbour ${neighbour}`);
    check(timeMicros > (adjacent?.timeMicros ?? 0n), `${where}: not after neighbour ${neighbour}`);
  });
}

/** Of one chain, by height, page by page. */
async function blocksOf(url: string, chain: number): Promise<Block[]> {
  const blocks: Block[] = [];
  let next: string | null = '';
  while (next !== null) {
    const page = await fetch(`${url}${PREFIX}/chain/${chain}/header?limit=50${next}`);
    const body = (await page.json()) as { items: string[]; next: string | null };
    for (const item of body.items) blocks.push(blockOf(Buffer.from(item, 'base64url')));
    next = body.next === null ? null : `&next=${body.next}`;
  }
  return blocks;
}

function blockOf(bytes: Buffer): Block {
  check(bytes.length === HEADER_BYTES, `a header of ${bytes.length} bytes`);
  return {
    bytes,
    hash: bytes.toString('base64url', 286, 318),
    timeMicros: bytes.readBigInt64LE(8),
    chain: bytes.readUInt32LE(222),
    height: Number(bytes.readBigUInt64LE(258)),
    nonce: bytes.readBigUInt64LE(278),
  };
}

function number(littleEndian: Buffer): bigint {
  return BigInt(`0x${Buffer.from(littleEndian).reverse().toString('hex')}`);
}

/** Tag and place of each field of the Merkle tree; tag `null`: a hash, which is a node itself. */
const FIELDS: readonly (readonly [tag: number | null, start: number, end: number])[] = [
  [0x06, 0, 8],
  [0x07, 8, 16],
  [null, 16, 48],
  [0x11, 158, 190],
  [null, 190, 222],
  [0x02, 222, 226],
  [0x04, 226, 258],
  [0x03, 258, 266],
  [0x08, 266, 270],
  [0x19, 270, 278],
  [0x20, 278, 286],
  [null, 54, 86],
  [null, 90, 122],
  [null, 126, 158],
];

function leavesOf(bytes: Buffer): Buffer[] {
  return FIELDS.map(([tag, start, end]) => {
    const field = bytes.subarray(start, end);
    return tag === null ? field : sha(Buffer.of(0, 0, tag), field);
  });
}

/** The root of 14 nodes (base64url): eight, four and two of them are whole trees. */
function merkleRoot(leaves: readonly Buffer[]): string {
  const pairs = (nodes: readonly Buffer[]) =>
    nodes.flatMap((node, i) => (i % 2 === 0 ? [inner(node, nodes[i + 1] as Buffer)] : []));
  const [one, two, three, four, five, six, seven] = pairs(leaves) as Seven;
  const left = inner(inner(one, two), inner(three, four));
  return inner(left, inner(inner(five, six), seven)).toString('base64url');
}

type Seven = [Buffer, Buffer, Buffer, Buffer, Buffer, Buffer, Buffer];

function inner(left: Buffer, right: Buffer): Buffer {
  return sha(Buffer.of(1), left, right);
}

function sha(...parts: readonly Buffer[]): Buffer {
  const hash = createHash('sha512-256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}
