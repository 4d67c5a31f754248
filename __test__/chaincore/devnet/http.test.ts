import { request } from 'node:http';
import { Readable } from 'node:stream';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { dumpJson, type JsonObject, parseJson } from '../../../ts/chaincore/codec.js';
import { ROUTES } from '../../../ts/chaincore/devnet/api/routes.js';
import { RateLimit } from '../../../ts/chaincore/devnet/rate-limit.js';
import type { ChaincoreDevnet, ChaincoreDevnetEvent } from '../../../ts/chaincore/index.js';
import {
  ask,
  changed,
  nextBlock,
  number,
  openEasy,
  payment,
  post,
  remined,
  WALLET,
} from './mined.js';

const events: ChaincoreDevnetEvent[] = [];
let node: ChaincoreDevnet;
const get = (path: string) => ask(node.url, path);
const mined = async () => {
  const block = await nextBlock(node.url);
  assert.is((await post(node.url, '/submit_block', block)).status, 200);
  return block;
};

test.before(async () => {
  node = await openEasy({ onEvent: (event) => events.push(event) });
});
test.after(() => node.close());

test('a good block is accepted, by its own name, from a miner and from a peer', async () => {
  const first = await nextBlock(node.url);
  const { status, json } = await post(node.url, '/submit_block', first);
  assert.is(status, 200);
  assert.is(json['status'], 'accepted');
  assert.is(json['block_hash'], node.tip);
  assert.is(json['chain_length'], 2);
  assert.is(json['mining_source'], 'local');
  const second = new Map([['block', await nextBlock(node.url)]]);
  const peer = await post(node.url, '/submit_block', second, false);
  assert.is(peer.status, 200);
  assert.is(peer.json['mining_source'], 'network');
  assert.is(node.length, 3);
});

test('duplicate, old and future blocks are answered as a real node answers them', async () => {
  const block = await mined();
  const length = node.length;
  const again = await post(node.url, '/submit_block', block);
  assert.is(again.status, 409);
  assert.is(again.json['status'], 'rejected');
  assert.is(again.json['reason'], 'stale_block');
  assert.is(again.json['error'], `Block is stale: mining #${length - 1}, chain now #${length}`);
  assert.is(again.json['current_chain_length'], length);
  // Two templates of one height: the second solution comes too late.
  const [one, two] = [await nextBlock(node.url), await nextBlock(node.url, 'another')];
  assert.is((await post(node.url, '/submit_block', one)).status, 200);
  const late = await post(node.url, '/submit_block', two);
  assert.equal([late.status, late.json['reason']], [409, 'stale_block']);
  const future = futureOf(await nextBlock(node.url));
  const local = await post(node.url, '/submit_block', future);
  assert.equal([local.status, local.json['reason']], [409, 'invalid_index']);
  const peer = await post(node.url, '/submit_block', future, false);
  assert.is(peer.status, 202);
  assert.is(peer.json['status'], 'need_sync');
  assert.is(peer.json['request_blocks_from'], node.length - 1);
  assert.is(peer.json['request_blocks_to'], 98);
});

/** Block 99 on an unknown parent, with a hash that holds. */
function futureOf(block: JsonObject): JsonObject {
  return remined(block, { index: number(99), previous_hash: 'ab'.repeat(32) });
}

test('a wrong parent at the right height, and a forged hash, are 400', async () => {
  const good = await nextBlock(node.url);
  const orphan = remined(good, { previous_hash: 'ab'.repeat(32) });
  const forged = changed(good, { hash: `0${'f'.repeat(63)}` });
  for (const block of [orphan, forged]) {
    const { status, json } = await post(node.url, '/submit_block', block);
    assert.is(status, 400);
    assert.is(json['error'], 'Block validation failed');
    assert.is(json['reason'], 'invalid_block_data');
  }
  assert.is(events.at(-1)?.kind, 'refused');
});

for (const [what, body, words] of [
  ['no JSON', 'x', /not JSON/],
  ['a list', '[]', /expected object/],
  ['null', 'null', /expected object/],
  ['no index', '{}', /index/],
  ['a block in a block that is none', '{"block": 5}', /expected object/],
  ['an index in quotes', '{"index": "5"}', /index/],
  ['brackets without end', '['.repeat(5000) + ']'.repeat(5000), /expected object/],
] as const) {
  test(`a submission of ${what} is 400 and says so`, async () => {
    const { status, json } = await post(node.url, '/submit_block', body);
    assert.is(status, 400);
    assert.match(String(json['error']), words);
  });
}

test('nesting without end inside a good shape is 400, and the node goes on', async () => {
  const good = dumpJson(await nextBlock(node.url), { keys: 'as-given' });
  const deep = good.replace('{"index"', `{"x": ${'['.repeat(2000)}${']'.repeat(2000)}, "index"`);
  assert.is((await post(node.url, '/submit_block', deep)).status, 400);
  assert.is((await post(node.url, '/submit_block', good)).status, 200);
});

test('a template needs an address of text', async () => {
  for (const body of ['{}', '{"miner_address": 5}', '{"miner_address": ""}', '[]', '', 'x']) {
    assert.is((await post(node.url, '/mine_block', body)).status, 400, body);
  }
});

test('a body of 20 MB is refused unread, also one that does not say its length', async () => {
  const big = Buffer.alloc(20_000_000, 0x20);
  for (const path of ROUTES.filter(({ method }) => method === 'POST').map((route) => route.path)) {
    assert.is(await uploaded(path, big, 'stated'), 413, path);
  }
  assert.is(await uploaded('/submit_block', big, 'chunked'), 413);
  assert.is((await get('/status')).status, 200);
});

/** The status, however the connection ends after it. */
function uploaded(path: string, body: Buffer, length: 'stated' | 'chunked'): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = length === 'stated' ? { 'Content-Length': body.length } : {};
    const sending = request(node.url + path, { method: 'POST', headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
      answer.on('close', () => sending.destroy());
    });
    sending.on('error', reject);
    Readable.from(
      (function* parts() {
        for (let at = 0; at < body.length; at += 65_536) yield body.subarray(at, at + 65_536);
      })(),
    ).pipe(sending);
  });
}

test('what a miner looks at is there: status, chain, ranges, tip, pool', async () => {
  while (node.length < 6) await mined();
  const { length } = node;
  const status = (await get('/status')).json;
  assert.is(status['blockchain_length'], length);
  assert.is(status['target_difficulty'], 1);
  assert.is(status['status'], 'online');
  const chain = (await get('/blockchain')).json as { length: number; chain: { index: number }[] };
  assert.equal(
    chain.chain.map(({ index }) => index),
    [...Array(length).keys()],
  );
  const range = (await get('/blocks/range?start=2&end=3')).json as { blocks: { index: number }[] };
  assert.equal(
    range.blocks.map(({ index }) => index),
    [2, 3],
  );
  assert.is((await get('/blocks/range?start=x')).status, 400);
  assert.is((await get('/blocks/range?start=5000')).json['actual_count'], 0);
  const info = (await get('/chain/info')).json['chain_info'] as Record<string, unknown>;
  assert.is(info['latest_hash'], node.tip);
  assert.is(info['length'], length);
  assert.match(String(info['genesis_hash']), /^00a8f5f2/);
  assert.equal((await get('/orphaned_blocks')).json['orphaned_blocks'], []);
});

test('a number keeps its text on its way through the node', async () => {
  const block = await mined();
  const { text } = await get(`/blocks/range?start=${node.length - 1}&end=${node.length - 1}`);
  assert.match(text, '"amount": 50.0');
  const [kept] = (parseJson(text) as JsonObject).get('blocks') as [JsonObject];
  assert.is(
    dumpJson(kept.get('timestamp') ?? null, { keys: 'sorted' }),
    dumpJson(block.get('timestamp') ?? null, { keys: 'sorted' }),
  );
});

test('a transaction waits, is mined with its fee, and a bad one is refused', async () => {
  const { text } = await get('/blocks/range?start=1&end=1');
  const [first] = (parseJson(text) as JsonObject).get('blocks') as [JsonObject];
  const [coinbase] = first.get('transactions') as [JsonObject];
  const spending = payment(coinbase.get('tx_id') as string, 0, '49.5');
  const added = await post(node.url, '/add_transaction', spending);
  assert.equal(added.json, { status: 'accepted', tx_id: spending.get('tx_id') });
  const pool = (await get('/transaction_pool')).json;
  assert.is(pool['count'], 1);
  for (const [bad, words] of [
    [coinbase, /a coinbase/],
    [payment('ab'.repeat(32), 0, '1.0'), /never there/],
    [changed(spending, { tx_id: 'cd'.repeat(32) }), /tx_id is/],
    [payment(coinbase.get('tx_id') as string, 0, '1e-9'), /amount/],
  ] as const) {
    const { status, json } = await post(node.url, '/add_transaction', bad);
    assert.is(status, 400);
    assert.match(String(json['detail']), words);
  }
  const block = await mined();
  assert.is((block.get('transactions') as JsonObject[]).length, 2);
  assert.match(dumpJson(block, { keys: 'sorted' }), '"amount": 50.5');
  assert.is((await get('/transaction_pool')).json['count'], 0);
});

test('a web page may look, and change nothing', async () => {
  const headers = { Origin: 'http://evil.example', 'Content-Type': 'text/plain' };
  const body = '{"difficulty": 12, "reason": "x"}';
  const set = await ask(node.url, '/difficulty/set', { method: 'POST', headers, body });
  assert.is(set.status, 403);
  assert.is((await ask(node.url, '/status', { headers })).json['target_difficulty'], 1);
});

test('other paths are 404, other methods 405, both JSON', async () => {
  assert.equal((await get('/nothing')).json['status'], 'error');
  assert.is((await get('/nothing')).status, 404);
  assert.is((await get('/submit_block')).status, 405);
  assert.is((await post(node.url, '/status', '{}')).status, 405);
});

test('an address that asks too often is told how long to wait, and others are not', () => {
  const limit = new RateLimit(10);
  for (let i = 0; i < 20; i++) assert.is(limit.take('a', 0), 0);
  assert.is(limit.take('a', 0), 100);
  assert.is(limit.take('b', 0), 0);
  assert.is(limit.take('a', 100), 0);
  assert.is(limit.take('a', 100), 100);
  assert.is(new RateLimit(0).take('a', 0), 0);
});

test('over HTTP too many requests are 429 with Retry-After', async () => {
  const slow = await openEasy({ requestsPerSecond: 1 });
  try {
    const answers = [];
    for (let i = 0; i < 40; i++) answers.push(await ask(slow.url, '/status'));
    const refused = answers.find(({ status }) => status === 429);
    assert.is(refused?.json['reason'], 'rate_limited');
    assert.is(refused?.headers.get('retry-after'), '1');
  } finally {
    await slow.close();
  }
});

test('a lone node that must not be mined on says so as a real one does', async () => {
  const lone = await openEasy({ mineAlone: false });
  try {
    const body = JSON.stringify({ miner_address: WALLET });
    const { status, json } = await post(lone.url, '/mine_block', body);
    assert.is(status, 409);
    assert.is(json['reason'], 'isolated_node');
  } finally {
    await lone.close();
  }
});

test.run();
