import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type JsonObject, NumberText, transactionId } from '../../../ts/chaincore/codec.js';
import type { NodeState } from '../../../ts/chaincore/devnet/node-state.js';
import { memoryNode, payment, remined } from './mined.js';

type Node = ReturnType<typeof memoryNode>;

/** Blocks of another node that knows the chain up to `from`, oldest first. */
function branch(node: Node, from: number, count: number): JsonObject[] {
  const other = memoryNode(node.state.chain.schedule.rule);
  for (const { json } of node.state.chain.range(1, from)) other.state.submit(json, 'peer');
  const blocks: JsonObject[] = [];
  for (let i = 0; i < count; i++) {
    // Seconds later than what the first node makes at that height.
    const next = other.next();
    const block = remined(next, { timestamp: later(next) });
    blocks.push(block);
    assert.is(other.state.submit(block, 'peer').fate.kind, 'extended');
  }
  return blocks;
}

function later(block: JsonObject): NumberText {
  return new NumberText(String((block.get('timestamp') as NumberText).float + 0.25));
}

function outputsOf(state: NodeState, names: readonly string[]) {
  return names.map((name) => state.chain.outputs.get(name) ?? null);
}

test('an equal branch waits at the side, and one more block moves the chain to it', () => {
  const node = memoryNode();
  for (let i = 0; i < 4; i++) node.grow();
  const [b3, b4, b5] = branch(node, 2, 3) as [JsonObject, JsonObject, JsonObject];
  const old = node.state.chain.range(3, 4);
  assert.is(node.state.submit(b3, 'peer').fate.kind, 'side');
  assert.is(node.state.submit(b4, 'peer').fate.kind, 'side'); // as much work: the first one seen stays
  assert.equal(node.state.chain.range(3, 4), old);
  const { fate, block } = node.state.submit(b5, 'peer');
  assert.is(fate.kind, 'reorganised');
  assert.equal(fate.kind === 'reorganised' && fate.left, old);
  assert.is(node.state.chain.tip.hash, block.hash);
  assert.is(node.state.chain.length, 6);
  // Nothing that was taken is forgotten.
  assert.equal(
    node.state.chain.sideBlocks.map(({ hash }) => hash).sort(),
    old.map(({ hash }) => hash).sort(),
  );
  assert.is(node.state.submit(b4, 'peer').fate.kind, 'known');
  assert.is(node.grow().fate.kind, 'extended');
});

test('work decides, not length', () => {
  // Windows of two blocks a second apart, wanted sixteen: one step up each time.
  const rule = { baseline: 1, interval: 2, blockSeconds: 16 };
  const heavy = memoryNode({ ...rule, maximum: 3 });
  for (let i = 0; i < 4; i++) heavy.grow();
  const difficulties = heavy.state.chain.range(1, 4).map(({ difficulty }) => difficulty);
  assert.ok(difficulties.at(-1) === 3 || difficulties.at(-1) === 2, String(difficulties));
  const light = memoryNode({ ...rule, maximum: 3, interval: 2 });
  // The same rule, blocks an hour apart: difficulty stays at 1.
  const slow: JsonObject[] = [];
  for (let i = 1; i <= 6; i++) {
    const next = light.next();
    const block = remined(next, {
      timestamp: new NumberText(`${1_795_200_000 + i * 1000}.5`),
    });
    assert.is(light.state.submit(block, 'peer').fate.kind, 'extended');
    slow.push(block);
  }
  assert.is(light.state.chain.length, 7);
  for (const block of slow) assert.is(heavy.state.submit(block, 'peer').fate.kind, 'side');
  assert.is(heavy.state.chain.length, 5);
  for (const { json } of heavy.state.chain.range(1, 4)) light.state.submit(json, 'peer');
  assert.is(light.state.chain.tip.hash, heavy.state.chain.tip.hash);
});

test('outputs and waiting transactions follow the chain to the other branch and back', () => {
  const node = memoryNode();
  const { block: first } = node.grow();
  const coin = `${first.transactions[0]?.id}:0`;
  const side = branch(node, 1, 4);
  const spending = payment(first.transactions[0]?.id ?? '', 0, '49.0');
  const change = `${transactionId(spending)}:0`;
  assert.is(node.state.addTransaction(spending).reason, null);
  node.grow();
  assert.equal(outputsOf(node.state, [coin, change]), [null, 4_900_000_000n]);
  for (const block of side.slice(0, 2)) node.state.submit(block, 'peer');
  assert.is(node.state.chain.length, 4);
  assert.equal(outputsOf(node.state, [coin, change]), [5_000_000_000n, null]);
  assert.is(node.state.pool.size, 1); // it waits again
  node.grow();
  assert.equal(outputsOf(node.state, [coin, change]), [null, 4_900_000_000n]);
  assert.is(node.state.pool.size, 0);
});

test('a block on a side branch is checked against that branch, not against the chain', () => {
  const node = memoryNode();
  const { block: first } = node.grow();
  const spending = payment(first.transactions[0]?.id ?? '', 0, '49.0');
  const other = memoryNode();
  other.state.submit(first.json, 'peer');
  node.state.addTransaction(spending);
  node.grow(); // spends it here
  assert.is(other.state.addTransaction(spending).reason, null);
  const { block } = other.grow(); // and there, in another block of the same height
  const differs = block.hash !== node.state.chain.tip.hash;
  assert.is(node.state.submit(block.json, 'peer').fate.kind, differs ? 'side' : 'known');
  const again = memoryNode();
  again.state.submit(first.json, 'peer');
  again.state.submit(block.json, 'peer');
  const twice = payment(first.transactions[0]?.id ?? '', 0, '48.0');
  assert.match(String(again.state.addTransaction(twice).reason), 'spent');
});

test('an orphan is none of ours until its parent comes', () => {
  const node = memoryNode();
  node.grow();
  const [one, two] = branch(node, 1, 2) as [JsonObject, JsonObject];
  assert.is(node.state.submit(two, 'peer').fate.kind, 'orphan');
  assert.is(node.state.submit(one, 'peer').fate.kind, 'extended');
  assert.is(node.state.submit(two, 'peer').fate.kind, 'extended');
});

test.run();
