import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const ROOT = new URL('../../', import.meta.url);
const CLUSTER = 'ts/cluster';
/** Files beside `queue.ts` that all may know. */
const SHARED = ['share-target', 'statement'];

/** Leftmost first, as ARCHITECTURE.md draws it. */
const layers = /^queue ◀ .*$/m
  .exec(readFileSync(new URL('ARCHITECTURE.md', ROOT), 'utf8'))?.[0]
  .split(/[^a-z-]+/) as readonly string[];

const files = readdirSync(new URL(CLUSTER, ROOT), { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.ts') && path !== 'index.ts')
  .map((path) => `${CLUSTER}/${path}`);

/** The folder, or the file beside the folders; `source.ts` is one with its folder. */
function layerOf(file: string): string {
  const [first = ''] = posix.relative(CLUSTER, file).split('/');
  const name = first.replace(/\.ts$/, '');
  return SHARED.includes(name) ? 'queue' : name;
}

test('every part of the cluster has its place in the order', () => {
  assert.equal([...new Set(files.map(layerOf))].sort(), [...layers].sort());
});

test('inside the cluster, imports go to the left only', () => {
  const wrong: string[] = [];
  let seen = 0;
  for (const file of files) {
    const text = readFileSync(new URL(file, ROOT), 'utf8');
    for (const [, path = ''] of text.matchAll(/(?:from |import\()'(\.[^']+)\.js'/g)) {
      const to = posix.join(posix.dirname(file), path);
      if (!to.startsWith(`${CLUSTER}/`)) continue;
      seen += 1;
      if (layers.indexOf(layerOf(to)) > layers.indexOf(layerOf(file))) wrong.push(`${file}: ${to}`);
    }
  }
  assert.ok(seen > 100);
  assert.equal(wrong, []);
});

test.run();
