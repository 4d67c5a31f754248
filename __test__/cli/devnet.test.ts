import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FAULT_PLACES, FAULTS } from '../../ts/chainweb/devnet/faults.js';
import { openDevnet } from '../../ts/chainweb/index.js';
import { runHere } from './program.js';
import { killPrograms, type Program, start } from './run/programs.js';

const WORK = '/chainweb/0.0/development/mining/work';
const MINER = { account: `k:${'ab'.repeat(32)}`, predicate: 'keys-all', 'public-keys': ['ab'] };

/** The real program and its first line, once it listens. */
async function startDevnet(args: readonly string[]): Promise<{ program: Program; first: string }> {
  const program = start(['devnet', '--port', '0', ...args]);
  const [, first = ''] = await program.until('stdout', /^(.*)\n/);
  return { program, first };
}

async function stop({ program }: { program: Program }, signal: NodeJS.Signals): Promise<void> {
  program.kill(signal);
  assert.is(await program.ended, 130, program.stderr);
}

test('it listens on loopback, and SIGTERM stops it cleanly with code 130', async () => {
  const running = await startDevnet(['--chains', '10', '--disable-pow']);
  const [, url] =
    /^listening on (http:\/\/127\.0\.0\.1:\d+) \(development, 10 chains, no proof of work\)$/.exec(
      running.first,
    ) ?? [];
  assert.ok(url, running.first);
  const info = (await (await fetch(`${url}/info`)).json()) as { nodeNumberOfChains: number };
  assert.is(info.nodeNumberOfChains, 10);
  await stop(running, 'SIGTERM');
  assert.is(running.program.stderr, '');
});

test('--json says where it listens and what became of each solution; flags reach the node; SIGINT stops it', async () => {
  const args = ['--json', '--public-key', 'ab'.repeat(32), '--fault', 'cut=status:503'];
  const running = await startDevnet(args);
  const { kind, url, chains, pow } = JSON.parse(running.first);
  assert.equal({ kind, chains, pow }, { kind: 'listening', chains: 20, pow: true });
  assert.is((await fetch(`${url}/chainweb/0.0/development/cut`)).status, 503);
  // GET with a body: not with fetch. The status says that the method is the only thing wrong.
  const body = JSON.stringify(MINER);
  const headers = { 'Content-Type': 'application/json' };
  assert.is((await fetch(url + WORK, { method: 'POST', headers, body })).status, 405);
  const posted = await fetch(url + WORK.replace('work', 'solved'), {
    method: 'POST',
    body: new Uint8Array(286),
  });
  assert.is(posted.status, 400);
  await stop(running, 'SIGINT');
  const [, refused] = running.program.stdout.trim().split('\n');
  assert.is(JSON.parse(refused ?? '').kind, 'refused');
});

test('a port that is taken is a failure that says so', async () => {
  const taken = await openDevnet({ port: 0 });
  try {
    const { port } = new URL(taken.url);
    const { code, stdout, stderr } = await runHere(['devnet', '--port', port, '--json']);
    assert.is(code, 1);
    assert.match(stderr, 'EADDRINUSE');
    assert.is(JSON.parse(stdout).result, 'failed');
  } finally {
    await taken.close();
  }
});

test('--data: a second node is refused, and bytes that are cut off are told of', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pow-native-data-'));
  try {
    const dataFile = join(folder, 'blocks');
    const first = await openDevnet({ port: 0, dataFile });
    const second = await runHere(['devnet', '--port', '0', '--data', dataFile]);
    assert.is(second.code, 2);
    assert.match(second.stderr, /--data.* is in use by process \d+/);
    await first.close();
    appendFileSync(dataFile, 'a'.repeat(100));
    const again = await startDevnet(['--data', dataFile]);
    await stop(again, 'SIGINT');
    const told = `warn: the last 100 bytes of ${dataFile} were no whole block: cut off\n`;
    assert.is(again.program.stderr, told);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const BAD_USAGE: [string[], string, string][] = [
  [['--chains', '5'], '--chains', '10, 20'],
  [['--window', '5'], '--window', '30'],
  [['--difficulty', '0.5'], '--difficulty', '256 bits'],
  [['--public-key', 'abcd'], '--public-key', '64 hex digits'],
  [['--fault', 'work'], '--fault', 'PLACE=KIND'],
  [['--fault', 'work=silent'], '--fault', 'updates'],
  [['--stream-timeout', '1e9'], '--stream-timeout', 'integer'],
  [['--port', '70000'], '--port', '65535'],
];

for (const [args, named, expected] of BAD_USAGE) {
  test(`bad usage names ${named} and what was expected: ${args.join(' ')}`, async () => {
    const { code, stdout, stderr } = await runHere(['devnet', '--port', '0', ...args]);
    assert.is(code, 2, stderr);
    assert.is(stdout, '');
    assert.ok(stderr.includes(named) && stderr.includes(expected), stderr);
  });
}

test('--help lists every fault and every place', async () => {
  const { stdout } = await runHere(['devnet', '--help']);
  for (const { kind, summary } of FAULTS) {
    assert.match(stdout, new RegExp(`^  ${kind}\\b`, 'm'));
    assert.ok(stdout.includes(summary));
  }
  for (const place of FAULT_PLACES) assert.ok(stdout.includes(place));
});

test.after.each(killPrograms);

test.run();
