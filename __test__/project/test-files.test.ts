import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { slowFiles, testFiles } from '../../scripts/test-runners.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Every file of the folder, found in another way than the runner finds them. */
const present = readdirSync(join(ROOT, '__test__'), { recursive: true, encoding: 'utf8' }).map(
  (path) => join('__test__', path),
);
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

for (const [name, found, ending] of [
  ['the runner', testFiles(), '.test.ts'],
  ['the runner of slow tests', slowFiles(), '.slow.ts'],
] as const) {
  test(`${name} knows every file that ends in ${ending}`, () => {
    const expected = present.filter((path) => path.endsWith(ending)).sort();
    assert.equal([...found].sort(), expected);
    assert.ok(expected.length > 0);
  });

  test(`every file of ${name} ends in test.run(), without which it would pass in silence`, () => {
    for (const file of found) assert.match(read(file), /\ntest\.run\(\);\n$/, file);
  });
}

test('no file tests anything under a name that the runner does not look for', () => {
  const others = present.filter(
    (path) => /\.[cm]?[jt]s$/.test(path) && !/\.(test|slow)\.ts$/.test(path),
  );
  for (const file of others) {
    assert.not.match(read(file), /^\w+\.run\(\);$/m, file);
  }
});

test.run();
