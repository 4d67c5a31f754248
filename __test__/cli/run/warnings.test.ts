import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { KEY, killPrograms, start, startNode } from './programs.js';

test('a thread that could not be pinned is told of once', async () => {
  const node = await startNode('--port', '0', '--difficulty', '1000');
  const miner = start([
    ...['run', '--source', `chainweb+${node.url}`, '--public-key', KEY, '--blocks', '3'],
    ...['--threads', '2', '--affinity', '65535'],
  ]);
  assert.is(await miner.ended, 0, miner.stderr);
  assert.is([...miner.stderr.matchAll(/^warn: .*\bpin/gm)].length, 1, miner.stderr);
  node.program.kill('SIGTERM');
  await node.program.ended;
});

test.after.each(killPrograms);

test.run();
