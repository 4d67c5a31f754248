import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');
// A space and a percent sign: thread files are named by URL in one place and by path in another.
const folder = mkdtempSync(join(tmpdir(), 'pow portable %20-'));

test('the compiled backend searches under plain node, without the files tsc leaves behind', () => {
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: join(ROOT, 'tsconfig.json'),
      compilerOptions: {
        noEmit: false,
        rootDir: join(ROOT, 'ts'),
        outDir: join(folder, 'dist'),
        typeRoots: [join(ROOT, 'node_modules/@types')],
      },
      include: [],
      files: [join(ROOT, 'ts/native/portable.ts'), join(ROOT, 'ts/native/portable/worker.ts')],
    }),
  );
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const tsc = spawnSync(process.execPath, [TSC, '-p', folder], { encoding: 'utf8' });
  assert.is(tsc.stdout, '');
  const files = readdirSync(join(folder, 'dist/native/portable'));
  assert.ok(files.includes('worker.js'));
  assert.ok(files.every((file) => file.endsWith('.js')));

  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
  const backend = pathToFileURL(join(folder, 'dist/native/portable.js')).href;
  const script = `
    const { portableBackend } = await import(${JSON.stringify(backend)});
    const engine = portableBackend.openEngine(
      { threads: 2, priority: 'normal', affinity: null, cpuLimit: 100, kernel: null });
    const work = { algorithm: 'sha256d', message: new Uint8Array(80), nonceOffset: 76,
      nonceEncoding: 'u32le', nonceDigits: null, hashOrder: 'le' };
    const goal = { kind: 'target', value: new Uint8Array(32).fill(255) };
    engine.search({ work, goal, start: 7n, end: 9n }, (end) => console.log(end));`;
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
    timeout: 60_000,
  });
  assert.is(run.stderr, '');
  assert.is(run.stdout, "{ kind: 'found', nonce: 7n }\n");
  assert.is(run.status, 0);
});

test.after(() => rmSync(folder, { recursive: true }));

test.run();
