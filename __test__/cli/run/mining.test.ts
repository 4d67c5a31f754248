import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { mineThroughKills } from './killed-node.js';
import { KEY, killPrograms, start, startNode } from './programs.js';

/** A busy machine is slow to answer, and lets threads of background priority wait for minutes. */
const FLAGS = ['--threads', '2', '--priority', 'normal', '--timeout', '240'];

const shorthand = (host: string, ...more: readonly string[]) => [
  ...['chainweb', '--node', host, '--no-tls', '--public-key', KEY, '--worker', 'cpu'],
  ...[...FLAGS, ...more],
];

test('40 blocks over 20 chains by one command; the node killed in the middle: none is lost', async () => {
  const { inChain, accepted, lost, backAfterMs, summary } = await mineThroughKills({
    ...{ blocks: 40, kills: 1, overdueMs: 280_000 },
    nodeFlags: ['--difficulty', '5000', '--window', '0'],
    minerFlags: FLAGS,
  });
  assert.equal(lost, []);
  assert.ok(accepted >= 40 && inChain.length >= accepted, `${accepted} of ${inChain.length}`);
  assert.is(backAfterMs.length, 1, 'mining went on by itself');
  assert.match(summary, /^chain-\d+ +\d/m);
});

test('run --json sums up in one object', async () => {
  const node = await startNode('--port', '0', '--difficulty', '1000');
  const miner = start([
    ...['run', '--source', `chainweb+${node.url}`, '--public-key', KEY, '--worker', 'cpu'],
    ...['--blocks', '20', '--json', ...FLAGS],
  ]);
  assert.is(await miner.ended, 0, miner.stderr);
  const report = JSON.parse(miner.stdout);
  assert.is(report.result, 'done');
  assert.ok(report.blocks.accepted >= 20);
  assert.is(report.blocks.rejected + report.blocks.stale + report.blocks.duplicate, 0);
  assert.ok(report.hashes > 0 && report.hashesPerSecond > 0);
  for (const { lane, hashesPerSecond } of report.lanes) {
    assert.match(lane, /^chain-\d+$/);
    assert.ok(hashesPerSecond >= 0);
  }
  assert.ok(report.source.requests.solved.count >= 20);
  node.program.kill('SIGTERM');
  await node.program.ended;
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`${signal} ends it with code 130 and a summary, also with a solution on its way`, async () => {
    const node = await startNode('--port', '0', '--difficulty', '1000', '--fault', 'solved=hang');
    const miner = start(shorthand(node.host, '--log-level', 'debug'));
    // The solution comes a few thousand hashes later; before it or after, the end is the same.
    await miner.until('stderr', /chain-\d+: new work/);
    await new Promise((resolve) => setTimeout(resolve, 300));
    miner.kill(signal);
    assert.is(await miner.ended, 130, miner.stderr);
    assert.match(miner.stdout, /^blocks +0 accepted/m);
    node.program.kill('SIGTERM');
    await node.program.ended;
  });

  test(`${signal} ends it with code 130 while no node is there`, async () => {
    const miner = start(shorthand('127.0.0.1:1'));
    await miner.until('stderr', /warn: work: .*ECONNREFUSED/);
    miner.kill(signal);
    assert.is(await miner.ended, 130, miner.stderr);
  });
}

test.after.each(killPrograms);

test.run();
