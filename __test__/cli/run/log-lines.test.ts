/** What the real program logs, and where. */

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { KEY, killPrograms, start, startNode } from './programs.js';

test.after.each(killPrograms);

test('elsewhere than on a terminal every log line is JSON, and --json keeps stdout to itself', async () => {
  const node = await startNode('--port', '0', '--difficulty', '1000');
  const miner = start(
    ['run', '--source', `chainweb+${node.url}`, '--public-key', KEY, '--threads', '1', '--json'],
    undefined,
    { POW_NATIVE_LOG_FORMAT: 'auto', POW_NATIVE_BLOCKS: '5' },
  );
  assert.is(await miner.ended, 0, miner.stderr);
  const lines = miner.stderr.trim().split('\n');
  const accepted = lines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ result }) => result === 'accepted');
  assert.ok(accepted.length >= 5);
  assert.match(String(accepted[0]?.['msg']), /^accepted block {2}chain-\d+ {2}nonce \d+$/);
  assert.match(String(accepted[0]?.['lane']), /^chain-\d+$/);
  assert.is(JSON.parse(miner.stdout).result, 'done');
  node.program.kill('SIGTERM');
  await node.program.ended;
});

test('a failure is the last JSON line of the log, and the exit code is 1', async () => {
  const node = await startNode('--port', '0', '--public-key', 'cd'.repeat(32));
  const args = ['run', '--source', `chainweb+${node.url}`, '--public-key', KEY, '--threads', '1'];
  const miner = start(args, undefined, { POW_NATIVE_LOG_FORMAT: 'json' });
  assert.is(await miner.ended, 1, miner.stderr);
  const last = JSON.parse(miner.stderr.trim().split('\n').at(-1) ?? '') as Record<string, string>;
  assert.is(last['level'], 'error');
  assert.match(last['msg'] ?? '', /Unauthorized|status 403/);
  node.program.kill('SIGTERM');
  await node.program.ended;
});

test.run();
