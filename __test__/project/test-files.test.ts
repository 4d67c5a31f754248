import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { testFiles } from '../../scripts/test-runners.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Every file of the folder, found in another way than the runner finds them. */
const present = readdirSync(join(ROOT, '__test__'), { recursive: true, encoding: 'utf8' }).map(
  (path) => join('__test__', path),
);
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

test('the runner knows every test file', () => {
  const expected = present.filter((path) => path.endsWith('.test.ts')).sort();
  assert.equal(testFiles().sort(), expected);
  assert.ok(expected.length > 0);
});

test('every test file ends in test.run(), without which it would pass in silence', () => {
  for (const file of testFiles()) {
    assert.match(read(file), /\ntest\.run\(\);\n$/, file);
  }
});

test('no file tests anything under a name that the runner does not look for', () => {
  const others = present.filter((path) => /\.[cm]?[jt]s$/.test(path) && !path.endsWith('.test.ts'));
  for (const file of others) {
    assert.not.match(read(file), /\.run\(\);/, file);
  }
});

test.run();
