import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { KEY, killPrograms, start, startNode } from './programs.js';

const shorthand = (host: string, ...more: readonly string[]) => [
  ...['chainweb', '--node', host, '--no-tls', '--public-key', KEY, '--worker', 'cpu'],
  ...['--threads', '2', ...more],
];
const accepted = (text: string) => [...text.matchAll(/^accepted block /gm)].length;

test('blocks over 20 chains by one command; the node killed and started again in the middle', async () => {
  const node = await startNode('--port', '0', '--difficulty', '5000');
  const miner = start(shorthand(node.host, '--blocks', '120'));
  await miner.when((stderr) => accepted(stderr) >= 40);
  node.program.kill('SIGKILL');
  assert.is(await node.program.ended, null);
  await miner.until('stderr', /warn: (work|updates|solution): /);
  const before = accepted(miner.stderr);
  const again = await startNode('--port', new URL(node.url).port, '--difficulty', '5000');
  await miner.until('stderr', /the node gives work again/);
  assert.is(await miner.ended, 0, miner.stderr);
  assert.ok(accepted(miner.stderr) >= 120);
  again.program.kill('SIGTERM');
  await again.program.ended;
  const events = again.program.stdout
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => JSON.parse(line) as { kind: string; chain: number; height: number });
  const extended = events.filter(({ kind }) => kind === 'extended');
  assert.ok(extended.length >= 120 - before, `${extended.length} blocks after the restart`);
  assert.is(new Set(extended.map(({ chain }) => chain)).size, 20);
  assert.match(miner.stdout, /^chain-19 +\d/m);
});

test('run --json sums up in one object', async () => {
  const node = await startNode('--port', '0', '--difficulty', '1000');
  const miner = start([
    ...['run', '--source', `chainweb+${node.url}`, '--public-key', KEY, '--worker', 'cpu'],
    ...['--blocks', '20', '--json'],
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
  assert.is(report.source.reconnects, 0);
  node.program.kill('SIGTERM');
  await node.program.ended;
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`${signal} ends it with code 130 and a summary, also with a solution on its way`, async () => {
    const node = await startNode('--port', '0', '--difficulty', '1000', '--fault', 'solved=hang');
    const miner = start(shorthand(node.host, '--log-level', 'debug'));
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
