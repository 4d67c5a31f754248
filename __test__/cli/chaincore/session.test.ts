import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { killPrograms, start } from '../run/programs.js';
import { WALLET } from './race.js';

test.after.each(killPrograms);

const EASY = ['--difficulty', '1', '--no-adjust'];

async function startNode(...args: readonly string[]) {
  const program = start(['chaincore', 'devnode', '--json', '--port', '0', ...args]);
  const [, url = ''] = await program.until('stdout', /"url":"(http[^"]+)"/);
  return { program, url };
}

test('run mines for a ChainCore node, and --json sums up in one object', async () => {
  const node = await startNode(...EASY);
  const miner = start([
    ...['run', '--source', `chaincore+${node.url}`, '--wallet', WALLET, '--blocks', '5', '--json'],
  ]);
  assert.is(await miner.ended, 0, miner.stderr);
  const report = JSON.parse(miner.stdout);
  assert.ok(report.blocks.accepted >= 5);
  assert.is(report.blocks.rejected, 0);
  assert.is(report.source.requests.submit.failures, 0);
});

test('--stats ends with every number, also when the node has gone and Ctrl+C ends it', async () => {
  const node = await startNode(...EASY);
  const args = ['chaincore', '--node', node.url, '--wallet', WALLET, '--stats', '--json'];
  const miner = start(args);
  await miner.until('stderr', /accepted block/);
  node.program.kill('SIGKILL');
  await miner.until('stderr', /ECONNREFUSED|closed|reset|hang up/);
  miner.kill('SIGINT');
  assert.is(await miner.ended, 130, miner.stderr);
  const [, second = ''] = miner.stdout.trim().split('\n');
  const { stats } = JSON.parse(second);
  assert.ok(stats.outcomes.accepted >= 1);
  assert.ok(stats.hashes > 0 && stats.threads.length >= 1 && stats.memoryBytes > 0);
  assert.ok(stats.latencyMs.template > 0 && stats.cpuPercent > 0);
  assert.equal(Object.keys(stats.hashesPerSecond), ['now', '1 min', '15 min']);
});

test('--quiet says nothing of a block, and a node that is not there is waited for', async () => {
  const node = await startNode(...EASY);
  const miner = start([
    ...['chaincore', '--node', node.url, '--wallet', WALLET, '--quiet', '--blocks', '2'],
  ]);
  assert.is(await miner.ended, 0);
  assert.not.match(miner.stderr, 'accepted block');
  const wrong = start([
    'chaincore',
    '--node',
    `${node.url.replace(/\d+$/, '1')}`,
    '--wallet',
    WALLET,
  ]);
  await wrong.until('stderr', /ECONNREFUSED/);
  wrong.kill('SIGTERM');
  assert.is(await wrong.ended, 130);
});

test.run();
