import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { asRead, watchFiles } from '../../../ts/cli/config/watch.js';
import { until } from '../../until.js';

const folder = mkdtempSync(join(tmpdir(), 'pow-native-watch-'));
test.after(() => rmSync(folder, { recursive: true }));

function fileOf(name: string): string {
  const path = join(folder, name);
  writeFileSync(path, 'a: 1\n');
  return path;
}

/** As editors do it; another file, whatever its time and its size. */
function replace(path: string): void {
  writeFileSync(`${path}.new`, 'a: 2\n');
  renameSync(`${path}.new`, path);
}

test('a file that changed after it was read and before it was watched is told of, no other', async () => {
  const [changed, same] = [fileOf('changed.yaml'), fileOf('same.yaml')];
  const read = [changed, same].map(asRead);
  replace(changed);
  const told: string[] = [];
  const watching = watchFiles(read, (path) => told.push(path));
  await until('the first change', () => told.length > 0);
  replace(changed);
  await until('the second change', () => told.length > 1);
  watching.stop();
  assert.equal(told, [changed, changed]);
});

test('a file that goes is told of, and so is one that comes', async () => {
  const path = fileOf('goes.yaml');
  const read = [asRead(path)];
  rmSync(path);
  const told: string[] = [];
  const watching = watchFiles(read, (changed) => told.push(changed));
  await until('it is gone', () => told.length === 1);
  writeFileSync(path, 'a: 1\n');
  await until('it is there again', () => told.length === 2);
  watching.stop();
});

test.run();
