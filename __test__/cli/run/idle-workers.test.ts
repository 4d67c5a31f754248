import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { KEY, killPrograms, start, startNode } from './programs.js';

/** Any worker that does no work, and what makes it quick. */
const IDLE: [string, string[]][] = [
  ['simulation', ['--hash-rate', '100M']],
  ['constant-delay', ['--constant-delay-block-time', '0.2']],
];

for (const [worker, flags] of IDLE) {
  test(`${worker} mines a node that asks for no work`, async () => {
    const node = await startNode('--port', '0', '--disable-pow');
    const common = ['--public-key', KEY, '--blocks', '30', '--json', '--timeout', '240'];
    const miner = start(['chainweb', '--node', node.host, ...common, '-w', worker, ...flags]);
    assert.is(await miner.ended, 0, miner.stderr);
    const { blocks, hashes } = JSON.parse(miner.stdout);
    assert.ok(blocks.accepted >= 30 && hashes > 0);
    node.program.kill('SIGTERM');
    await node.program.ended;
  });
}

test('a node that asks for work after all: the miner says what that means, once', async () => {
  const node = await startNode('--port', '0', '--difficulty', '1e12');
  const miner = start([
    ...['chainweb', '--node', node.host, '--public-key', KEY],
    ...['--worker', 'constant-delay', '--constant-delay-block-time', '0.2'],
  ]);
  await miner.when((stderr) => [...stderr.matchAll(/rejected block/g)].length >= 5);
  const told = miner.stderr.match(/asks for proof of work, and constant-delay does none/g);
  assert.is(told?.length, 1, miner.stderr);
  miner.kill('SIGTERM');
  assert.is(await miner.ended, 130);
  node.program.kill('SIGTERM');
  await node.program.ended;
});

test.after.each(killPrograms);

test.run();
