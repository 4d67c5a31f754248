import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const PAGE = new URL('../../docs/chainweb.md', import.meta.url);

/** File and name of every test that the page names, in rows and behind a link to the file. */
const named = readFileSync(PAGE, 'utf8')
  .split('\n')
  .flatMap((line) =>
    line.split(/(?=\[[\w-]+\]\()/).flatMap((part) => {
      const [, file = ''] = /^\[[\w-]+\]\(([^)]+)\)/.exec(part) ?? [];
      return [...part.matchAll(/“([^”]+)”/g)].map(([, name = '']) => ({ file, name }));
    }),
  );

test('the page names tests, and every one of them exists', () => {
  assert.ok(named.length >= 40, `${named.length} tests`);
  for (const { file, name } of named) {
    assert.ok(file.endsWith('.test.ts'), `${name} has no file`);
    const text = readFileSync(new URL(file, PAGE), 'utf8');
    assert.ok(text.includes(name), `${file} has no test “${name}”`);
  }
});

test('every row of its tables names a test', () => {
  const rows = readFileSync(PAGE, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (The node|There) \|/.test(line));
  assert.ok(rows.length >= 30);
  for (const row of rows) assert.match(row, /\.test\.ts\) “/);
});

test.run();
