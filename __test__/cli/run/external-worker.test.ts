import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../../until.js';
import { isAlive, PROGRAM, pidIn } from '../../workers/programs.js';
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

for (const [signals, grace] of [
  [1, '0.05'],
  [2, '60'],
] as const) {
  test(`${signals} SIGINT end the miner and a program that ignores SIGTERM`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pow-native stubborn '));
    const file = join(folder, 'pid');
    const node = await startNode('--port', '0', '--difficulty', '1e12');
    const miner = start([
      ...['run', '--source', `chainweb+${node.url}`, '--public-key', KEY, '--worker', 'external'],
      ...['--external-worker-cmd', `"${process.execPath}" "${PROGRAM}" stubborn "${file}"`],
      ...['--external-worker-grace', grace, '--timeout', '240'],
    ]);
    try {
      const pid = await pidIn(file);
      miner.kill('SIGINT');
      // Two at the same time may come as one.
      for (let i = 1; i < signals; i++) await sleep(200).then(() => miner.kill('SIGINT'));
      assert.is(await miner.ended, 130, miner.stderr);
      // The summary is for who waits.
      assert.is(miner.stdout === '', signals > 1);
      await until('the program is gone', () => !isAlive(pid));
    } finally {
      rmSync(folder, { recursive: true });
    }
    node.program.kill('SIGTERM');
    await node.program.ended;
  });
}

test.after.each(killPrograms);

test.run();
