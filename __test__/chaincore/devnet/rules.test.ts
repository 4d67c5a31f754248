import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  chaincoreHash,
  decodeTemplate,
  type JsonObject,
  type JsonValue,
  merkleRootOf,
  parseJson,
  solvedBlockJson,
  transactionId,
} from '../../../ts/chaincore/codec.js';
import { decodeBlock } from '../../../ts/chaincore/devnet/block.js';
import type { Fate } from '../../../ts/chaincore/devnet/chain.js';
import type { PowError } from '../../../ts/index.js';
import { thrown } from '../../fixtures.js';
import { vectors } from '../vectors.js';
import { changed, memoryNode, number, payment, remined } from './mined.js';

const reasonOf = (fate: Fate) => (fate.kind === 'invalid' ? fate.reason : fate.kind);

test('blocks extend the chain one after the other, each with its reward', () => {
  const { state, grow } = memoryNode();
  for (let index = 1; index <= 5; index++) {
    const { block, fate } = grow();
    assert.is(fate.kind, 'extended');
    assert.is(block.index, index);
    assert.is(state.chain.outputs.get(`${block.transactions[0]?.id}:0`), 5_000_000_000n);
  }
  assert.is(state.chain.length, 6);
  assert.is(state.chain.work, 5n * 16n);
});

test('a live node and this one hash its blocks alike', () => {
  for (const { template, layout, nonce, hash } of vectors) {
    if (template.transactionIds.length > 1) continue; // with a coinbase that this node refuses
    const json = parseJson(solvedBlockJson(template, layout, nonce)) as JsonObject;
    assert.is(decodeBlock(json).hash, hash);
  }
});

/** What is changed in a good block, and the words that the refusal has. */
const FORGED: readonly (readonly [
  string,
  Readonly<Record<string, JsonValue | undefined>>,
  RegExp,
])[] = [
  ['a hash of zeros', { hash: '0'.repeat(64) }, /hash is not that of the block/],
  ['a hash of four digits', { hash: '0000' }, /hash is not that of the block/],
  ['a hash that is null', { hash: null }, /hash is not that of the block/],
  ['a hash that is a number', { hash: number(0) }, /hash is not that of the block/],
  ['difficulty 0', { target_difficulty: number(0) }, /target_difficulty must be .* from 1 to 12/],
  ['difficulty 30', { target_difficulty: number(30) }, /target_difficulty must be .* from 1 to 12/],
  ['difficulty -3', { target_difficulty: number(-3) }, /target_difficulty must be/],
  ['a difficulty in quotes', { target_difficulty: '1' }, /target_difficulty must be/],
  ['nonce -7', { nonce: number(-7) }, /nonce must be/],
  ['a nonce of 2^64', { nonce: number(1n << 64n) }, /nonce must be/],
  ['a nonce of letters', { nonce: 'xyz' }, /nonce must be/],
  ['no nonce', { nonce: undefined }, /nonce must be/],
  ['an index in quotes', { index: '1' }, /index must be/],
  ['no index', { index: undefined }, /index must be/],
  ['a time of letters', { timestamp: 'x' }, /timestamp must be/],
  ['no transactions', { transactions: [] }, /transactions must be 1 to 1000/],
  ['a root of its own', { merkle_root: 'a'.repeat(64) }, /merkle_root is a+/],
  ['no parent', { previous_hash: null }, /previous_hash must be/],
];

for (const [what, changes, words] of FORGED) {
  test(`refused: ${what}`, () => {
    const { state, next } = memoryNode();
    const good = next();
    const error = thrown(() => state.submit(changed(good, changes), 'peer')) as PowError;
    assert.match(error.message, words);
    assert.is(state.chain.length, 1);
    assert.is(state.submit(good, 'peer').fate.kind, 'extended');
  });
}

test('a nonce that misses by one digit is refused, though its hash is right', () => {
  const { state, next } = memoryNode();
  const good = next();
  const template = decodeTemplate(changed(good, { hash: undefined, nonce: number(0) }));
  let nonce = 0n;
  while (chaincoreHash(template, 'node', nonce).startsWith('0')) nonce += 1n;
  const bad = changed(good, { nonce: number(nonce) });
  assert.match(
    (thrown(() => state.submit(bad, 'peer')) as PowError).message,
    'does not begin with 1 zeros',
  );
});

test('a block of the client layout is taken with its hash, and not without', () => {
  const { state, next } = memoryNode();
  const template = decodeTemplate(changed(next(), { hash: undefined }));
  let nonce = 0n;
  // One that only this layout takes.
  while (
    !chaincoreHash(template, 'client', nonce).startsWith('0') ||
    chaincoreHash(template, 'node', nonce).startsWith('0')
  ) {
    nonce += 1n;
  }
  const block = parseJson(solvedBlockJson(template, 'client', nonce)) as JsonObject;
  assert.throws(() => state.submit(changed(block, { hash: undefined }), 'peer'), /does not begin/);
  assert.is(state.submit(block, 'peer').fate.kind, 'extended');
});

/** Well mined, and wrong in its place. */
for (const [what, changes, words] of [
  [
    'another difficulty than the height asks for',
    { target_difficulty: number(2) },
    /at this height it is 1/,
  ],
  [
    'a time before its parent',
    { timestamp: number('1500000000.5') },
    /not after that of the block before/,
  ],
  ['a time far ahead of the clock', { timestamp: number('1795999999.5') }, /ahead of the clock/],
  ['an index that leaves a gap', { index: number(3) }, /does not follow/],
] as const) {
  test(`refused: ${what}`, () => {
    const { state, grow, next } = memoryNode();
    grow();
    const block = remined(next(), changes);
    assert.match(reasonOf(state.submit(block, 'peer').fate), words);
    assert.is(state.chain.length, 2);
  });
}

function withTransactions(good: JsonObject, transactions: readonly JsonObject[]) {
  const root = merkleRootOf(transactions.map((transaction) => transactionId(transaction)));
  return remined(good, { transactions, merkle_root: root });
}

test('the coinbase is first, alone, of its height, and pays no more than reward and fees', () => {
  const { state, grow, next } = memoryNode();
  const { block: first } = grow();
  const good = next();
  const [coinbase] = good.get('transactions') as [JsonObject];
  const paid = (amount: string) => {
    const [output] = coinbase.get('outputs') as [JsonObject];
    const fields = changed(coinbase, { outputs: [changed(output, { amount: number(amount) })] });
    return changed(fields, { tx_id: transactionId(fields) });
  };
  const spending = payment(first.transactions[0]?.id ?? '', 0, '49.25');
  for (const [transactions, words] of [
    [[paid('50.00000001')], /the coinbase pays 5000000001 units, reward and fees are 5000000000/],
    [[paid('1000000000.0')], /the coinbase pays/],
    [[paid('50.76'), spending], /reward and fees are 5075000000/],
    [[coinbase, coinbase], /second coinbase/],
    [[spending], /first transaction is not a coinbase/],
    [[first.transactions[0]?.json as JsonObject], /says COINBASE_BLOCK_2/],
    [[coinbase, payment('ab'.repeat(32), 0, '1.0')], /never there/],
    [[coinbase, payment(first.transactions[0]?.id ?? '', 0, '51.0')], /gives out more/],
    [[coinbase, spending, payment(first.transactions[0]?.id ?? '', 0, '48.0')], /is spent/],
  ] as const) {
    assert.match(reasonOf(state.submit(withTransactions(good, transactions), 'peer').fate), words);
  }
  const fees = withTransactions(good, [paid('50.75'), spending]);
  assert.is(state.submit(fees, 'peer').fate.kind, 'extended');
});

test('fees of the pool go into the next coinbase, and what is mined leaves the pool', () => {
  const { state, grow } = memoryNode();
  const { block } = grow();
  const one = payment(block.transactions[0]?.id ?? '', 0, '49.5');
  const two = payment(transactionId(one), 0, '49.25'); // of the one before, still waiting
  assert.is(state.addTransaction(one).reason, null);
  assert.is(state.addTransaction(two).reason, null);
  assert.match(String(state.addTransaction(payment(transactionId(one), 0, '1.0')).reason), 'spent');
  const mined = grow();
  assert.is(mined.block.transactions.length, 3);
  assert.is(mined.block.transactions[0]?.amounts[0], 5_075_000_000n);
  assert.is(state.pool.size, 0);
  assert.is(state.chain.outputs.get(`${transactionId(two)}:0`), 4_925_000_000n);
  assert.is(state.chain.outputs.get(`${transactionId(one)}:0`), undefined);
});

test.run();
