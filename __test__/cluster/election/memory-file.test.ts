import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MemoryFile } from '../../../ts/cluster/election/memory-file.js';
import { thrown } from '../../fixtures.js';
import { freshFolder } from '../datasets/folder.js';

test('what was kept is there after a restart, and nothing else lies about', () => {
  const folder = freshFolder();
  const path = join(folder, 'epoch');
  const file = new MemoryFile(path);
  assert.equal(file.memory, { epoch: 0, led: 0 });
  file.keep({ epoch: 7, led: 5 });
  assert.equal(new MemoryFile(path).memory, { epoch: 7, led: 5 });
  assert.equal(readdirSync(folder), ['epoch']);
});

test('a file that is something else is refused: to begin at 0 again would be worse', () => {
  const path = join(freshFolder(), 'epoch');
  for (const text of [
    '',
    '{',
    '{"epoch":1}',
    '{"epoch":1,"led":2}',
    '{"epoch":1e99,"led":0}',
    '[]',
  ]) {
    writeFileSync(path, text);
    assert.match(String(thrown(() => new MemoryFile(path))), 'not what a node remembers');
  }
});

test('what cannot be kept is an error', () => {
  const path = join(freshFolder(), 'gone', 'epoch');
  const file = new MemoryFile(path);
  assert.instance(
    thrown(() => file.keep({ epoch: 1, led: 0 })),
    Error,
  );
  mkdirSync(join(path, '..'));
  file.keep({ epoch: 1, led: 0 });
  assert.equal(new MemoryFile(path).memory, { epoch: 1, led: 0 });
});

test.run();
