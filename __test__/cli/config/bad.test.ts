import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runHere } from '../program.js';
import { withEnvironment, withPlaces } from './places.js';

interface Problem {
  readonly layer: string;
  readonly place: string | null;
  readonly key: string;
  readonly expected: string;
  readonly got: string | null;
}

/** A file, the key to be named, what was expected (a piece of it), what there was instead. */
const BAD_FILES: readonly (readonly [string, string, string, string, string | null])[] = [
  ['a.yaml', 'thread: 4', 'thread', 'a known setting', null],
  ['a.yaml', 'chainwb: { chains: 4 }', 'chainwb', 'chainweb', null],
  ['a.yaml', 'log: { lvel: info }', 'log.lvel', 'log.level?', null],
  ['a.yaml', 'engine: { threads: 0 }', 'engine.threads', 'auto, 1 to 1024, or 1% to 100%', '0'],
  ['a.yaml', 'engine: { threads: "101%" }', 'engine.threads', '1% to 100%', '101%'],
  ['a.yaml', 'engine: { threads: 1.5 }', 'engine.threads', '1 to 1024', '1.5'],
  ['a.yaml', 'engine: { affinity: [-1] }', 'engine.affinity', 'CPU numbers', '[-1]'],
  ['a.yaml', 'engine: { priority: high }', 'engine.priority', 'background, normal', 'high'],
  ['a.yaml', 'engine: { backend: gpu }', 'engine.backend', 'auto, native, portable', 'gpu'],
  ['a.yaml', 'engine: { kernel: "" }', 'engine.kernel', 'the name of a kernel', 'nothing'],
  ['a.yaml', 'engine: 4', 'engine', 'settings by name: threads, priority', '4'],
  ['a.yaml', 'engine: [4]', 'engine', 'settings by name', '[4]'],
  ['a.yaml', 'chainweb: { chains: "4" }', 'chainweb.chains', 'whole number from 1 to 1000', '4'],
  ['a.yaml', 'chainweb: { chains: 1001 }', 'chainweb.chains', '1 to 1000', '1001'],
  ['a.yaml', 'chainweb: { publicKeys: ab }', 'chainweb.publicKeys', '64 hex digits', 'ab'],
  ['a.yaml', 'chainweb: { publicKeys: [] }', 'chainweb.publicKeys', 'one or more', '[]'],
  ['a.yaml', 'chainweb: { tls: 1 }', 'chainweb.tls', 'true or false', '1'],
  ['a.yaml', 'chainweb: { timeoutSeconds: .inf }', 'chainweb.timeoutSeconds', 'above zero', 'null'],
  ['a.yaml', 'chainweb: { timeoutSeconds: 3601 }', 'chainweb.timeoutSeconds', '3600', '3601'],
  ['a.yaml', 'chainweb: { account: 7 }', 'chainweb.account', 'the name of an account', '7'],
  ['a.yaml', 'worker: gpu', 'worker', 'one of cpu', 'gpu'],
  ['a.yaml', 'worker: { type: gpu }', 'worker.type', 'one of cpu', 'gpu'],
  ['a.yaml', 'worker: { type: cpu, theads: 4 }', 'worker.cpu.theads', 'worker.cpu.threads?', null],
  ['a.yaml', 'blocks: null', 'blocks', 'a whole number from 1', 'null'],
  ['a.yaml', 'log: { level: loud }', 'log.level', 'error, warn, info, debug', 'loud'],
  ['a.yaml', 'simulation: { hashRate: 10X }', 'simulation.hashRate', 'like 100M or 1Ki', '10X'],
  ['a.yaml', 'metrics: { port: 65536 }', 'metrics.port', '0 to 65535', '65536'],
  ['a.yaml', 'preemption: { rule: never }', 'preemption.rule', 'immediate', 'never'],
  ['a.yaml', 'engine.threads: 4', 'engine.threads', 'a known setting', null],
  ['a.yaml', '__proto__: { threads: 4 }', '__proto__', 'a known setting', null],
  ['a.json', '{"constructor":{"prototype":1}}', 'constructor', 'a known setting', null],
  [
    'a.yaml',
    'threadCount: 1\nengine: { threads: 2 }',
    'engine.threads',
    'beside threadCount',
    null,
  ],
  ['a.yaml', 'logLevel: chatty', 'logLevel', 'error, warn, info, debug', 'chatty'],
  ['a.yaml', 'node: { use_tls: maybe }', 'node.use_tls', 'true or false', 'maybe'],
  ['a.yaml', '- 1', '(the whole file)', 'settings by name', '[1]'],
  ['a.yaml', 'blocks: 1\nblocks: 2', '(the whole file)', 'unique', null],
  ['a.yaml', 'blocks: [1', '(the whole file)', 'valid YAML', null],
  ['a.yaml', 'blocks: !!js/function 1', '(the whole file)', 'valid YAML', null],
  ['a.json', '{"blocks": 1,}', '(the whole file)', 'valid JSON', null],
  ['a.json', '{"blocks": 1, "blocks": 2}', '(the whole file)', 'unique', null],
  ['a.toml', 'blocks = ', '(the whole file)', 'valid TOML', null],
  ['a.toml', 'blocks = 1\nblocks = 2', '(the whole file)', 'valid TOML', null],
  ['a.toml', 'blocks = 1979-05-27', 'blocks', 'a whole number', '1979-05-27'],
  ['a.ini', 'blocks=1', '(the whole file)', '.yaml, .yml, .json or .toml', 'a.ini'],
];

async function checked(args: readonly string[]): Promise<readonly Problem[]> {
  const { code, stdout, stderr } = await runHere(['config', 'check', '--json', ...args]);
  assert.is(code, 2, stderr);
  const report = JSON.parse(stdout) as { result: string; problems: readonly Problem[] };
  assert.is(report.result, 'failed');
  return report.problems;
}

for (const [name, text, key, expected, got] of BAD_FILES) {
  test(`${name} with ${JSON.stringify(text)} names ${key}, the file and what was expected`, async () => {
    await withPlaces(async ({ file }) => {
      const path = file(name, text);
      const [problem, ...more] = await checked(['--config-file', path]);
      assert.equal(more, []);
      assert.is(problem?.key, key);
      assert.equal([problem?.layer, problem?.place], ['file', path]);
      assert.ok(problem?.expected.includes(expected), problem?.expected);
      assert.ok(
        got === null ? problem?.got === null : problem?.got?.includes(got),
        `${problem?.got}`,
      );
      const { code, stderr } = await runHere(['config', 'check', '--config-file', path]);
      assert.is(code, 2);
      for (const part of [key, path, expected]) assert.ok(stderr.includes(part), stderr);
    });
  });
}

test('a file that cannot be read is named with the reason', async () => {
  await withPlaces(async ({ folder, file }) => {
    const huge = file('huge.yaml', `# ${'x'.repeat(70_000)}`);
    const latin = file('latin.yaml', '');
    const { writeFileSync, mkdirSync } = await import('node:fs');
    writeFileSync(latin, Buffer.from([0x61, 0x3a, 0xff]));
    mkdirSync(`${folder}/folder.yaml`);
    for (const [path, reason] of [
      [`${folder}/none.yaml`, 'ENOENT'],
      [`${folder}/folder.yaml`, 'a regular file'],
      [huge, 'at most 65536 bytes'],
      [latin, 'UTF-8'],
    ] as const) {
      const [problem] = await checked(['--config-file', path]);
      assert.is(problem?.place, path);
      assert.ok(problem?.expected.includes(reason), problem?.expected);
    }
  });
});

test('a bad variable names itself and the environment', async () => {
  const bad = { POW_NATIVE_CHAINS: 'many', POW_NATIVE_TLS: 'perhaps', CHAINWEB_MINING_WORKER: 'x' };
  await withEnvironment(bad, async () => {
    const problems = await checked([]);
    assert.equal(problems.map(({ key }) => key).sort(), Object.keys(bad).sort());
    for (const { layer } of problems) assert.is(layer, 'environment');
  });
});

test('an unknown variable is a warning with the one that was probably meant', async () => {
  await withEnvironment({ POW_NATIVE_TRHEADS: '4' }, async () => {
    const { code, stderr } = await runHere(['config', 'check']);
    assert.is(code, 0);
    assert.match(stderr, /^warn: POW_NATIVE_TRHEADS is no setting: POW_NATIVE_THREADS\?$/m);
  });
});

test('everything that is wrong is told at once, layer by layer', async () => {
  await withPlaces(async ({ file, url }) => {
    const remote = url('/r.json', { text: '{"log":{"level":1}}' });
    const args = ['--chains', '0', '--config-file', file('a.yaml', 'blocks: 0\nnod: x')];
    await withEnvironment({ POW_NATIVE_WORKER: 'gpu' }, async () => {
      const problems = await checked([...args, '--remote-config', remote]);
      assert.equal(
        problems.map(({ layer, key }) => [layer, key]),
        [
          ['flag', '--chains'],
          ['file', 'blocks'],
          ['file', 'nod'],
          ['remote', 'log.level'],
          ['environment', 'POW_NATIVE_WORKER'],
        ],
      );
    });
  });
});

test('run ends with code 2 before any work when a layer is bad', async () => {
  await withPlaces(async ({ file }) => {
    const path = file(
      'a.yaml',
      'source: chainweb+http://127.0.0.1:1\nblocks: 0\nlog: { level: 1 }',
    );
    const { code, stdout, stderr } = await runHere(['run', '--config-file', path]);
    assert.is(code, 2);
    assert.is(stdout, '');
    assert.is(stderr.trim().split('\n').length, 2, stderr);
  });
});

/** Values that make sense by themselves; only who uses them finds out. */
for (const [text, where, expected] of [
  ['engine: { kernel: mmx }', 'engine.kernel (file', 'mmx'],
  ['tls: { ca: /no/such }', 'tls.ca (file', 'ENOENT'],
  ['mining: { account: "" }', 'mining.account (file', 'the name of an account'],
  [`source: http://127.0.0.1:1`, 'source (file', 'chainweb+http://'],
] as const) {
  test(`what only its user can judge is named where it was set: ${text}`, async () => {
    await withPlaces(async ({ file }) => {
      const first = file(
        '1.yaml',
        `source: chainweb+http://127.0.0.1:1\npublicKey: ${'ab'.repeat(32)}`,
      );
      const args = ['--config-file', first, '--config-file', file('2.yaml', text)];
      const { code, stderr } = await runHere(['run', ...args]);
      assert.is(code, 2, stderr);
      assert.ok(stderr.includes(where) && stderr.includes(expected), stderr);
    });
  });
}

test('a secret is not shown, not even when it is wrong', async () => {
  await withPlaces(async ({ file }) => {
    const path = file('a.yaml', 'external: { environment: { "a=b": hush } }');
    const [problem] = await checked(['--config-file', path]);
    assert.is(problem?.key, 'external.environment');
    assert.not.match(JSON.stringify(problem), 'hush');
  });
});

test('control characters of a file never reach the terminal, and JSON means the same', async () => {
  await withPlaces(async ({ file }) => {
    const nasty = '\u202e\u009b\u007f';
    const path = file('a.json', JSON.stringify({ 'a\u001b[2J': 1, log: { level: nasty } }));
    const { stderr } = await runHere(['config', 'check', '--config-file', path]);
    assert.match(stderr, 'a\\x1b[2J');
    const check = await runHere(['config', 'check', '--json', '--config-file', path]);
    const fine = file('b.json', JSON.stringify({ account: nasty }));
    const show = await runHere(['config', 'show', '--json', '--config-file', fine]);
    for (const text of [stderr, check.stdout, show.stdout]) {
      assert.not.match(text, /[\u001b\u007f\u009b\u202e]/);
    }
    assert.ok(JSON.stringify(JSON.parse(show.stdout)).includes(JSON.stringify(nasty)));
  });
});

test.run();
