import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { endEverything, openNode } from '../../chainweb/source/running-source.js';
import { mineThroughKills } from './killed-node.js';
import { KEY, killPrograms, PATIENT, start } from './programs.js';

test('40 blocks over 20 chains by one command; the node killed in the middle: none is lost', async () => {
  const { inChain, accepted, lost, backAfterMs, summary } = await mineThroughKills({
    ...{ blocks: 40, kills: 1, overdueMs: 280_000 },
    nodeFlags: ['--difficulty', '5000', '--window', '0'],
    minerFlags: PATIENT,
  });
  assert.equal(lost, []);
  assert.ok(accepted >= 40 && inChain.length >= accepted, `${accepted} of ${inChain.length}`);
  assert.is(backAfterMs.length, 1, 'mining went on by itself');
  assert.match(summary, /^chain-\d+ +\d/m);
});

test('run --json sums up in one object', async () => {
  const node = await openNode({ difficulty: 1000 });
  const miner = start([
    ...['run', '--source', `chainweb+${node.url}`, '--public-key', KEY, '--worker', 'cpu'],
    ...['--blocks', '20', '--json', ...PATIENT],
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
});

test.after.each(killPrograms);
test.after.each(endEverything);

test.run();
