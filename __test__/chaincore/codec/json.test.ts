import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { floatRepr } from '../../../ts/chaincore/codec/python-json.js';
import { dumpJson, type JsonValue, NumberText, parseJson } from '../../../ts/chaincore/codec.js';
import { thrown } from '../../fixtures.js';

/** What `JSON.parse` would have given. */
function plain(value: JsonValue): unknown {
  if (value instanceof NumberText) return value.float;
  if (value instanceof Map) {
    return Object.fromEntries([...value].map(([key, item]) => [key, plain(item as JsonValue)]));
  }
  return Array.isArray(value) ? value.map(plain) : value;
}

test('any JSON is read as JSON.parse reads it, and numbers keep their text', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), (text) => {
      // `-0` has two spellings, `__proto__` means something to objects alone.
      fc.pre(!text.includes('__proto__'));
      assert.equal(plain(parseJson(text)), JSON.parse(text));
    }),
  );
  const list = parseJson('[50.0, 1795210629.1821592, 1e5, -0, 12345678901234567890]');
  const texts = (list as NumberText[]).map(({ text }) => text);
  assert.equal(texts, ['50.0', '1795210629.1821592', '1e5', '-0', '12345678901234567890']);
});

for (const text of [
  ...['', ' ', '{', '[', '"', '{"a"}', '{"a":}', '{a:1}', '[1,]', '[,1]', '{"a":1,}', '01', '1.'],
  ...[
    '.5',
    '+1',
    '1e',
    'NaN',
    'Infinity',
    'nul',
    "'a'",
    '"\n"',
    '"\\x"',
    '"\\u12"',
    '1 2',
    '{} {}',
  ],
  ...['\ufeff{}', '[1', '{"a":1', '[1}', '\u00a01', '/**/1', '0x10', '"a', '1_000', 'truefalse'],
]) {
  test(`${JSON.stringify(text)} is no JSON, and the error says where`, () => {
    assert.throws(() => JSON.parse(text));
    assert.match((thrown(() => parseJson(text)) as Error).message, /near character \d+/);
  });
}

test('brackets without end are refused before they exhaust the stack', () => {
  assert.match(
    (thrown(() => parseJson('['.repeat(1_000_000))) as Error).message,
    'at most 64 levels',
  );
  assert.ok(parseJson('['.repeat(60) + ']'.repeat(60)));
});

test('megabytes in one string, escaped or not, are read', () => {
  const [long, escaped] = ['x'.repeat(4_000_000), '\\n'.repeat(1_000_000)];
  assert.is(parseJson(`"${long}"`), long);
  assert.is(parseJson(`"${escaped}"`), '\n'.repeat(1_000_000));
});

test('doubles are written as CPython writes them', () => {
  for (const [value, text] of [
    [0, '0.0'],
    [-0, '-0.0'],
    [1, '1.0'],
    [1.5, '1.5'],
    [1e-4, '0.0001'],
    [1e-5, '1e-05'],
    [1.25e-7, '1.25e-07'],
    [1e15, '1000000000000000.0'],
    [1e16, '1e+16'],
    [1.2345e22, '1.2345e+22'],
    [5e-324, '5e-324'],
    [1795210629.1821592, '1795210629.1821592'],
    [-123.456, '-123.456'],
  ] as const) {
    assert.is(floatRepr(value), text);
  }
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      assert.ok(Object.is(Number(floatRepr(value)), value));
    }),
  );
});

test('text is what json.dumps writes, where there is a Python to ask', () => {
  const values = fc.sample(fc.json({ maxDepth: 4 }), { numRuns: 300, seed: 9 });
  values.push('{"\\ud83d\\ude00": 1, "\\uffee": 2, "a\\u007f\\u00e9\\n": [1e5, 50.0, -0.0, 1E-7]}');
  const script =
    'import json,sys\nfor line in sys.stdin: print(json.dumps(json.loads(json.loads(line)), sort_keys=True))';
  const input = values.map((text) => `${JSON.stringify(text)}\n`).join('');
  const { status, stdout } = spawnSync('python3', ['-c', script], { input, encoding: 'utf8' });
  if (status !== 0) return;
  const lines = stdout.trimEnd().split('\n');
  assert.is(lines.length, values.length);
  values.forEach((text, i) => {
    assert.is(dumpJson(parseJson(text), { keys: 'sorted' }), lines[i]);
  });
});

test.run();
