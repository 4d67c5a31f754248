import { existsSync, readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CASES } from './cases.js';

const ROOT = new URL('../../../', import.meta.url);
const rows = readFileSync(new URL('docs/cluster.md', ROOT), 'utf8')
  .split('\n')
  .filter((line) => /^\| \d+ \|/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()));

test('every fault stands in docs/cluster.md, under its number and name, and no other', () => {
  const expected = CASES.map(({ number, name }) => [String(number), name]);
  assert.equal(
    rows.map(([, number, name]) => [number, name]),
    expected,
  );
  assert.is(CASES.length, 15);
});

test('a fault that no case is for is in a folder of tests that exists, and the page says which', () => {
  for (const { number, on } of CASES) {
    for (const [column, where] of [on.tcp, on.nats].entries()) {
      if (typeof where !== 'string') continue;
      assert.ok(existsSync(new URL(`__test__/${where}`, ROOT)), where);
      assert.match(rows[number - 1]?.[4 + column] ?? '', new RegExp(`\`${where}\``));
    }
  }
});

test.run();
