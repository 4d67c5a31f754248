import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { COMMANDS } from '../../ts/cli/commands.js';
import { LAYOUTS } from '../../ts/cli/layouts.js';
import { runHere, spawnProgram } from './program.js';

test('--help lists every command', async () => {
  const { code, stdout } = await runHere(['--help']);
  assert.is(code, 0);
  for (const { name } of COMMANDS) assert.match(stdout, new RegExp(`^ +${name}\\b`, 'm'));
});

for (const { name, example } of COMMANDS) {
  test(`${name} --help shows --json and an example`, async () => {
    const { code, stdout } = await runHere([name, '--help']);
    assert.is(code, 0);
    assert.match(stdout, '--json');
    assert.ok(stdout.includes(`$ ${example}`));
    assert.ok(example.startsWith(`pow-native ${name}`));
  });
}

test('mine --help lists every layout', async () => {
  const { stdout } = await runHere(['mine', '--help']);
  for (const { name, summary } of LAYOUTS) {
    assert.ok(stdout.includes(name) && stdout.includes(summary), name);
  }
});

test('the example of mine finds a nonce', async () => {
  const example = COMMANDS.find(({ name }) => name === 'mine')?.example;
  assert.ok(example);
  const { code, stdout, stderr } = await spawnProgram(example.split(' ').slice(1));
  assert.is(code, 0, stderr);
  assert.match(stdout, /^nonce +\d/m);
});

test('--version prints the version of the package', async () => {
  const { code, stdout } = await runHere(['--version']);
  assert.is(code, 0);
  assert.match(stdout, /^\d+\.\d+\.\d+/);
});

test.run();
