import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { killPrograms, start } from '../run/programs.js';
import { WALLET } from './race.js';

test.after.each(killPrograms);

async function startNode(...args: readonly string[]) {
  const program = start(['chaincore', 'devnode', '--json', '--port', '0', ...args]);
  const [, url = ''] = await program.until('stdout', /"url":"(http[^"]+)"/);
  return { program, url };
}

test('a round says whether its range or its time ran out', async () => {
  const node = await startNode('--difficulty', '12', '--no-adjust');
  const args = ['chaincore', '--node', node.url, '--wallet', WALLET, '--single-core'];
  const ranged = start([...args, '--worker-range', '1000']);
  await ranged.until('stderr', /the range ran out, time did not.*fetching a new template/);
  ranged.kill('SIGTERM');
  assert.is(await ranged.ended, 130);
  const timed = start([...args, '--timeout', '1']);
  await timed.until('stderr', /time ran out, the range did not.*fetching a new template/);
  timed.kill('SIGTERM');
  assert.is(await timed.ended, 130);
});

test('SIGHUP reads the rule file again; a bad one keeps the old rule and says so', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pow-native-rule-'));
  try {
    const file = join(folder, 'rule.json');
    writeFileSync(file, '{"baseline": 3}');
    const node = await startNode('--rule-file', file);
    const difficulty = async () => {
      const answer = await fetch(`${node.url}/status`);
      return ((await answer.json()) as { target_difficulty: number }).target_difficulty;
    };
    assert.is(await difficulty(), 3);
    writeFileSync(file, '{"baseline": 77}');
    node.program.kill('SIGHUP');
    await node.program.until('stdout', /"kind":"kept".*rule.baseline/);
    assert.is(await difficulty(), 3);
    writeFileSync(file, '{"baseline": 5}');
    node.program.kill('SIGHUP');
    await node.program.until('stdout', /"kind":"reloaded"/);
    assert.is(await difficulty(), 5);
    node.program.kill('SIGTERM');
    assert.is(await node.program.ended, 130);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.run();
