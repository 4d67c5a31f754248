/** What the tools of a development network do with the official client, in their order. */

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../../until.js';
import { KEY, killPrograms, type Program, start, startNode } from './programs.js';

const CHAINS = 20;

/** Blocks that the node has taken, by chain. */
function heights(node: Program): readonly number[] {
  const heights = Array.from({ length: CHAINS }, () => 0);
  for (const [, chain, height] of node.stdout.matchAll(
    /"extended","chain":(\d+),"height":(\d+)/g,
  )) {
    heights[Number(chain)] = Number(height);
  }
  return heights;
}

async function isReady(url: string): Promise<boolean> {
  try {
    const probe = await fetch(`${url}/make-blocks`, { method: 'POST', body: '{}' });
    return probe.status === 200 && (await probe.text()) === '[]';
  } catch {
    return false;
  }
}

const commands: [string, (url: string) => string[]][] = [
  ['chainweb', (url) => ['chainweb', '--node', new URL(url).host, '--no-tls']],
  ['run', (url) => ['run', '--source', `chainweb+${url}`]],
];

for (const [command, args] of commands) {
  test(`${command}: ready, two blocks of every chain, blocks on request, and none without`, async () => {
    const node = await startNode('--port', '0', '--disable-pow');
    const miner = start([
      ...args(node.url),
      ...['--public-key', KEY, '--worker', 'on-demand', '--on-demand-port', '0', '--chains', '20'],
      ...['--timeout', '240'],
    ]);
    const [, url = ''] = await miner.until('stderr', /POST (http:\S+)\/make-blocks/);
    const post = (goals: object) =>
      fetch(`${url}/make-blocks`, { method: 'POST', body: JSON.stringify(goals) });
    await until('the node is ready', () => isReady(url));
    assert.equal(heights(node.program), Array(CHAINS).fill(0));

    const two = Object.fromEntries(Array.from({ length: CHAINS }, (_, chain) => [chain, 2]));
    assert.is(await (await post(two)).text(), '[]');
    await until('every chain has grown', () =>
      heights(node.program).every((height) => height >= 2),
    );
    await until('nothing is mined', async () => {
      const { goals } = (await (await fetch(url)).json()) as { goals: object };
      return Object.keys(goals).length === 0;
    });

    const before = heights(node.program)[7] ?? 0;
    await post({ 7: 1 });
    await until('chain 7 grows', () => (heights(node.program)[7] ?? 0) > before);

    await post({ 3: 1000 });
    await until('chain 3 grows', () => (heights(node.program)[3] ?? 0) > 3);
    assert.is((await fetch(`${url}/goals`, { method: 'DELETE' })).status, 200);
    const refused = await post({ 20: 1 });
    assert.is(refused.status, 400);
    assert.match(await refused.text(), 'unknown chain "20"');

    miner.kill('SIGTERM');
    assert.is(await miner.ended, 130, miner.stderr);
    assert.not.match(miner.stderr, /rejected/);
    node.program.kill('SIGTERM');
    await node.program.ended;
  });
}

test.after.each(killPrograms);

test.run();
