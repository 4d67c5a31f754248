import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { COMMANDS } from '../../ts/cli/commands.js';
import { LAYOUTS } from '../../ts/cli/layouts.js';
import * as everything from '../../ts/index.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SOURCES = new URL('../../ts/', import.meta.url).href;
const readme = readFileSync(`${ROOT}README.md`, 'utf8');

const blocks = [...readme.matchAll(/^```(?:js|ts)\n(.*?)^```$/gms)].map(([, code = '']) => code);

test('the README has code, and the first block is ten lines or fewer', () => {
  assert.ok(blocks.length >= 2);
  const lines = blocks[0]?.split('\n').filter((line) => line.trim() !== '') ?? [];
  assert.ok(lines.length > 0 && lines.length <= 10, `${lines.length} lines`);
});

blocks.forEach((code, index) => {
  test(`code block ${index + 1} of the README runs and prints what it says`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'pow-native-readme-'));
    try {
      const file = join(folder, 'block.mjs');
      writeFileSync(
        file,
        code.replace(/'@org\/pow-native(\/[a-z]+)?'/g, `'${SOURCES}.$1/index.ts'`),
      );
      const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', file], {
        cwd: ROOT,
        encoding: 'utf8',
        timeout: 120_000,
      });
      assert.is(status, 0, stderr);
      const promised = [...code.matchAll(/^console\.log\(.*\); \/\/ (.*)$/gm)].map(
        ([, text = '']) => text,
      );
      assert.ok(promised.length > 0, 'a block that promises nothing proves nothing');
      assert.equal(stdout.trim().split('\n'), promised);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

test('the README lists every command and every layout, and no other command', () => {
  for (const { name } of COMMANDS) assert.ok(readme.includes(`\`pow-native ${name}\``), name);
  for (const { name } of LAYOUTS) assert.ok(readme.includes(`\`${name}\``), name);
  const known = COMMANDS.map(({ name }) => name);
  const mentioned = [...readme.matchAll(/pow-native ([a-z]+)\b/g)].map(([, name = '']) => name);
  for (const name of mentioned) assert.ok(known.includes(name), `pow-native ${name}`);
});

test('the README names everything that the package exports', () => {
  for (const name of Object.keys(everything)) assert.match(readme, new RegExp(`\\b${name}\\b`));
});

test.run();
