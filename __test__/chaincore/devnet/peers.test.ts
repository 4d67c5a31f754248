import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { JsonObject } from '../../../ts/chaincore/codec.js';
import type { ChaincoreDevnet, ChaincoreDevnetEvent } from '../../../ts/chaincore/index.js';
import { until } from '../../until.js';
import { ask, nextBlock, openEasy, payment, post, WALLET } from './mined.js';

const open: ChaincoreDevnet[] = [];
const start = async (...args: Parameters<typeof openEasy>) => {
  const node = await openEasy({ syncMs: 20, ...args[0] });
  open.push(node);
  return node;
};
test.after.each(async () => {
  for (const node of open.splice(0)) await node.close();
});

async function grow(node: ChaincoreDevnet, blocks: number): Promise<void> {
  for (let i = 0; i < blocks; i++) {
    assert.is((await post(node.url, '/submit_block', await nextBlock(node.url))).status, 200);
  }
}
const meet = (...nodes: readonly ChaincoreDevnet[]) =>
  until('all nodes agree', () => new Set(nodes.map(({ tip }) => tip)).size === 1);
const portOf = (node: ChaincoreDevnet) => Number(new URL(node.url).port);

/** Two nodes that know each other: the port of the second is known before it listens. */
async function pair(options: Parameters<typeof openEasy>[0] = {}) {
  const probe = await openEasy();
  const port = portOf(probe);
  await probe.close();
  const one = await start({ ...options, peers: [`http://127.0.0.1:${port}`] });
  const two = await start({ ...options, port, peers: [one.url] });
  return [one, two] as const;
}

test('two nodes given each other’s address exchange blocks both ways', async () => {
  const [one, two] = await pair();
  await grow(one, 3);
  await meet(one, two);
  await grow(two, 2);
  await meet(one, two);
  assert.is(one.length, 6);
});

test('a block goes to the peer at once, not only when it is asked for', async () => {
  const [one, two] = await pair({ syncMs: 3_600_000 });
  await grow(one, 2);
  await meet(one, two);
  assert.is(two.length, 3);
});

test('a node that comes late fetches a chain of many windows', async () => {
  const one = await start();
  await grow(one, 130);
  const late = await start({ peers: [one.url] });
  await meet(one, late);
  assert.is(late.length, 131);
});

test('a fork that goes back further than one window of blocks is found', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pow-native-peers-'));
  try {
    const one = await start();
    await grow(one, 110);
    const two = await start({ peers: [one.url] });
    await meet(one, two);
    const port = portOf(one);
    await one.close();
    // Another chain altogether, that comes up all at once where the first node was.
    const dataFile = join(folder, 'chain');
    const away = await start({ dataFile });
    await grow(away, 120);
    await away.close();
    const back = await start({ dataFile, port });
    await meet(back, two);
    assert.is(two.length, 121);
  } finally {
    for (const node of open.splice(0)) await node.close();
    rmSync(folder, { recursive: true });
  }
});

test('two branches become one when the nodes hear of each other: the heavier, and no block is lost', async () => {
  const one = await start();
  await grow(one, 5);
  const two = await start();
  await grow(two, 8);
  const events: ChaincoreDevnetEvent[] = [];
  const three = await start({ peers: [one.url, two.url], onEvent: (event) => events.push(event) });
  await meet(two, three);
  await until('the other node has it', async () => {
    const side = (await ask(three.url, '/orphaned_blocks')).json['orphaned_blocks'];
    return (side as unknown[]).length === 5;
  });
  assert.is(three.length, 9);
});

test('a node follows its peer onto a heavier branch, and says how many blocks left', async () => {
  const probe = await openEasy();
  const port = portOf(probe);
  await probe.close();
  const events: ChaincoreDevnetEvent[] = [];
  const one = await start({
    peers: [`http://127.0.0.1:${port}`],
    onEvent: (event) => events.push(event),
  });
  await grow(one, 3);
  const two = await start();
  await grow(two, 5);
  const relay = await start({ port, peers: [two.url] });
  await meet(two, relay, one);
  const moved = events.filter(({ kind }) => kind === 'reorganised') as { left?: number }[];
  assert.is(moved.length, 1);
  assert.is(moved[0]?.left, 3);
});

test('a transaction reaches the peer, and waits there too', async () => {
  const [one, two] = await pair();
  await grow(one, 1);
  await meet(one, two);
  const { json } = await ask(one.url, '/blocks/range?start=1&end=1');
  const [block] = json['blocks'] as [{ transactions: [{ tx_id: string }] }];
  const spending: JsonObject = payment(block.transactions[0].tx_id, 0, '49.0');
  assert.is((await post(one.url, '/add_transaction', spending)).status, 200);
  await until(
    'the transaction is there',
    async () => (await ask(two.url, '/transaction_pool')).json['count'] === 1,
  );
  await grow(two, 1);
  await meet(one, two);
  assert.is((await ask(one.url, '/transaction_pool')).json['count'], 0);
});

test('a node that must not be mined alone may be mined while its peer is there', async () => {
  const [one, two] = await pair({ mineAlone: false });
  const body = JSON.stringify({ miner_address: WALLET });
  await until(
    'the node mines',
    async () => (await post(one.url, '/mine_block', body)).status === 200,
  );
  await two.close();
  await until(
    'the node refuses',
    async () => (await post(one.url, '/mine_block', body)).status === 409,
  );
});

test('a peer that is no node, and one with another rule, do not stop it', async () => {
  const other = await start({ rule: { baseline: 2, adjust: false } });
  await grow(other, 4);
  const node = await start({ peers: [other.url, 'http://127.0.0.1:1'] });
  await until(
    'both peers are counted',
    async () => (await ask(node.url, '/status')).json['total_peers'] === 2,
  );
  await grow(node, 2);
  assert.is(node.length, 3);
});

test.run();
