import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { KEY, killPrograms, PATIENT, start, startNode } from './programs.js';

const shorthand = (host: string, ...more: readonly string[]) => [
  ...['chainweb', '--node', host, '--no-tls', '--public-key', KEY, '--worker', 'cpu'],
  ...[...PATIENT, ...more],
];

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
