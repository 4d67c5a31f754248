import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { WorkHeader } from '../../../ts/chainweb/codec/header.js';
import { blockHashOf, decodeHeader, encodeHeader } from '../../../ts/chainweb/codec.js';
import { Chains } from '../../../ts/chainweb/devnet/chains.js';
import { CHAIN_GRAPHS } from '../../../ts/chainweb/devnet/graph.js';
import { genesisBlock, hashKey, type Rules } from '../../../ts/chainweb/devnet/rules.js';
import { Target } from '../../../ts/index.js';
import { hexOf, vectors } from '../vectors.js';
import { easyRules, mineOne, nodeState } from './node-state.js';

const payload = new Uint8Array(32);
const SECOND = 1_000_000n;
const START = 1_700_000_000_000_000n;

for (const [count, graph] of Object.entries(CHAIN_GRAPHS)) {
  test(`on ${count} chains every chain has three neighbours, each of which has it`, () => {
    assert.is(graph.length, Number(count));
    graph.forEach((neighbours, chain) => {
      assert.is(new Set(neighbours).size, 3);
      assert.equal(
        [...neighbours].sort((a, b) => a - b),
        neighbours,
      );
      for (const neighbour of neighbours) assert.ok(graph[neighbour]?.includes(chain));
    });
  });

  test(`on ${count} chains no order of mining ever makes an invalid cut`, () => {
    const rules: Rules = { ...easyRules, graph, proofOfWork: false };
    const orders = fc.array(fc.nat({ max: graph.length - 1 }), { minLength: 50, maxLength: 200 });
    fc.assert(
      fc.property(orders, (order) => {
        const chains = new Chains(rules, 1000);
        const all = new Map<string, bigint>();
        for (const { head } of chains.cut) all.set(head.key, 0n);
        let now = START;
        let mined = 0;
        for (const chain of order) {
          now += SECOND;
          const work = chains.work(chain, payload, now);
          if (work === null) {
            // A chain is held up by a neighbour that is one block behind, and by nothing else.
            assert.ok(
              graph[chain]?.some((other) => heightOf(chains, other) < heightOf(chains, chain)),
            );
            continue;
          }
          const fate = chains.take(work, now);
          assert.is(fate.kind, 'extended');
          mined += 1;
          const { header, key } = chains.head(chain);
          for (const hash of [header.parent, ...header.adjacents.map((each) => each.hash)]) {
            assert.is(all.get(hashKey(hash)), header.height - 1n);
          }
          all.set(key, header.height);
          graph.forEach((others, one) => {
            for (const other of others) {
              const apart = heightOf(chains, one) - heightOf(chains, other);
              assert.ok(apart >= -1n && apart <= 1n);
            }
          });
        }
        assert.ok(mined > 0);
      }),
      { numRuns: 30 },
    );
  });
}

function heightOf(chains: Chains, chain: number): bigint {
  return chains.head(chain).header.height;
}

test('the graph is that of mainnet: real headers name these neighbours', () => {
  for (const { chainId, adjacentChainIds, height } of vectors.vectors) {
    // The twenty-chain graph came with height 852054.
    const graph = height < 852_054 ? CHAIN_GRAPHS[10] : CHAIN_GRAPHS[20];
    assert.equal(graph[chainId], adjacentChainIds);
  }
});

test('the genesis blocks are the same at every start, and none is like another', () => {
  const keys = easyRules.graph.map((_, chain) => genesisBlock(easyRules, chain).key);
  assert.is(new Set(keys).size, 20);
  assert.equal(
    easyRules.graph.map((_, chain) => genesisBlock(easyRules, chain).key),
    keys,
  );
});

test('a mined block is a header like any other: 318 bytes, named by its own fields', () => {
  const header = mineOne(nodeState());
  const bytes = encodeHeader(header);
  assert.is(bytes.length, 318);
  assert.is(hexOf(blockHashOf(decodeHeader(bytes))), hexOf(header.blockHash));
  assert.is(header.weight, (2n ** 256n - 1n) / header.target.toBigInt());
});

/** Mines `blocks` rows of twenty, each row `seconds` after the last, and gives chain 0's head. */
function rows(rules: Rules, blocks: number, seconds: bigint): WorkHeader[] {
  const chains = new Chains(rules, 1000);
  const seen: WorkHeader[] = [];
  let now = START;
  for (let row = 0; row < blocks; row++) {
    now += seconds * SECOND;
    rules.graph.forEach((_, chain) => {
      const work = chains.work(chain, payload, now);
      assert.ok(work);
      if (work) assert.is(chains.take(work, now).kind, 'extended');
    });
    seen.push(chains.head(0).header);
  }
  return seen;
}

const hard = Target.fromDifficulty(1e6, 'chainweb').toBigInt();
const adjusting: Rules = { ...easyRules, proofOfWork: false, window: 40, genesisTarget: hard };

test('blocks at the wanted pace keep the difficulty where it is', () => {
  for (const { target, height } of rows(adjusting, 30, 2n)) {
    // The first epoch is counted from block 1 to block 3: two delays instead of four.
    if (height < 4n) assert.is(target.toBigInt(), hard);
    else assert.is(target.toBigInt(), (hard + 1n) / 2n);
  }
});

test('blocks at half the wanted pace make the next epoch twice as easy', () => {
  const [...headers] = rows(adjusting, 9, 4n);
  const targetAt = (height: number) => headers[height - 1]?.target.toBigInt() ?? 0n;
  assert.is(targetAt(7), hard);
  assert.is(targetAt(8), hard * 2n);
});

test('a window of 0 never changes the difficulty', () => {
  const headers = rows({ ...adjusting, window: 0 }, 12, 100n);
  for (const { target } of headers) assert.is(target.toBigInt(), hard);
});

test('the first window has ten epochs, and after it one epoch is one window', () => {
  const headers = rows({ ...adjusting, window: 30 }, 95, 3n);
  const changes = headers.flatMap(({ target, height }, i) => {
    const before = headers[i - 1]?.target.toBigInt() ?? hard;
    return target.toBigInt() === before ? [] : [Number(height)];
  });
  // 3, 6, ... 30; then 60 and 90. Block 3 follows an epoch counted from block 1 on.
  assert.equal(changes.slice(-3), [30, 60, 90]);
  assert.ok(changes.every((height) => height % 3 === 0));
});

const broken: [Partial<WorkHeader>, string][] = [
  [{ target: Target.fromLeadingZeroBits(0) }, 'wrong target'],
  [{ forkState: 1n }, 'wrong forkState'],
  [{ weight: 0n }, 'wrong weight'],
  [{ height: 7n }, 'wrong height'],
  [{ version: 5 }, 'wrong version'],
  [{ epochStartMicros: 0n }, 'wrong epochStartMicros'],
  [{ creationTimeMicros: START + 10n * SECOND }, 'ahead of the node'],
  [{ creationTimeMicros: START }, 'not after that of every parent'],
];
for (const [fields, reason] of broken) {
  const [name] = Object.keys(fields);
  test(`a block with a bad ${name} is dropped: ${reason}`, () => {
    const chains = new Chains(easyRules, 1000);
    const first = chains.work(5, payload, START);
    assert.ok(first && chains.take(first, START).kind === 'extended');
    const others = [0, 7, 8];
    for (const other of others) {
      const work = chains.work(other, payload, START);
      assert.ok(work && chains.take(work, START).kind === 'extended');
    }
    const now = START + SECOND;
    const work = chains.work(5, payload, now);
    assert.ok(work);
    if (!work) return;
    const fate = chains.take({ ...work, ...fields }, now);
    assert.is(fate.kind, 'dropped');
    assert.match(fate.kind === 'dropped' ? fate.reason : '', reason);
    assert.is(heightOf(chains, 5), 1n);
    assert.is(chains.take(work, now).kind, 'extended');
  });
}

test('a block on the wrong blocks of its neighbours never enters the cut', () => {
  const chains = new Chains(easyRules, 1000);
  const work = chains.work(5, payload, START);
  assert.ok(work);
  if (!work) return;
  assert.is(chains.take(work, START).kind, 'extended');
  // The neighbours are still at genesis: their heads are not of the height of the parent.
  const head = chains.head(5);
  const premature = { ...work, parent: head.header.blockHash, height: 2n };
  assert.is(chains.take(premature, START + SECOND).kind, 'dropped');
  const adjacents = work.adjacents.map(({ chain }) => ({ chain, hash: new Uint8Array(32) }));
  assert.is(chains.take({ ...work, adjacents }, START + SECOND).kind, 'orphaned');
});

test('old headers go when there are more than are kept', () => {
  const chains = new Chains({ ...easyRules, proofOfWork: false }, 3);
  let now = START;
  for (let row = 0; row < 5; row++) {
    now += SECOND;
    easyRules.graph.forEach((_, chain) => {
      const work = chains.work(chain, payload, now);
      assert.ok(work && chains.take(work, now).kind === 'extended');
    });
  }
  const kept = [...(chains.histories[0]?.all() ?? [])];
  assert.equal(
    kept.map(({ height }) => height),
    [3, 4, 5],
  );
});

test.run();
