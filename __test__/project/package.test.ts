/** The package as users get it: packed, installed somewhere else, run by plain Node. */

import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { npm } from '../../scripts/set-up.mjs';
import { KEY, killPrograms, startNodeJs } from '../cli/run/programs.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  name: string;
  version: string;
  exports: Record<string, unknown>;
};
/** What a program writes to import each module of the package. */
const subpaths = Object.keys(manifest.exports)
  .filter((path) => !path.endsWith('.json'))
  .map((path) => manifest.name + path.slice(1));
const built = readdirSync(join(ROOT, 'native')).filter((name) => name.endsWith('.node'));

interface Installed {
  /** Where somebody's program lives, with the package in `node_modules`. */
  folder: string;
  /** Paths in the tarball. */
  files: readonly string[];
}

const test = suite<Installed>('package');

test.before((context) => {
  const folder = mkdtempSync(join(tmpdir(), 'pow-native user '));
  const [packed] = JSON.parse(run(ROOT, ...npm(['pack', '--json', '--pack-destination', folder])));
  context.folder = folder;
  context.files = packed.files.map(({ path }: { path: string }) => path);
  const flags = ['--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts'];
  run(folder, ...npm(['install', ...flags, join(folder, packed.filename)]));
});

test.after.each(killPrograms);
test.after(({ folder }) => rmSync(folder, { recursive: true }));

/** Runs a program that must succeed; returns what it printed. The warnings go to stderr. */
function run(cwd: string, program: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8' });
  assert.is(status, 0, `${program} ${args.join(' ')}\n${stdout}${stderr}`);
  return stdout;
}

const node = (cwd: string, code: string, type: 'module' | 'commonjs') =>
  run(cwd, process.execPath, [`--input-type=${type}`, '--eval', code]).trim();

test('the tarball has the code, the types, the licence, and no binary of this machine', ({
  files,
}) => {
  for (const path of ['dist/index.js', 'dist/index.d.ts', 'LICENSE', 'README.md']) {
    assert.ok(files.includes(path), path);
  }
  // The loader is CommonJS, in a package that is not.
  assert.ok(files.includes('native/package.json'));
  assert.is(files.includes('native/index.js'), built.length > 0);
  assert.equal(
    files.filter((path) => !/^(dist|native)\/|^(LICENSE|README\.md|package\.json)$/.test(path)),
    [],
  );
  assert.equal(
    files.filter((path) => /\.node$|\.map$|\.test\./.test(path)),
    [],
  );
});

for (const subpath of subpaths) {
  test(`import and require() of ${subpath} give the same names`, ({ folder }) => {
    const names = 'console.log(Object.keys(all).filter((name) => name !== "__esModule").join())';
    const imported = node(folder, `import * as all from '${subpath}'; ${names}`, 'module');
    const required = node(folder, `const all = require('${subpath}'); ${names}`, 'commonjs');
    assert.ok(imported.length > 0);
    assert.is(required, imported);
  });
}

test('npx pow-native --help lists the commands', ({ folder }) => {
  const help = run(folder, ...npm(['exec', '--', 'pow-native', '--help']));
  for (const command of ['mine', 'doctor', 'bench']) assert.match(help, `\n  ${command} `);
});

const BACKEND = `
  import { Engine, Target, verify, Work } from '${manifest.name}';
  const nonce = { offset: 0, encoding: 'u64le' };
  const work = new Work({ algorithm: 'blake2s', message: new Uint8Array(80), nonce, hashOrder: 'le' });
  const target = Target.fromLeadingZeroBits(8);
  const engine = new Engine({ threads: 2 });
  const solution = await engine.mine(work, { target });
  console.log(engine.stats().backend, verify(work, solution.nonce, target));
  await engine.close();`;

test('without a binary for its platform it mines all the same', ({ folder }) => {
  assert.is(node(folder, BACKEND, 'module'), 'portable true');
});

if (built.length > 0 && process.env['POW_NATIVE_BACKEND'] !== 'portable') {
  test('with the binary in its platform package it mines natively', ({ folder }) => {
    installPlatformPackages(folder);
    assert.is(node(folder, BACKEND, 'module'), 'native true');
  });
}

const MASTER = `
  import { openMaster, workOfJob } from '${manifest.name}/cluster';
  import { Target, verify, Work } from '${manifest.name}';
  const nonce = { offset: 76, encoding: 'u32le' };
  const work = new Work({ algorithm: 'sha256d', message: new Uint8Array(80), nonce, hashOrder: 'le' });
  const target = Target.fromLeadingZeroBits(12);
  const job = { id: 'job', lane: 'lane', change: 'replace', target, goal: 'first', proof: 'required',
    variants: 1n, work: () => ({ work, roll: {} }) };
  const master = await openMaster({ security: { kind: 'plain' }, async onEvent(event) {
    if (event.kind !== 'result' || event.solutions.length === 0) return;
    console.log('found', event.worker, verify(work, event.solutions[0].nonce, target));
    await master.close();
  } });
  const { spec, space } = workOfJob(job);
  await master.publish(spec, space);
  console.log('port', master.port);`;

const WORKER = `
  import { ClusterWorkerNode } from '${manifest.name}/cluster';
  const queue = { adapter: 'tcp', seeds: [{ host: '127.0.0.1', port: Number(process.env.PORT) }],
    security: { kind: 'plain' }, id: '${'a1'.repeat(16)}' };
  const node = await ClusterWorkerNode.open({ threads: 1, priority: 'normal', queue });
  while (node.stats().solutions === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  await node.close();
  console.log('closed');`;

test('a master and a worker written with the package mine a work to its solution', async ({
  folder,
}) => {
  const script = (code: string) => ['--input-type=module', '--eval', code];
  const master = startNodeJs(script(MASTER), { cwd: folder });
  const [, port = ''] = await master.until('stdout', /port (\d+)/);
  const worker = startNodeJs(script(WORKER), { cwd: folder, env: { PORT: port } });
  assert.is(await master.ended, 0, master.stderr + worker.stderr);
  assert.match(master.stdout, `found ${'a1'.repeat(16)} true`);
  assert.is(await worker.ended, 0, worker.stderr);
  assert.is(worker.stdout, 'closed\n');
});

test('pow-native as it is installed mines a block in a cluster', async ({ folder }) => {
  const main = join('node_modules', manifest.name, 'dist/cli/main.js');
  const start = (...args: string[]) => startNodeJs([main, ...args], { cwd: folder });
  const node = start('devnet', '--json', '--window', '0', '--port', '0', '--difficulty', '5000');
  const [, url = ''] = await node.until('stdout', /"url":"(http[^"]+)"/);
  const master = start(
    ...['cluster', 'master', '--source', `chainweb+${url}`, '--public-key', KEY, '--blocks', '2'],
    ...['--cluster-port', '0', '--timeout', '100', '--json'],
  );
  const [, address = ''] = await master.until('stderr', /workers join at (tcp:\S+:\d+)/);
  const worker = start('cluster', 'worker', '--join', address, '--threads', '1');
  assert.is(await master.ended, 0, master.stderr + worker.stderr);
});

/** As npm does it with the optional dependencies: a package for each platform, the binary inside. */
function installPlatformPackages(folder: string): void {
  for (const binary of built) {
    const [, platform] = /\.(.+)\.node$/.exec(binary) ?? [];
    const place = join(folder, 'node_modules', `${manifest.name}-${platform}`);
    mkdirSync(place, { recursive: true });
    cpSync(join(ROOT, 'native', binary), join(place, binary));
    const text = `{ "name": "${manifest.name}-${platform}", "version": "${manifest.version}", "main": "${binary}" }`;
    writeFileSync(join(place, 'package.json'), text);
  }
}

test('every code block of the README runs as it stands', ({ folder }) => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const blocks = [...readme.matchAll(/^```(?:js|ts)\n(.*?)^```$/gms)];
  assert.ok(blocks.length > 0);
  for (const [, code = ''] of blocks) node(folder, code, 'module');
});

test.run();
