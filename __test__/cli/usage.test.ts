import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { KNOWN_ANSWERS } from '../../ts/cli/known-answers.js';
import { printableLines } from '../../ts/core/printable.js';
import { selectBackend } from '../../ts/native/select.js';
import { type BadUsage, testBadUsage } from './bad-usage.js';
import { runHere } from './program.js';

const folder = mkdtempSync(join(tmpdir(), 'pow-native-'));
test.after(() => rmSync(folder, { recursive: true }));

const hexTextFile = join(folder, 'hex.txt');
writeFileSync(hexTextFile, '00'.repeat(286));
const hugeFile = join(folder, 'huge.bin');
writeFileSync(hugeFile, new Uint8Array((1 << 20) + 1));

function hexOf(algorithm: string): string {
  const known = KNOWN_ANSWERS.find(({ work }) => work.algorithm === algorithm);
  assert.ok(known);
  return Buffer.from(known.work.message).toString('hex');
}
const chainweb = ['mine', '--layout', 'chainweb', '--work', hexOf('blake2s')];
const bitcoin = ['mine', '--layout', 'bitcoin', '--work', hexOf('sha256d')];
const customLayout = ['mine', '--layout', 'custom', '--work', '00'.repeat(16)];
const custom = [
  ...[...customLayout, '--algorithm', 'sha256', '--nonce-offset', '8'],
  ...['--nonce-encoding', 'u64le', '--hash-order', 'be'],
];

const BAD_USAGE: readonly BadUsage[] = [
  [[], 'Usage:', 'pow-native'],
  [['dig'], 'dig', 'unknown command'],
  [['doctor', '--nonsense'], '--nonsense', 'unknown option'],
  [['doctor', 'too', 'many'], 'doctor', 'too many arguments'],
  [['mine', '--work', '00'], '--layout', 'not specified'],
  [['mine', '--layout', 'chainweb'], '--work', 'not specified'],
  [['mine', '--layout', 'kadena', '--work', '00'], '--layout', 'chainweb, bitcoin, custom'],
  [['mine', '--layout', 'chainweb', '--work', 'xyz'], '--work', 'hex digits'],
  [['mine', '--layout', 'chainweb', '--work', '000'], '--work', 'even number'],
  [['mine', '--layout', 'chainweb', '--work', ''], '--work', 'hex digits'],
  [['mine', '--layout', 'chainweb', '--work', '00'], '--work', '286 or 318 bytes'],
  [['mine', '--layout', 'chainweb', '--work', '00'.repeat(322)], '--work', 'first 36 bytes'],
  [['mine', '--layout', 'bitcoin', '--work', '00'.repeat(81)], '--work', '80 bytes'],
  [['mine', '--layout', 'bitcoin', '--work', '00'.repeat(80)], '--work', 'bad argument'],
  [['mine', '--layout', 'chainweb', '--work', '@/no/such'], '--work', 'ENOENT'],
  [['mine', '--layout', 'chainweb', '--work', `@${folder}`], '--work', 'regular file'],
  [['mine', '--layout', 'chainweb', '--work', `@${hexTextFile}`], '--work', 'hex text'],
  [['mine', '--layout', 'custom', '--work', `@${hugeFile}`], '--work', '1 MiB'],
  [[...chainweb, '--target', 'ff'], '--target', '64 hex digits'],
  [[...chainweb, '--difficulty', '0'], '--difficulty', 'above zero'],
  [[...chainweb, '--difficulty', '1e999'], '--difficulty', 'above zero'],
  [[...chainweb, '--difficulty', '1e-300'], '--difficulty', 'bad argument'],
  [[...chainweb, '--leading-zero-bits', '257'], '--leading-zero-bits', '0 to 256'],
  [[...chainweb, '--pattern', '0x00'], '--pattern', 'hex digits'],
  [[...chainweb, '--difficulty', '1', '--pattern', '00'], '--pattern', 'one goal only'],
  [[...chainweb, '--start', '-1'], '--start', 'nonce'],
  [[...chainweb, '--start', '1.5'], '--start', 'nonce'],
  [[...chainweb, '--end', '18446744073709551617'], '--end', '2^64'],
  [[...chainweb, '--start', '5', '--end', '4'], '--start', 'at most the end'],
  [[...bitcoin, '--end', '4294967297'], '--end', 'at most 4294967296'],
  [[...chainweb, '--threads', '0'], '--threads', '1 to 1024'],
  [[...chainweb, '--threads', 'NaN'], '--threads', '1 to 1024'],
  [[...chainweb, '--threads', '101%'], '--threads', '100%'],
  [[...chainweb, '--priority', 'high'], '--priority', 'background, normal'],
  [[...chainweb, '--affinity', '0,x'], '--affinity', 'CPU numbers'],
  [[...chainweb, '--affinity', '65536'], '--affinity', '65535'],
  [[...chainweb, '--cpu-limit', '0'], '--cpu-limit', '1 to 100'],
  [[...chainweb, '--backend', 'gpu'], '--backend', 'auto, native, portable'],
  [[...chainweb, '--kernel', 'mmx'], '--kernel', 'for blake2s'],
  [[...chainweb, '--kernel', ''], '--kernel', 'for blake2s'],
  [[...chainweb, '--algorithm', 'sha256'], '--algorithm', 'only with --layout custom'],
  [[...chainweb, '--digits', '8'], '--digits', 'only with --layout custom'],
  [customLayout, '--algorithm', '--nonce-encoding, --hash-order: expected with --layout custom'],
  [custom, '--target', '--leading-zero-bits'],
  [[...custom, '--difficulty', '1'], '--difficulty', 'only with'],
  [[...custom, '--digits', '8', '--target', 'ff'.repeat(32)], '--digits', 'binary'],
  [[...custom, '--nonce-offset', '9', '--target', 'ff'.repeat(32)], '--nonce-offset', 'past'],
  [[...custom, '--algorithm', 'md5'], '--algorithm', 'blake2s, sha256, sha256d'],
  [['top', '--pid', '0'], '--pid', 'whole number'],
  [['top', '123'], 'top', 'too many arguments'],
  [['bench', '--seconds', '0'], '--seconds', 'above zero'],
];

testBadUsage(BAD_USAGE);

for (const [name, expected] of [
  ['POW_NATIVE_BACKEND', "'native', 'portable', not 'abacus'"],
  ['POW_NATIVE_KERNEL', selectBackend().kind === 'native' ? 'scalar' : 'portable'],
] as const) {
  test(`bad usage names ${name} and what was expected, whatever the command`, async () => {
    const before = process.env[name];
    process.env[name] = 'abacus';
    try {
      for (const args of [['doctor'], [...chainweb, '--end', '1']]) {
        const { code, stdout, stderr } = await runHere(args);
        assert.is(code, 2, stderr);
        assert.is(stdout, '');
        for (const text of [name, expected, 'abacus']) assert.ok(stderr.includes(text), stderr);
      }
    } finally {
      if (before === undefined) delete process.env[name];
      else process.env[name] = before;
    }
  });
}

test('control characters in what was typed never reach the terminal', async () => {
  const nasty = '\x1b[2J\x07\u202e';
  for (const args of [
    [nasty],
    ['doctor', `--${nasty}`],
    ['mine', '--layout', nasty, '--work', '00'],
    ['mine', '--layout', 'chainweb', '--work', `@/${nasty}`],
    [...chainweb, '--kernel', nasty],
    [...chainweb, '--start', nasty],
  ]) {
    const { code, stderr } = await runHere(args);
    assert.is(code, 2);
    assert.is(stderr, printableLines(stderr));
    assert.not.match(stderr, /\u202e/);
  }
});

test.run();
