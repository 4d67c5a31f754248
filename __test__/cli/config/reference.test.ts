import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PAGES } from '../../../scripts/write-docs.mjs';
import { chainweb } from '../../../ts/cli/chainweb.js';
import { FLAG_ALIASES } from '../../../ts/cli/config/aliases.js';
import { SETTINGS } from '../../../ts/cli/config/schema.js';
import { run } from '../../../ts/cli/run.js';
import { WORKERS } from '../../../ts/workers/registry.js';
import { runHere } from '../program.js';

for (const [path, page] of PAGES) {
  test(`${path} is what npm run docs writes`, () => {
    const committed = readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
    assert.ok(committed === page(), `${path}: run npm run docs`);
  });
}

/** Flags that say where settings are, or ask for an answer instead of mining. */
const NO_SETTINGS = [
  ...['--config-file', '--remote-config', '--json', '--help', '--version', '--info', '--long-info'],
  ...['--license', '--generate-key', '--print-config', '--print-config-as'],
];

for (const row of [run, chainweb]) {
  test(`every flag of ${row.name} is a setting, and says what the schema says`, async () => {
    const command = new Command(row.name);
    row.addFlags(command);
    const settings = new Map([...SETTINGS.values()].map((setting) => [setting.flag, setting]));
    const others = [...NO_SETTINGS, ...FLAG_ALIASES.map(({ flag }) => flag)];
    for (const { long, negate, description } of command.options) {
      const flag = long ?? '';
      if (negate || others.includes(flag)) continue;
      if (/^with \w+$/.test(description)) continue; // of the official client, for no worker here
      const meta = settings.get(flag)?.meta;
      assert.is(meta?.ofFlag ?? meta?.description, description, flag);
    }
  });
}

test('every setting is a flag of run, of chainweb or of a node of a cluster', async () => {
  const helps = [await runHere(['run', '--help']), await runHere(['chainweb', '--help'])];
  for (const node of ['auto', 'worker']) helps.push(await runHere(['cluster', node, '--help']));
  for (const { flag, path } of SETTINGS.values()) {
    assert.ok(
      helps.some(({ stdout }) => stdout.includes(flag)),
      `${path}: ${flag}`,
    );
  }
});

test('flags and variables are unique, and every setting has its words', () => {
  const rows = [...SETTINGS.values()];
  for (const names of [rows.map(({ flag }) => flag), rows.map(({ variable }) => variable)]) {
    assert.is(new Set(names).size, names.length);
  }
  for (const { path, meta, schema, fallback } of rows) {
    assert.ok(meta.description !== '' && meta.expected !== '', path);
    assert.match(path, /^[\w-]+(\.\w+)?$/);
    if (fallback !== undefined) assert.ok(schema.safeParse(fallback).success, path);
  }
});

/** Where the options of the cpu worker are, that others have, too. */
const SHARED = { section: 'engine', elsewhere: ['seed'] };

test('every option of every worker is a setting', () => {
  for (const { name, options } of WORKERS) {
    for (const option of Object.keys(options)) {
      const known =
        SETTINGS.has(`${name}.${option}`) || SETTINGS.has(`${SHARED.section}.${option}`);
      assert.ok(
        known || (name === 'cpu' && SHARED.elsewhere.includes(option)),
        `${name}.${option}`,
      );
    }
  }
});

test('what opens a listener, starts a program or names a path is local', () => {
  for (const { path, meta } of SETTINGS.values()) {
    const isLocal =
      /^(external\.(command|args|environment)|.*\.(host|ports?|\w+Port|tlsKey|tlsCert|tlsCa|file|\w+(File|Folder)|ca|token))$/.test(
        path,
      );
    assert.is(meta.local === true, isLocal, path);
  }
});

test.run();
