import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BIOME = join(ROOT, 'node_modules/@biomejs/biome/bin/biome');

/** A module, and the rank that it may import at or below. Protocols have one rank, yet never meet. */
interface Module {
  readonly file: string;
  readonly rank: number;
  readonly protocol?: string;
}

const PROTOCOLS = ['chainweb', 'stratum', 'chaincore', 'cluster', 'puzzles'];
const MODULES: readonly Module[] = [
  { file: 'errors', rank: 0 },
  { file: 'native/contract', rank: 1 },
  { file: 'native/portable/engine', rank: 1 },
  { file: 'core/work', rank: 2 },
  { file: 'miner/ports', rank: 3 },
  { file: 'bitcoin/header', rank: 4 },
  { file: 'chainweb/codec', rank: 4 },
  { file: 'chainweb/codec/header', rank: 4 },
  { file: 'chaincore/codec', rank: 4 },
  { file: 'chaincore/codec/header', rank: 4 },
  ...PROTOCOLS.map((protocol) => ({ file: `${protocol}/client`, rank: 5, protocol })),
  { file: 'workers/cpu', rank: 6 },
  { file: 'metrics/registry', rank: 7 },
  { file: 'cli/commands', rank: 8 },
  { file: 'cli/bench/works', rank: 8 },
];

function mayImport(from: Module, to: Module): boolean {
  if (from.protocol !== undefined && to.protocol !== undefined)
    return from.protocol === to.protocol;
  // A codec may be split into files; two codecs may share what is left of them, not each other.
  if (from.rank === 4 && to.rank === 4) {
    const [a, b] = [from, to].map(({ file }) => file.split('/')[0]);
    return a === b || b === 'bitcoin';
  }
  return to.rank <= from.rank;
}

/** What Biome says, with our rules and no others, about files of a project: `path:line` of each. */
function complaints(rule: string, sources: ReadonlyMap<string, string>): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'direction '));
  try {
    for (const name of ['biome.json', 'biome.direction.json', '.gitignore']) {
      cpSync(join(ROOT, name), join(folder, name));
    }
    for (const [path, source] of sources) {
      mkdirSync(join(folder, dirname(path)), { recursive: true });
      writeFileSync(join(folder, path), source);
    }
    const args = [BIOME, 'lint', `--only=${rule}`, '--reporter=json', '--max-diagnostics=none'];
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
    const report = stdout.split('\n').find((line) => line.startsWith('{'));
    assert.ok(report, stderr);
    const { diagnostics } = JSON.parse(report) as { diagnostics: Diagnostic[] };
    return diagnostics.map(({ location: { path, start } }) => `${path}:${start.line}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Diagnostic {
  readonly location: { readonly path: string; readonly start: { readonly line: number } };
}

function specifier(from: string, to: string): string {
  const path = posix.relative(dirname(from), to);
  return `${path.startsWith('.') ? '' : './'}${path}.js`;
}

test('every import against the direction goes red, and no other', () => {
  const sources = new Map<string, string>();
  const wrong: string[] = [];
  for (const from of MODULES) {
    const lines = MODULES.map((to) =>
      from === to ? '' : `export * from '${specifier(from.file, to.file)}';`,
    );
    sources.set(`ts/${from.file}.ts`, lines.join('\n'));
    MODULES.forEach((to, i) => {
      if (from !== to && !mayImport(from, to)) wrong.push(`ts/${from.file}.ts:${i + 1}`);
    });
  }
  assert.equal([...complaints('noRestrictedImports', sources)].sort(), wrong.sort());
});

test('only the binding may load the addon, and nothing inside imports the package root', () => {
  const sources = new Map(
    ['core/a', 'native/portable/b', 'stratum/c', 'metrics/d'].map((file) => {
      const [root, addon] = [specifier(file, 'index'), specifier(`ts/${file}`, 'native/index')];
      return [`ts/${file}.ts`, `export * from '${root}';\nexport * from '${addon}';`];
    }),
  );
  const wrong = [...sources.keys()].flatMap((path) => [`${path}:1`, `${path}:2`]);
  assert.equal([...complaints('noRestrictedImports', sources)].sort(), wrong.sort());
});

test('two modules that import each other go red', () => {
  const sources = new Map([
    ['ts/core/a.ts', "export * from './b.js';"],
    ['ts/core/b.ts', "export * from './a.js';"],
  ]);
  assert.ok(complaints('noImportCycles', sources).length > 0);
});

test('every folder of ts has its place in the direction', () => {
  const placed = new Set(MODULES.map(({ file }) => file.split('/')[0]));
  for (const entry of readdirSync(join(ROOT, 'ts'), { withFileTypes: true })) {
    if (entry.isDirectory()) assert.ok(placed.has(entry.name), `ts/${entry.name}`);
  }
});

test.run();
