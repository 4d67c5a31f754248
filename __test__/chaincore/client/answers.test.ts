import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  BusyNode,
  blockHashOf,
  refusalOf,
  templateOf,
  tipOf,
  verdictOf,
} from '../../../ts/chaincore/client/answers.js';
import { NodeFailure } from '../../../ts/miner/node-failure.js';
import { thrown } from '../../fixtures.js';

const answer = (status: number, body: string, retryAfterMs: number | null = null) => ({
  ...{ status, body, retryAfterMs },
});
const json = (status: number, value: object) => answer(status, JSON.stringify(value));
const HTML = '<!doctype html>\n<title>Not Found</title><h1>Not Found</h1>';

/** Every answer to a request for work: kind of failure, and what is said to happen next. */
for (const [status, body, kind, words] of [
  [
    409,
    '{"status":"rejected","reason":"isolated_node","error":"x"}',
    'failing',
    /no active peer .* asking again/,
  ],
  [409, '{"status":"rejected","reason":"other"}', 'failing', /busy with its chain: asking again/],
  [
    500,
    '{"status":"error","error":"415 Unsupported Media Type"}',
    'failing',
    /"415 Unsupported .* trying again/,
  ],
  [502, '<html>Bad Gateway</html>', 'failing', /"Bad Gateway": the node failed, trying again/],
  [503, '', 'failing', /status 503: the node failed, trying again/],
  [429, '', 'failing', /too many requests, waiting 5 s/],
  [400, '{"error":"bad address"}', 'refused', /check the wallet address/],
  [401, '', 'refused', /login .* not asked again/],
  [403, '', 'refused', /not us: not asked again/],
  [404, HTML, 'refused', /no ChainCore node answers there/],
  [405, HTML, 'refused', /no ChainCore node answers there/],
  [413, '', 'refused', /too long/],
  [301, '', 'nonsense', /that is no answer, trying again/],
] as const) {
  test(`work answered with ${status} ${body.slice(0, 40)} is ${kind}, and says what happens next`, () => {
    const failure = thrown(() => templateOf(answer(status, body))) as NodeFailure;
    assert.instance(failure, NodeFailure);
    assert.is(failure.kind, kind);
    assert.is(failure.status, status);
    assert.match(failure.message, words);
  });
}

test('a node that asks for a pause is left alone for as long as it says', () => {
  const failure = refusalOf(answer(429, '', 7_000)) as BusyNode;
  assert.instance(failure, BusyNode);
  assert.is(failure.retryAfterMs, 7_000);
  assert.match(failure.message, 'waiting 7 s');
});

/** Every answer to a block. */
for (const [status, value, kind, words] of [
  [200, { status: 'accepted', block_hash: 'ab' }, 'accepted', null],
  [
    202,
    { status: 'need_sync', reason: 'missing_blocks' },
    'rejected',
    /must catch up, fetching a new template/,
  ],
  [
    409,
    { reason: 'stale_block', error: 'Block is stale: mining #30, chain now #31' },
    'stale',
    /another block of this height was first, "stale_block: Block is stale: mining #30, chain now #31": fetching a new template/,
  ],
  [409, { reason: 'invalid_index' }, 'stale', /has become shorter.*: fetching a new template/],
  [
    400,
    { reason: 'invalid_block_data', error: 'Block validation failed' },
    'rejected',
    /does not take the block, .*: fetching a new template/,
  ],
  [413, {}, 'rejected', /does not take the block: fetching/],
] as const) {
  test(`a block answered with ${status} ${JSON.stringify(value).slice(0, 40)} is ${kind}`, () => {
    const verdict = verdictOf(json(status, value));
    assert.is(verdict.kind, kind);
    if (verdict.kind !== 'accepted') assert.match(verdict.reason, words ?? /never/);
  });
}

/** These do not say whether the block is in the chain: it is looked for. */
for (const [status, body] of [
  [200, '{"status":"accepted_fork_resolution","message":"Switched"}'],
  [200, '{"status":"rejected"}'],
  [200, 'OK'],
  [200, ''],
  [500, '{"error":"broadcast_to_peers() got an unexpected keyword argument"}'],
  [502, HTML],
] as const) {
  test(`a block answered with ${status} ${body.slice(0, 30)} may have been taken`, () => {
    const failure = thrown(() => verdictOf(answer(status, body))) as NodeFailure;
    assert.ok(failure.mayHaveArrived, failure.kind);
    assert.ok(failure.isPassing);
  });
}

const tip = (info: unknown) => json(200, { status: 'success', chain_info: info });
for (const [what, read] of [
  ['no JSON', () => tipOf(answer(200, 'x'))],
  ['a list', () => tipOf(answer(200, '[]'))],
  ['no chain_info', () => tipOf(json(200, {}))],
  ['a tip without hash', () => tipOf(tip({ length: 3 }))],
  ['a tip whose hash is short', () => tipOf(tip({ length: 3, latest_hash: 'ab' }))],
  ['a tip whose length is text', () => tipOf(tip({ length: '3', latest_hash: 'a'.repeat(64) }))],
  ['a tip of length 0', () => tipOf(tip({ length: 0, latest_hash: 'a'.repeat(64) }))],
  ['no blocks', () => blockHashOf(json(200, {}), 3)],
  ['blocks that are none', () => blockHashOf(json(200, { blocks: { 0: 1 } }), 3)],
  ['a block without hash', () => blockHashOf(json(200, { blocks: [{ index: 3 }] }), 3)],
  [
    'a block whose hash is a number',
    () => blockHashOf(json(200, { blocks: [{ index: 3, hash: 7 }] }), 3),
  ],
] as const) {
  test(`${what}: nonsense, and asked again`, () => {
    const failure = thrown(read) as NodeFailure;
    assert.is(failure.kind, 'nonsense');
    assert.ok(failure.isPassing);
  });
}

test('a block is looked for by its index, whatever else the node sends', () => {
  const blocks = [{ index: 2, hash: 'b'.repeat(64) }, null, 5, { index: 3, hash: 'c'.repeat(64) }];
  assert.is(blockHashOf(json(200, { blocks }), 3), 'c'.repeat(64));
  assert.is(blockHashOf(json(200, { blocks }), 4), null);
});

test('what a server says of addresses, keys and paths is in no message', () => {
  const secret = 'wallet 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa at 10.1.2.3:5432 in /root/.key';
  for (const status of [400, 401, 409, 429, 500, 599]) {
    const { message } = refusalOf(json(status, { error: secret, reason: secret, message: secret }));
    for (const word of ['1A1zP', '10.1.2.3', '/root']) assert.not.match(message, word);
  }
  const verdict = verdictOf(json(400, { error: secret }));
  assert.ok(verdict.kind === 'rejected' && !verdict.reason.includes('/root'));
  const failure = thrown(() => templateOf(answer(200, `{"status": "${secret}"}`))) as NodeFailure;
  assert.not.match(failure.message, '/root');
});

test.run();
