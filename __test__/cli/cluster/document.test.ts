import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cluster } from '../../../ts/cli/cluster.js';
import { runHere } from '../program.js';

const page = readFileSync(new URL('../../../docs/cluster.md', import.meta.url), 'utf8');
const names = cluster.subcommands?.map(({ name }) => name) ?? [];

test('docs/cluster.md names every command of a cluster, and no other', () => {
  const mentioned = [...page.matchAll(/(?:pow-native |`)cluster ([a-z]+)\b/g)];
  assert.equal([...new Set(mentioned.map(([, name = '']) => name))].sort(), [...names].sort());
});

test('docs/cluster.md names no flag that the help of no command has', async () => {
  const flags = new Set(page.match(/--(?:cluster-|join|out|master-nkey|worker-nkey)[a-z-]*/g));
  assert.ok(flags.size > 10);
  let all = '';
  for (const name of names) all += (await runHere(['cluster', name, '--help'])).stdout;
  for (const flag of flags) assert.match(all, new RegExp(`${flag}\\b(?!-)`), flag);
});

test.run();
