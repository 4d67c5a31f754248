import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { killPrograms } from '../run/programs.js';
import { race } from './race.js';

test('two miners race, a node is killed and comes back, a fork is resolved, no accepted block is lost', async () => {
  const result = await race({
    blocks: [13, 7],
    apart: [6, 3],
    // Faster than wanted at first: difficulty rises, and does not get out of hand anywhere.
    rule: ['--difficulty', '2', '--max-difficulty', '3', '--interval', '5', '--block-time', '3600'],
  });
  assert.equal(result.exitCodes, [0, 0]);
  assert.ok(result.accepted.length >= 20, String(result.accepted.length));
  for (const nonce of result.accepted) assert.ok(result.known.has(nonce), nonce);
  assert.ok(Math.max(0, ...result.left) >= 1, String(result.left));
  assert.ok(new Set(result.difficulties.slice(1)).size > 1, String(result.difficulties));
});

test.after.each(killPrograms);

test.run();
