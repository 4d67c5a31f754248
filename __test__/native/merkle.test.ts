import { createHash } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { TreeBatch } from '../../ts/native/contract.js';
import { backends } from '../backends.js';
import { Random } from '../fixtures.js';

const COINBASES = 100;
const MOST_LEVELS = 13;

interface Tree {
  readonly coinbase: Uint8Array;
  readonly branch: readonly Uint8Array[];
}

/** Trees of every height, some of which have one branch; those that have it share its hashes. */
function trees(random: Random): Tree[] {
  const branches = Array.from({ length: MOST_LEVELS }, (_, levels) =>
    Array.from({ length: levels }, () => random.bytes(32)),
  );
  return Array.from({ length: COINBASES }, () => ({
    coinbase: random.bytes(random.between(0, 300)),
    branch: random.pick(branches),
  }));
}

function batchOf(trees: readonly Tree[]): TreeBatch {
  const branches = [...new Set(trees.map(({ branch }) => branch))];
  const hashes = branches.flat();
  const ends: number[] = [];
  for (const { coinbase } of trees) ends.push((ends.at(-1) ?? 0) + coinbase.length);
  const spans = trees.flatMap(({ branch }) => {
    const before = branches.slice(0, branches.indexOf(branch)).flat().length;
    return [before, before + branch.length];
  });
  return {
    bytes: Buffer.concat(trees.map(({ coinbase }) => coinbase)),
    ends: Uint32Array.from(ends),
    branches: Buffer.concat(hashes),
    spans: Uint32Array.from(spans),
  };
}

function rootOf({ coinbase, branch }: Tree): Buffer {
  const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
  let root = hash(hash(coinbase));
  for (const neighbour of branch) root = hash(hash(Buffer.concat([root, neighbour])));
  return root;
}

for (const backend of backends) {
  test(`${backend.kind}: roots over branches of every height are those of node:crypto`, () => {
    const some = trees(new Random(1));
    assert.is(new Set(some.map(({ branch }) => branch.length)).size, MOST_LEVELS);
    const roots = backend.merkleRoots(batchOf(some));
    assert.is(roots.length, 32 * COINBASES);
    some.forEach((tree, i) => {
      assert.equal(Buffer.from(roots.subarray(32 * i, 32 * (i + 1))), rootOf(tree), `tree ${i}`);
    });
  });

  test(`${backend.kind}: no coinbases have no roots`, () => {
    assert.is(backend.merkleRoots(batchOf([])).length, 0);
  });
}

test.run();
