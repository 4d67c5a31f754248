import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  decodeTemplateResponse,
  dumpJson,
  type JsonObject,
  type JsonValue,
  NumberText,
  parseJson,
} from '../../../ts/chaincore/codec.js';
import { PowError } from '../../../ts/index.js';
import { thrown } from '../../fixtures.js';
import { template } from '../vectors.js';

const number = (text: string) => new NumberText(text);

/** An answer whose block differs from a real one in the fields named. */
function answerWith(
  changes: Readonly<Record<string, JsonValue | undefined>>,
  outer: Readonly<Record<string, JsonValue>> = {},
): string {
  const block = new Map(template.block);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) block.delete(name);
    else block.set(name, value);
  }
  const answer = new Map<string, JsonValue>([
    ['status', 'template_created'],
    ['target_difficulty', number('4')],
    ['block_template', block],
    ...Object.entries(outer),
  ]);
  return dumpJson(answer, { keys: 'as-given' });
}

const [coinbase] = template.block.get('transactions') as [JsonObject];
const without = (name: string) => new Map([...coinbase].filter(([key]) => key !== name));

test('a real answer is taken, whatever stands beside the fields that count', () => {
  const taken = decodeTemplateResponse(answerWith({ surprise: [null, true] }));
  assert.is(taken.index, 1);
  assert.is(taken.timestampText, '1795211775.84602');
  assert.is(taken.selfTest, 'passed');
  assert.is(decodeTemplateResponse(answerWith({ hash: undefined })).selfTest, 'no-hash');
});

/** What is wrong, the answer, and the words that name it. */
const MALFORMED: readonly (readonly [string, string, RegExp])[] = [
  ['nothing', '', /JSON/],
  ['HTML', '<html>502</html>', /JSON/],
  ['half an answer', answerWith({}).slice(0, 300), /JSON/],
  ['a list', '[]', /the answer must be a JSON object/],
  ['null', 'null', /the answer must be a JSON object/],
  ['another status', answerWith({}, { status: 'rejected' }), /status must be 'template_created'/],
  ['no block', '{"status": "template_created"}', /block_template must be a JSON object/],
  ['a block of text', answerWith({}, { block_template: 'x' }), /block_template must be/],
  ['no index', answerWith({ index: undefined }), /index must be a whole number/],
  ['index 0', answerWith({ index: number('0') }), /index/],
  ['a negative index', answerWith({ index: number('-3') }), /index/],
  ['an index that is a float', answerWith({ index: number('1.0') }), /index/],
  ['an index in quotes', answerWith({ index: '1' }), /index/],
  ['an index beyond 2^53', answerWith({ index: number('9'.repeat(30)) }), /index/],
  ['a short parent', answerWith({ previous_hash: 'ab' }), /previous_hash must be 64 hex digits/],
  ['a parent in capitals', answerWith({ previous_hash: 'A'.repeat(64) }), /previous_hash/],
  [
    'a parent that would end the text',
    answerWith({ previous_hash: '"'.repeat(64) }),
    /previous_hash/,
  ],
  ['no root', answerWith({ merkle_root: undefined }), /merkle_root/],
  [
    'another root',
    answerWith({ merkle_root: 'a'.repeat(64) }),
    /merkle_root is a+, the transactions give/,
  ],
  ['a time in words', answerWith({ timestamp: 'now' }), /timestamp must be seconds/],
  ['a time before 1970', answerWith({ timestamp: number('-1.5') }), /timestamp/],
  ['an endless time', answerWith({ timestamp: number('1e999') }), /timestamp/],
  [
    'a time of a thousand digits',
    answerWith({}).replaceAll('1795211775.84602', `1.${'0'.repeat(1000)}`),
    /timestamp/,
  ],
  ['difficulty 0', answerWith({ target_difficulty: number('0') }), /target_difficulty must be/],
  ['difficulty 30', answerWith({ target_difficulty: number('30') }), /target_difficulty must be/],
  ['a difficulty in quotes', answerWith({ target_difficulty: '4' }), /target_difficulty must be/],
  ['two difficulties', answerWith({}, { target_difficulty: number('3') }), /another beside it/],
  ['an outer null', answerWith({}, { target_difficulty: null }), /target_difficulty must be/],
  ['no transactions', answerWith({ transactions: [] }), /transactions must be 1 to/],
  [
    'a transaction that is none',
    answerWith({ transactions: [number('1')] }),
    /transactions\[0\] must/,
  ],
  [
    'a transaction without outputs',
    answerWith({ transactions: [without('outputs')] }),
    /transaction.outputs/,
  ],
  ['a transaction without id', answerWith({ transactions: [without('tx_id')] }), /tx_id/],
  [
    'a transaction of another id',
    answerWith({ transactions: [new Map([...coinbase, ['lock_time', number('1')]])] }),
    /tx_id is [\da-f]+, its fields give/,
  ],
  [
    'a hash of another layout',
    answerWith({ hash: 'b'.repeat(64) }),
    /at nonce 0 the node hashes to/,
  ],
  ['a hash that is a number', answerWith({ hash: number('7') }), /hash must be 64 hex digits/],
  ['a nonce below zero beside a hash', answerWith({ nonce: number('-1') }), /nonce must be/],
];

test('there are at least thirty malformed answers', () => {
  assert.ok(MALFORMED.length >= 30);
});

for (const [what, body, words] of MALFORMED) {
  test(`${what}: refused with words that name it`, () => {
    const error = thrown(() => decodeTemplateResponse(body));
    assert.instance(error, PowError);
    assert.match((error as PowError).message, words);
    assert.ok(parseJson(answerWith({})));
  });
}

test.run();
