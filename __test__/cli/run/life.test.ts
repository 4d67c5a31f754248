/** How a session ends: what is in flight is finished, servers are closed, the exit code says why. */

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type HoldingNode, startHoldingNode } from './holding-node.js';
import { KEY, killPrograms, start } from './programs.js';

test.after.each(killPrograms);

const mine = (url: string, ...more: readonly string[]) =>
  start([
    ...['run', '--source', `chainweb+${url}`, '--public-key', KEY, '--threads', '1'],
    ...['--priority', 'normal', '--timeout', '240', ...more],
  ]);

async function withHoldingNode(use: (node: HoldingNode) => Promise<void>): Promise<void> {
  const node = await startHoldingNode('--difficulty', '1000');
  try {
    await use(node);
  } finally {
    await node.close();
  }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`${signal} while a solution is on its way: it arrives, and the exit code is 130`, async () => {
    await withHoldingNode(async (node) => {
      const miner = mine(node.url);
      await node.solutionWaits;
      miner.kill(signal);
      await new Promise((resolve) => setTimeout(resolve, 100));
      node.letThrough();
      assert.is(await miner.ended, 130, miner.stderr);
      assert.match(node.said(), '"kind":"extended"');
      assert.match(miner.stdout, /^blocks +\d/m);
    });
  });
}

test('a second signal ends it at once, whatever is still on its way', async () => {
  await withHoldingNode(async (node) => {
    const miner = mine(node.url);
    await node.solutionWaits;
    miner.kill('SIGINT'); // two of a kind might be delivered as one
    miner.kill('SIGTERM');
    assert.is(await miner.ended, 130, miner.stderr);
    assert.is(miner.stdout, '', 'no time for a summary');
    assert.not.match(node.said(), '"kind":"extended"');
  });
});

test('a server of the session is closed with it: metrics are answered until then', async () => {
  await withHoldingNode(async (node) => {
    const miner = mine(node.url, '--metrics-port', '0');
    const [, url = ''] = await miner.until('stderr', /metrics and health on (http:\S+)/);
    assert.is((await fetch(new URL('/health/live', url))).status, 200);
    miner.kill('SIGTERM');
    node.letThrough();
    assert.is(await miner.ended, 130, miner.stderr);
    const late = await fetch(new URL('/health/live', url)).catch(() => null);
    assert.is(late, null);
  });
});

test.run();
