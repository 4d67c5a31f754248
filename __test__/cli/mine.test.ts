import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { KNOWN_ANSWERS } from '../../ts/cli/known-answers.js';
import { printableLines } from '../../ts/core/printable.js';
import { Target } from '../../ts/index.js';
import { spawnProgram } from './program.js';

const known = new Map(KNOWN_ANSWERS.map((row) => [row.work.algorithm, row]));
const chainweb = known.get('blake2s');
const bitcoin = known.get('sha256d');
assert.ok(chainweb && bitcoin);
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

function around(nonce: bigint, before: bigint): string[] {
  return ['--start', String(nonce - before), '--end', String(nonce + 100n)];
}

test('a real Chainweb header is solved with the target it states', async () => {
  const { code, stdout, stderr } = await spawnProgram([
    ...['mine', '--layout', 'chainweb', '--work', hex(chainweb.work.message)],
    ...around(chainweb.nonce, 2000n),
  ]);
  assert.is(code, 0, stderr);
  assert.match(stdout, String(chainweb.nonce));
  assert.match(stdout, chainweb.hash);
});

test('a real Bitcoin header is solved with the target in its nBits, as JSON', async () => {
  const { code, stdout, stderr } = await spawnProgram([
    ...['mine', '--layout', 'bitcoin', '--work', hex(bitcoin.work.message), '--json'],
    ...around(bitcoin.nonce, 2000n),
  ]);
  assert.is(code, 0, stderr);
  const report = JSON.parse(stdout);
  assert.is(report.result, 'found');
  assert.is(report.nonce, String(bitcoin.nonce));
  assert.is(report.hash, bitcoin.hash);
  assert.is(report.message, hex(bitcoin.work.message));
  assert.is(report.expectedHashes, Target.fromHex(bitcoin.target).expectedHashes);
  assert.ok(report.hashes > 0);
});

test('text work with a decimal nonce is solved from a file of bytes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pow native '));
  try {
    const file = join(folder, 'work.bin');
    writeFileSync(file, 'Hello, world!');
    const { code, stdout, stderr } = await spawnProgram([
      ...['mine', '--layout', 'custom', '--work', `@${file}`, '--algorithm', 'sha256'],
      ...['--nonce-offset', '13', '--nonce-encoding', 'decimal', '--hash-order', 'be'],
      ...['--pattern', '0000', '--json', '--threads', '2'],
    ]);
    assert.is(code, 0, stderr);
    const report = JSON.parse(stdout);
    assert.is(report.nonce, '4250');
    assert.is(Buffer.from(report.message, 'hex').toString(), 'Hello, world!4250');
    assert.is(report.threads, 2);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the block hash behind a 318-byte header is left out, aloud', async () => {
  const whole = hex(chainweb.work.message) + 'ab'.repeat(32);
  const { code, stdout, stderr } = await spawnProgram([
    ...['mine', '--layout', 'chainweb', '--work', whole, '--json'],
    ...around(chainweb.nonce, 10n),
  ]);
  assert.is(code, 0, stderr);
  assert.match(stderr, 'first 286 of 318 bytes');
  const report = JSON.parse(stdout);
  assert.is(report.nonce, String(chainweb.nonce));
  assert.is(report.expectedHashes, Target.fromHex(chainweb.target).expectedHashes);
});

test('a thread that could not be pinned is told of, and mines all the same', async () => {
  const { code, stdout, stderr } = await spawnProgram([
    ...['mine', '--layout', 'chainweb', '--work', hex(chainweb.work.message)],
    ...['--threads', '1', '--affinity', '65535', '--priority', 'normal'],
    ...around(chainweb.nonce, 10n),
  ]);
  assert.is(code, 0, stderr);
  assert.match(stdout, String(chainweb.nonce));
  assert.match(stderr, /^warn: .*\bpin/m);
});

test('a range without a winner ends with code 3', async () => {
  const { code, stdout, stderr } = await spawnProgram([
    ...['mine', '--layout', 'chainweb', '--work', hex(chainweb.work.message), '--json'],
    ...['--start', '0', '--end', '1000'],
  ]);
  assert.is(code, 3, stderr);
  const report = JSON.parse(stdout);
  assert.is(report.result, 'exhausted');
  assert.is(report.nonce, null);
  assert.is(report.hashes, 1000);
});

test('a failure is told on stderr, as JSON on stdout, and with code 1', async () => {
  const { code, stdout, stderr } = await spawnProgram(['doctor', '--json'], {
    env: {
      POW_NATIVE_BACKEND: 'native',
      NAPI_RS_NATIVE_LIBRARY_PATH: '/nonexistent/\x1b[2J.node',
    },
  });
  assert.is(code, 1, stderr);
  assert.is(JSON.parse(stdout).result, 'failed');
  assert.is(JSON.parse(stdout).code, 'POW_BACKEND');
  assert.match(stderr, 'nonexistent');
  assert.is(stderr, printableLines(stderr));
});

test.run();
