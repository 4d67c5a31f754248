/** Files that are made to hurt: bounded in time and memory, and refused. */

import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { documentLayer } from '../../../ts/cli/config/document.js';
import { textLayer } from '../../../ts/cli/config/file.js';
import type { LayerBuilder } from '../../../ts/cli/config/layers.js';
import { MOST_BYTES, SYNTAXES, type Syntax } from '../../../ts/cli/config/syntax.js';

const layerOf = (text: string, syntax: Syntax): LayerBuilder =>
  textLayer(new TextEncoder().encode(text), syntax, 'file', `a.${syntax}`);

/** The one thing that is wrong. */
function refused(text: string, syntax: Syntax): string {
  const { problems, entries } = layerOf(text, syntax);
  assert.is(problems.length, 1);
  assert.is(entries.size, 0);
  return problems[0]?.expected ?? '';
}

test('a bomb of aliases is refused before it goes off', () => {
  const levels = Array.from({ length: 12 }, (_, level) => {
    const of = level === 0 ? 'x' : `*a${level - 1}`;
    return `a${level}: &a${level} [${Array.from({ length: 9 }, () => of).join(', ')}]`;
  });
  assert.match(refused(`${levels.join('\n')}\n`, 'yaml'), /alias/i);
});

test('an alias that contains itself is refused', () => {
  const { problems } = layerOf('log: &log { level: *log }', 'yaml');
  assert.is(problems.length, 1);
});

test('a few aliases are fine', () => {
  const { problems, entries } = layerOf('blocks: &n 7\nchainweb: { chains: *n }', 'yaml');
  assert.equal(problems, []);
  assert.is(entries.get('chainweb.chains')?.value, 7);
});

test('deep nesting is refused in every syntax', () => {
  const deep = 30_000;
  refused('['.repeat(deep), 'yaml');
  refused('- '.repeat(deep), 'yaml');
  refused('? '.repeat(deep), 'yaml');
  refused(`a: ${'['.repeat(deep)}${']'.repeat(deep)}`, 'yaml');
  refused(`{"a":${'['.repeat(deep)}${']'.repeat(deep)}}`, 'json');
  refused(`a = ${'['.repeat(deep)}${']'.repeat(deep)}`, 'toml');
});

test('as many keys as fit are read, and not all complained about', () => {
  const keys = Array.from({ length: 9000 }, (_, index) => `k${index}: 1`).join('\n');
  const { problems } = layerOf(keys, 'yaml');
  assert.ok(problems.length > 0 && problems.length <= 100, `${problems.length}`);
});

test('one byte too many is refused, whatever the bytes say', () => {
  for (const syntax of SYNTAXES) {
    const comment = syntax === 'json' ? ' ' : '#';
    assert.match(refused(comment.repeat(MOST_BYTES + 1), syntax), 'at most 65536 bytes');
  }
});

test('a key of the prototype changes no prototype and sets nothing', () => {
  for (const [text, syntax] of [
    ['__proto__: { polluted: true, threads: 4 }', 'yaml'],
    ['engine: { __proto__: { threads: 4 } }', 'yaml'],
    ['{"__proto__":{"polluted":true},"engine":{"__proto__":{"threads":4}}}', 'json'],
    ['[__proto__]\npolluted = true', 'toml'],
    ['constructor: { prototype: { polluted: true } }', 'yaml'],
  ] as const) {
    const { problems, entries } = layerOf(text, syntax);
    assert.ok(problems.length > 0, text);
    assert.is(entries.size, 0, text);
    assert.is(Reflect.get({}, 'polluted'), undefined);
    assert.is(Reflect.get({}, 'threads'), undefined);
  }
});

test('a variable of a child named __proto__ is only a variable', () => {
  const data = JSON.parse('{"external":{"environment":{"__proto__":"x","A":"1"}}}') as unknown;
  const { entries } = documentLayer(data, 'file', 'a.json');
  const value = entries.get('external.environment')?.value as Record<string, string> | undefined;
  assert.is(value?.['A'] ?? '1', '1');
  assert.is(Reflect.get({}, 'A'), undefined);
});

test('whatever the text, there are values or problems, and no exception', () => {
  const syntax = fc.constantFrom(...SYNTAXES);
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom('log: {', 'level: info', '[log]', 'level = "info"', '{"log":', '}', '&a', '*a'),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), syntax, (lines, form) => {
      const { problems, entries } = layerOf(lines.join('\n'), form);
      assert.ok(problems.length === 0 || problems.every(({ expected }) => expected !== ''));
      for (const { value } of entries.values()) assert.is.not(value, undefined);
    }),
    { numRuns: 500 },
  );
});

test('an empty file sets nothing and is fine', () => {
  for (const text of ['', '# nothing\n']) {
    const { problems, entries } = layerOf(text, 'yaml');
    assert.equal([problems.length, entries.size], [0, 0]);
  }
});

test.run();
