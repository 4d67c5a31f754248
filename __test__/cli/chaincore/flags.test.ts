import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { defaultThreads, detectCores } from '../../../ts/cli/chaincore/cores.js';
import { runHere } from '../program.js';
import { WALLET } from './race.js';

const NODE = ['--node', 'http://127.0.0.1:1'];

/** What is wrong with the flags of table 5, and the flag and words of the refusal. */
const BAD_USAGE: readonly (readonly [readonly string[], string, string])[] = [
  [NODE, '--wallet', 'the address that is paid'],
  [[...NODE, '-w', '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb'], '--wallet', 'checksum'],
  [[...NODE, '-w', 'short'], '--wallet', '26 to 35'],
  [['-w', WALLET, '-n', 'ftp://x'], '--node', 'http://HOST:PORT'],
  [['-w', WALLET, '-n', 'http://127.0.0.1:70000'], '--node', 'http://HOST:PORT'],
  [['-w', WALLET, ...NODE, '--require-tls'], '--node', 'https://HOST:PORT'],
  [['-w', WALLET, ...NODE, '--difficulty-range', '0,12'], '--difficulty-range', 'MIN,MAX'],
  [['-w', WALLET, ...NODE, '--difficulty-range', '9,3'], '--difficulty-range', 'MIN,MAX'],
  [['-w', WALLET, ...NODE, '--difficulty-range', '4'], '--difficulty-range', 'MIN,MAX'],
  [['-w', WALLET, ...NODE, '--timeout', '0'], '--timeout', 'above zero'],
  [['-w', WALLET, ...NODE, '--timeout', '9999'], '--timeout', 'at most 3600'],
  [['-w', WALLET, ...NODE, '--retries', '0'], '--retries', '1 to 100'],
  [['-w', WALLET, ...NODE, '--refresh-interval', '-1'], '--refresh-interval', 'above zero'],
  [['-w', WALLET, ...NODE, '--workers', '0'], '--workers', '1 to'],
  [['-w', WALLET, ...NODE, '--workers', '-2'], '--workers', '1 to'],
  [['-w', WALLET, ...NODE, '--worker-range', '0'], '--worker-range', '1 to'],
  [['-w', WALLET, ...NODE, '--workers', '2', '--single-core'], '--threads', 'only one of'],
  [['-w', WALLET, ...NODE, '--layout', 'other'], '--layout', 'node, client'],
  [['-w', WALLET, ...NODE, '--ca', '/nowhere/ca.pem'], '--ca', 'ENOENT'],
  [['devnode', '--difficulty', '13'], '--difficulty', '1 to 12'],
  [['devnode', '--difficulty', '2', '--min-difficulty', '3'], '--difficulty', 'from 3 to 12'],
  [['devnode', '--max-step', '5'], '--max-step', '1 to 4'],
  [['devnode', '--step', 'fast'], '--step', 'logarithmic, node'],
  [['devnode', '--port', '0', '--peer', 'nowhere'], '--peer', 'http://HOST:PORT'],
  [['devnode', '--rule-file', '/nowhere/rule.json'], '--rule-file', 'a file of JSON'],
];

for (const [args, flag, words] of BAD_USAGE) {
  test(`bad usage names ${flag}: ${args.join(' ')}`, async () => {
    const { code, stdout, stderr } = await runHere(['chaincore', ...args]);
    assert.is(code, 2, stderr);
    assert.is(stdout, '');
    assert.ok(stderr.includes(flag) && stderr.includes(words), stderr);
  });
}

test('run takes a ChainCore node, and needs a wallet for it', async () => {
  const { code, stderr } = await runHere(['run', '--source', 'chaincore+http://127.0.0.1:1']);
  assert.is(code, 2, stderr);
  assert.match(stderr, '--wallet');
});

test('--show-cores needs no wallet, and no more threads than cores that may be used', async () => {
  const { code, stdout } = await runHere(['chaincore', '--show-cores', '--json']);
  assert.is(code, 0);
  const { logical, usable, threads } = JSON.parse(stdout);
  assert.ok(threads >= 1 && threads <= usable && usable <= logical);
  const text = await runHere(['chaincore', '--show-cores']);
  assert.match(text.stdout, /^physical cores +(\d+|not known)$/m);
});

test('two threads of one core are one core, two packages have their own', () => {
  const root = mkdtempSync(join(tmpdir(), 'pow-native-cores-'));
  const place = (cpu: number, packageId: number, core: number) => {
    const folder = join(root, `cpu${cpu}`, 'topology');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'physical_package_id'), `${packageId}\n`);
    writeFileSync(join(folder, 'core_id'), `${core}\n`);
  };
  try {
    place(0, 0, 0);
    place(1, 0, 1);
    place(2, 0, 0); // the other thread of the first core
    place(3, 1, 0);
    assert.is(detectCores(root).physical, 3);
    const nowhere = detectCores(join(root, 'nothing'));
    assert.is(nowhere.physical, null);
    assert.is(defaultThreads(nowhere), nowhere.usable);
    assert.is(defaultThreads({ physical: 4, logical: 8, usable: 2 }), 2);
    assert.is(defaultThreads({ physical: 4, logical: 8, usable: 8 }), 4);
  } finally {
    rmSync(root, { recursive: true });
  }
});

test.run();
