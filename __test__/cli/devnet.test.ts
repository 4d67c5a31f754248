import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FAULT_PLACES, FAULTS } from '../../ts/chainweb/devnet/faults.js';
import { openDevnet } from '../../ts/chainweb/index.js';
import { MAIN, OVERDUE_MS, ROOT, runHere } from './program.js';

const WORK = '/chainweb/0.0/development/mining/work';
const MINER = { account: `k:${'ab'.repeat(32)}`, predicate: 'keys-all', 'public-keys': ['ab'] };

interface Running {
  /** What it says in its first line. */
  readonly first: string;
  stop(signal: NodeJS.Signals): Promise<{ code: number | null; stdout: string; stderr: string }>;
}

/** The real program, once it listens. */
function startDevnet(args: readonly string[]): Promise<Running> {
  return new Promise((resolve, reject) => {
    const all = ['--import', 'tsx', MAIN, 'devnet', '--port', '0', ...args];
    const child = spawn(process.execPath, all, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    const overdue = setTimeout(() => child.kill('SIGKILL'), OVERDUE_MS);
    let stdout = '';
    let stderr = '';
    const closed = new Promise<number | null>((done) => child.on('close', done));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      const [first, ...rest] = stdout.split('\n');
      if (first === undefined || rest.length === 0) return;
      resolve({
        first,
        async stop(signal) {
          child.kill(signal);
          const code = await closed;
          clearTimeout(overdue);
          return { code, stdout, stderr };
        },
      });
    });
    closed.then(() => {
      clearTimeout(overdue);
      reject(new Error(`ended early: ${stderr}`));
    });
  });
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
  const { code, stderr } = await running.stop('SIGTERM');
  assert.is(code, 130);
  assert.is(stderr, '');
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
  const { code, stdout } = await running.stop('SIGINT');
  assert.is(code, 130);
  const [, refused] = stdout.trim().split('\n');
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
    const { stderr } = await again.stop('SIGINT');
    assert.is(stderr, `warn: the last 100 bytes of ${dataFile} were no whole block: cut off\n`);
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

test.run();
