import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string) => readFileSync(`${ROOT}${path}`, 'utf8');
const architecture = read('ARCHITECTURE.md');

for (const page of ['README.md', 'ARCHITECTURE.md']) {
  test(`every file that ${page} links to exists`, () => {
    const links = [...read(page).matchAll(/\]\(([^)#:]+)\)/g)].map(([, path = '']) => path);
    assert.ok(links.length > 0);
    for (const path of links) assert.ok(existsSync(`${ROOT}${path}`), path);
  });
}

test('every npm dependency has its reason', () => {
  const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<
    'dependencies' | 'devDependencies',
    Record<string, string>
  >;
  for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
    assert.ok(architecture.includes(`\`${name}\``), name);
  }
});

test('every crate that ours depend on has its reason', () => {
  const own = readdirSync(`${ROOT}crates`);
  for (const crate of own) {
    const manifest = read(`crates/${crate}/Cargo.toml`);
    for (const section of manifest.split(/^(?=\[)/m)) {
      // `dependencies`, whatever stands before: dev-, build-, target.
      if (!/^\[.*dependencies\]$/m.test(section)) continue;
      for (const [, name = ''] of section.matchAll(/^([\w-]+) *[=.]/gm)) {
        assert.ok(own.includes(name) || architecture.includes(`\`${name}\``), `${crate}: ${name}`);
      }
    }
  }
});

test.run();
