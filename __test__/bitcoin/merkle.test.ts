import { sha256 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  coinbaseBranch,
  foldBranch,
  fromDisplayHex,
  merkleRoot,
  toDisplayHex,
} from '../../ts/bitcoin/index.js';
import { BLOCKS } from './blocks.js';

const rootOf = (height: number) => BLOCKS.find((block) => block.height === height)?.merkleRoot;

/** Transactions of real blocks, as explorers show them, and their root. */
const REAL: readonly { height: number; txids: readonly string[]; root: string | undefined }[] = [
  {
    height: 0,
    txids: ['4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b'],
    root: rootOf(0),
  },
  {
    height: 170,
    txids: [
      'b1fea52486ce0c62bb442b530a3f0132b826c74e473d1f2c220bfa78111c5082',
      'f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16',
    ],
    root: rootOf(170),
  },
  {
    height: 586, // an odd number
    txids: [
      'd45724bacd1480b0c94d363ebf59f844fb54e60cdfda0cd38ef67154e9d0bc43',
      '4d6edbeb62735d45ff1565385a8b0045f066055c9425e21540ea7a8060f08bf2',
      '6bf363548b08aa8761e278be802a2d84b8e40daefe8150f9af7dd7b65a0de49f',
    ],
    root: '197b3d968ce463aa5da7d8eeba8af35eba80ded4e4fe6808e6cc0dd1c069594d',
  },
  {
    height: 100_000,
    txids: [
      '8c14f0db3df150123e6f3dbbf30f8b955a8249b62ac1d1ff16284aefa3d06d87',
      'fff2525b8931402dd09222c50775608f75787bd2b87e56995a7bdd30f79702c4',
      '6359f0868171b1d194cbee1af2f16ea598ae8fad666d9b012c8ed2b79a236ec4',
      'e9a66845e05d5abc0ad04ec80f774a7e585c6e8db975962d069a522137b80c1d',
    ],
    root: rootOf(100_000),
  },
];

for (const { height, txids, root } of REAL) {
  test(`the ${txids.length} transactions of block ${height} make its root, by tree and by branch`, () => {
    const hashes = txids.map(fromDisplayHex);
    assert.is(toDisplayHex(merkleRoot(hashes)), root);
    const [coinbase] = hashes as [Uint8Array];
    assert.is(toDisplayHex(foldBranch(coinbase, coinbaseBranch(hashes))), root);
  });
}

/** The root from above, by other people's SHA-256: the left half is as large as it can be. */
function expectedRoot(level: readonly Uint8Array[], height: number): Uint8Array {
  if (height === 0) return level[0] as Uint8Array;
  const half = 2 ** (height - 1);
  const left = expectedRoot(level.slice(0, half), height - 1);
  const right = level.length > half ? expectedRoot(level.slice(half), height - 1) : left;
  return sha256(sha256(Uint8Array.of(...left, ...right)));
}

const txidsOf = (count: number) =>
  Array.from({ length: count }, (_, i) => sha256(Uint8Array.of(i & 0xff, i >> 8)));

test('the root of any number of transactions is that of another way to compute it', () => {
  for (let count = 1; count <= 130; count++) {
    const txids = txidsOf(count);
    const root = merkleRoot(txids);
    assert.equal(
      root,
      new Uint8Array(expectedRoot(txids, Math.ceil(Math.log2(count)))),
      `${count}`,
    );
    const branch = coinbaseBranch(txids);
    assert.is(branch.length, Math.ceil(Math.log2(count)));
    assert.equal(foldBranch(txids[0] as Uint8Array, branch), root);
  }
});

test('a branch does not depend on the coinbase, and any other coinbase has another root', () => {
  const coinbase = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(
    fc.property(coinbase, fc.integer({ min: 1, max: 40 }), (leaf, count) => {
      const txids = txidsOf(count);
      const others = [leaf, ...txids.slice(1)];
      assert.equal(coinbaseBranch(others), coinbaseBranch(txids));
      const root = foldBranch(leaf, coinbaseBranch(txids));
      assert.equal(root, merkleRoot(others));
      assert.not.equal(root, merkleRoot(txids));
    }),
  );
});

test('nothing that was passed in is changed or kept', () => {
  const txids = txidsOf(3);
  const copies = txids.map((txid) => new Uint8Array(txid));
  const branch = coinbaseBranch(txids);
  const root = merkleRoot(txids.slice(0, 1));
  assert.equal(txids, copies);
  (txids[0] as Uint8Array).fill(0);
  (txids[1] as Uint8Array).fill(0);
  assert.equal(root, new Uint8Array(copies[0] as Uint8Array));
  assert.equal(branch[0], new Uint8Array(copies[1] as Uint8Array));
});

test.run();
