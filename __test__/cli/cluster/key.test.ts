import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runHere } from '../program.js';

const folder = mkdtempSync(join(tmpdir(), 'pow-native-'));
test.after(() => rmSync(folder, { recursive: true }));

let files = 0;
const fresh = (name: string) => join(folder, `${files++}-${name}`);
const key = (...args: string[]) => runHere(['cluster', 'key', ...args]);
const mode = (path: string) => statSync(path).mode & 0o777;

test('a key is printed once, in a line that a worker reads, and is not in the list', async () => {
  const keys = fresh('keys');
  const { code, stdout } = await key('add', 'rig-1', '--cluster-keys', keys);
  assert.is(code, 0);
  assert.match(stdout, /^rig-1:[\da-f]{64}\n$/);
  assert.is(mode(keys), 0o600);
  const listed = await key('list', '--cluster-keys', keys);
  assert.match(listed.stdout, /rig-1 +\d{4}-\d\d-\d\dT/);
  assert.not(listed.stdout.includes(stdout.trim().slice(6)));
});

test('--out writes the key for its owner alone, never over another file, and nothing is printed', async () => {
  const [keys, out] = [fresh('keys'), fresh('rig.key')];
  const added = await key('add', 'rig', '--cluster-keys', keys, '--out', out);
  const text = readFileSync(out, 'utf8');
  assert.match(text, /^rig:[\da-f]{64}\n$/);
  assert.is(mode(out), 0o600);
  assert.not(added.stdout.includes(text.trim().slice(4)));
  const again = await key('add', 'other', '--cluster-keys', keys, '--out', out);
  assert.is(again.code, 2);
  assert.match(again.stderr, '--out');
  assert.is(readFileSync(out, 'utf8'), text);
  const { stdout } = await key('list', '--cluster-keys', keys, '--json');
  const names = (JSON.parse(stdout) as { keys: { name: string }[] }).keys.map(({ name }) => name);
  assert.equal(names, ['rig'], 'a key that nobody has is none');
});

test('a key can be revoked, once', async () => {
  const keys = fresh('keys');
  await key('add', 'rig', '--cluster-keys', keys);
  const { code, stdout } = await key('revoke', 'rig', '--cluster-keys', keys, '--json');
  assert.equal([code, JSON.parse(stdout)], [0, { revoked: true, name: 'rig' }]);
  assert.is((await key('revoke', 'rig', '--cluster-keys', keys)).code, 1);
  assert.is((await key('add', 'rig', '--cluster-keys', keys)).code, 0, 'and made anew');
});

test('the file of the keys may stand in the configuration', async () => {
  const [keys, config] = [fresh('keys'), fresh('cluster.json')];
  writeFileSync(config, JSON.stringify({ cluster: { keysFile: keys } }));
  assert.is((await key('add', 'rig', '--config-file', config)).code, 0);
  assert.match(readFileSync(keys, 'utf8'), 'rig');
});

test('rights of nkeys are printed as the configuration of a NATS server', async () => {
  const [master, worker] = [`U${'A'.repeat(55)}`, `U${'B'.repeat(55)}`];
  const flags = ['--master-nkey', master, '--worker-nkey', worker, '--cluster-subject', 'rigs'];
  const { code, stdout } = await key('nats', ...flags);
  assert.is(code, 0);
  assert.match(stdout, /^authorization \{/);
  assert.ok(stdout.includes(`{ nkey: ${master} }`));
  assert.match(stdout, new RegExp(`nkey: ${worker}, permissions: .*rigs`));
});

test('what is wrong is named', async () => {
  const keys = fresh('keys');
  await key('add', 'rig', '--cluster-keys', keys);
  const loose = fresh('loose');
  writeFileSync(loose, '');
  chmodSync(loose, 0o644);
  const rows: readonly (readonly [string[], string])[] = [
    [['add', 'rig2'], '--cluster-keys'],
    [['add', '--cluster-keys', keys], 'name'],
    [['add', 'a b', '--cluster-keys', keys], 'name'],
    [['add', 'rig', '--cluster-keys', keys], 'has a key of rig already'],
    [['forge', 'rig', '--cluster-keys', keys], 'Allowed choices are add, revoke, list, nats'],
    [['nats'], '--master-nkey'],
    [['nats', '--master-nkey', 'SUA'], 'begins with U'],
    [['list', '--cluster-keys', loose], 'its mode must be 0600'],
    [['list', '--cluster-keys', fresh('nothing')], 'ENOENT'],
  ];
  for (const [args, words] of rows) {
    const { code, stderr } = await key(...args);
    assert.is(code, 2, stderr);
    assert.match(stderr, words);
  }
});

test.run();
