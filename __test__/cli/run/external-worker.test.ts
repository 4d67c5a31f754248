import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PROGRAM } from '../../workers/programs.js';
import { KEY, killPrograms, start, startNode } from './programs.js';

test('a program of somebody else mines a node, two at a time', async () => {
  const node = await startNode('--port', '0', '--difficulty', '50');
  const miner = start([
    ...['run', '--source', `chainweb+${node.url}`, '--public-key', KEY, '--worker', 'external'],
    ...['--external-worker-cmd', `"${process.execPath}" "${PROGRAM}" chainweb`],
    ...['--external-worker-lanes', '2', '--chains', '2', '--blocks', '3', '--json'],
    ...['--timeout', '240'],
  ]);
  assert.is(await miner.ended, 0, miner.stderr);
  const { blocks, hashes } = JSON.parse(miner.stdout);
  assert.ok(blocks.accepted >= 3 && blocks.rejected === 0 && hashes > 0);
  node.program.kill('SIGTERM');
  await node.program.ended;
});

test.after.each(killPrograms);

test.run();
