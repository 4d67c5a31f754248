import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runHere } from '../program.js';
import { KEY, killPrograms, start, startNode } from '../run/programs.js';
import { HARD, pidOf, seen } from './miners.js';
import { freshRuntimeFolder, onUnix, removeRuntimeFolders } from './runtime-folder.js';

test.before.each(freshRuntimeFolder);
test.after.each(() => {
  killPrograms();
  removeRuntimeFolders();
});

onUnix(
  'two programs that mine are seen at once, with rates, jobs, outcomes and threads',
  async () => {
    const node = await startNode('--port', '0', '--difficulty', '1000');
    start(['run', '--source', `chainweb+${node.url}`, '--public-key', KEY, '--threads', '3']);
    start(HARD);
    const both = await seen(
      (all) =>
        all.length === 2 &&
        all.every(({ hashes }) => hashes > 0) &&
        all.some(({ blocks }) => (blocks?.accepted ?? 0) > 0),
    );
    const [mine, run] = ['mine', 'run'].map((name) => both.find(({ command }) => command === name));
    assert.is(mine?.threads.length, 2);
    assert.is(mine?.blocks, null);
    assert.equal(
      mine?.jobs.map(({ lane }) => lane),
      ['sha256'],
    );
    assert.is(run?.threads.length, 3);
  },
);

onUnix('--once prints a table and ends; --pid shows one process alone', async () => {
  const pid = await pidOf(start(HARD));
  const once = await runHere(['top', '--once']);
  assert.is(once.code, 0, once.stderr);
  assert.match(once.stdout, new RegExp(`^mine ${pid} \\| .*H/s`));
  assert.match(once.stdout, /^ +thread +rate +busy +starved +waiting +job +last error$/m);
  assert.not.match(once.stdout, '\x1b');
  const one = await runHere(['top', '--once', '--json', '--pid', String(pid)]);
  assert.is(JSON.parse(one.stdout).processes.length, 1);
  const other = await runHere(['top', '--once', '--pid', '4194305']);
  assert.is(other.code, 1);
  assert.match(other.stderr, 'no mining process 4194305');
});

test.run();
